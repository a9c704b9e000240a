//go:build !race && !disruptor_debug

// Once, for each build that users get: the compiler is asked about that one, whatever this test was built with.

package disruptor

import (
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// inlinecheck is a program outside of this package: the compiler's account of its decisions, and the machine code.
type inlinecheck struct{ account, code string }

// unseen is the first release of Go that does not get the plain store: atomic_amd64.go says why.
const unseen = "go1.28"

// A userBuild is a way to build the package.
type userBuild struct {
	name  string
	plain bool // on amd64 storeRelease is a plain store
	make  func() (inlinecheck, error)
}

// users is what users of this compiler get, and newer what a compiler makes of the package that nobody has looked at.
var (
	users = userBuild{"users", !slices.Contains(build.Default.ReleaseTags, unseen), buildInlinecheck("")}
	newer = userBuild{"newer", false, buildInlinecheck(unseen)}
)

func buildInlinecheck(tags string) func() (inlinecheck, error) {
	return sync.OnceValues(func() (check inlinecheck, err error) {
		dir, err := os.MkdirTemp("", "inlinecheck")
		if err != nil {
			return check, err
		}
		defer os.RemoveAll(dir)
		binary := filepath.Join(dir, "inlinecheck.exe")
		check.account, err = goTool("build", "-buildvcs=false", "-tags="+tags, "-gcflags=-m=2", "-o", binary, "./internal/inlinecheck")
		if err == nil {
			check.code, err = goTool("tool", "objdump", "-s", `^main\.|be395dad/disruptor\.`, binary)
		}
		return check, err
	})
}

func goTool(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return string(out), nil
}

// userCalls are the functions of internal/inlinecheck, each a call of the API.
var userCalls = []struct {
	function string
	method   string // as the compiler calls it
	inlines  bool   // the others are one call
}{
	{"batchLen", "Batch[go.shape.int].Len", true},
	{"batchFrom", "Batch[go.shape.int].From", true},
	{"batchTo", "Batch[go.shape.int].To", true},
	{"batchAll", "Batch[go.shape.int].All", true},
	{"batchSlices", "Batch[go.shape.int].Slices", true},
	{"batchAt", "Batch[go.shape.int].At", true},
	{"batchSplit", "Batch[go.shape.int].Split", true},
	{"consumerTryNext", "(*Consumer[go.shape.int]).TryNext", true},
	{"consumerDone", "(*Consumer[go.shape.int]).Done", true},
	{"consumerNext", "(*Consumer[go.shape.int]).Next", true},
	{"singleClaim", "(*SingleProducer[go.shape.int]).Claim", true},
	{"multiClaim", "(*MultiProducer[go.shape.int]).Claim", true},
	{"singleTryClaim", "(*SingleProducer[go.shape.int]).TryClaim", true},
	{"singlePublish", "(*SingleProducer[go.shape.int]).Publish", true},
	{"multiTryClaim", "(*MultiProducer[go.shape.int]).TryClaim", true},
	{"multiPublish", "(*MultiProducer[go.shape.int]).Publish", true},
	{"multiAbort", "(*MultiProducer[go.shape.int]).Abort", true},
}

func TestTheFastHalfOfTheAPIInlinesIntoTheUsersCode(t *testing.T) {
	for _, b := range []userBuild{users, newer} {
		t.Run(b.name, func(t *testing.T) { requireInlined(t, b) })
	}
}

func requireInlined(t *testing.T, b userBuild) {
	check, err := b.make()
	require.NoError(t, err)
	source, err := os.ReadFile("internal/inlinecheck/main.go")
	require.NoError(t, err)
	for _, c := range userCalls {
		first, last := linesOf(string(source), c.function)
		require.Positive(t, first, c.function)
		// Only what the compiler did in the user's lines counts. That it "can inline" the method says nothing: that line
		// is about the wrapper that passes the dictionary.
		inlined := false
		for _, m := range regexp.MustCompile(`inlinecheck/main\.go:(\d+):\d+: inlining call to disruptor\.(\S+)`).
			FindAllStringSubmatch(strings.ReplaceAll(check.account, `\`, "/"), -1) {
			var line int
			_, _ = fmt.Sscan(m[1], &line)
			inlined = inlined || first <= line && line <= last && m[2] == c.method
		}
		why := regexp.MustCompile(`.*cannot inline disruptor\.` + regexp.QuoteMeta(c.method) + `:.*`).FindString(check.account)
		if c.inlines {
			require.True(t, inlined, "%s does not inline: %s", c.method, why)
		}
	}
}

// linesOf returns the first and last line of a function.
func linesOf(source, function string) (first, last int) {
	for i, line := range strings.Split(source, "\n") {
		switch {
		case strings.HasPrefix(line, "func "+function+"("):
			first = i + 1
			if strings.HasSuffix(line, "}") {
				return first, first
			}
		case first > 0 && line == "}":
			return first, i + 1
		}
	}
	return 0, 0
}
