package command

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
	"github.com/klauspost/cpuid/v2"
)

func environment() result.Environment {
	return result.Environment{
		CPU: cpu(), CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0), GoVersion: runtime.Version(),
		OS: runtime.GOOS, Arch: runtime.GOARCH, Commit: commit(), When: time.Now().UTC().Truncate(time.Second),
	}
}

func cpu() string {
	if cpuid.CPU.BrandName != "" {
		return cpuid.CPU.BrandName
	}
	return os.Getenv("PROCESSOR_IDENTIFIER") // Windows
}

// commit says which version of the library was measured: the commit that it was built from and the tags, or its module's
// version.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	revision, modified, tags := "", "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		case s.Key == "-tags":
			tags = ", tags " + s.Value
		}
	}
	if revision != "" {
		return revision + modified + tags
	}
	for _, d := range info.Deps {
		if strings.HasSuffix(d.Path, "/disruptor") {
			return d.Version + tags
		}
	}
	return info.Main.Version + tags
}
