package command

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"
)

// library is the module that is measured.
const library = "github.com/be395dad/disruptor"

// A build says what this program was made from.
type build struct {
	version string // of the command
	library string // version of the library
	commit  string // "" if it is not known
	tags    string
}

const devel = "(devel)"

// thisBuild returns the build of this program. For a program run from a checkout, as by go run,
// the commit is that of the checkout in the current directory, if it is one of this library.
func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{commit: checkout(".")}
	}
	b := build{version: info.Main.Version, library: info.Main.Version}
	for _, d := range info.Deps {
		if d.Path == library {
			b.library = d.Version
		}
	}
	modified := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		case s.Key == "-tags":
			b.tags = s.Value
		}
	}
	if b.commit != "" {
		b.commit += modified
	} else if b.library == devel || b.library == "" {
		b.commit = checkout(".")
	}
	return b
}

// what says in one line which version of the library was measured.
func (b build) what() string {
	text := cmp.Or(b.commit, b.library)
	if b.tags != "" {
		text += ", tags " + b.tags
	}
	return text
}

// checkout returns the commit of the Git checkout that holds dir, "" if it is none of this library.
func checkout(dir string) string {
	git := func(args ...string) (string, bool) {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
		return strings.TrimSpace(string(out)), err == nil
	}
	top, ok := git("rev-parse", "--show-toplevel")
	if !ok {
		return ""
	}
	mod, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil || !bytes.HasPrefix(mod, []byte("module "+library+"\n")) {
		return ""
	}
	commit, ok := git("rev-parse", "--short=12", "HEAD")
	if !ok {
		return ""
	}
	if changes, ok := git("status", "--porcelain", "--untracked-files=no"); !ok || changes != "" {
		commit += ", modified"
	}
	return commit
}

func printVersion(w io.Writer) error {
	b, e := thisBuild(), environment()
	system := e.OS + "/" + e.Arch
	if e.Kernel != "" {
		system += ", kernel " + e.Kernel
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, fact := range [][2]string{
		{"disruptor", cmp.Or(b.version, "unknown")}, {"library", cmp.Or(b.library, "unknown")}, {"commit", cmp.Or(b.commit, "unknown")},
		{"tags", b.tags}, {"Go", runtime.Version()}, {"system", system}, {"CPU", fmt.Sprintf("%s, %d CPUs", e.CPU, e.CPUs)},
	} {
		if fact[1] != "" {
			fmt.Fprintf(t, "%s\t%s\n", fact[0], fact[1])
		}
	}
	return t.Flush()
}
