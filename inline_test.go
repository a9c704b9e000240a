//go:build !race && !disruptor_debug

package disruptor

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/be395dad/disruptor/internal/objectcode"
	"github.com/stretchr/testify/require"
)

// inlinecheck is a program outside of this package.
var users, newer = objectcode.Builds("internal/inlinecheck", `^main\.|be395dad/disruptor(/internal/machine)?\.`)

// userCalls are the functions of internal/inlinecheck, each a call of the API.
var userCalls = []struct {
	function string
	method   string // as the compiler calls it
	inlines  bool   // otherwise it is one call
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
	for _, b := range []objectcode.Build{users, newer} {
		t.Run(b.Name, func(t *testing.T) { requireInlined(t, b) })
	}
}

func requireInlined(t *testing.T, b objectcode.Build) {
	account := b.Account(t)
	source, err := os.ReadFile("internal/inlinecheck/main.go")
	require.NoError(t, err)
	for _, c := range userCalls {
		first, last := linesOf(string(source), c.function)
		require.Positive(t, first, c.function)
		// Only inlining in the user's lines counts. A line "can inline" for the method says
		// nothing: it is about the wrapper that passes the dictionary.
		inlined := false
		for _, m := range regexp.MustCompile(`inlinecheck/main\.go:(\d+):\d+: inlining call to disruptor\.(\S+)`).
			FindAllStringSubmatch(strings.ReplaceAll(account, `\`, "/"), -1) {
			var line int
			_, _ = fmt.Sscan(m[1], &line)
			inlined = inlined || first <= line && line <= last && m[2] == c.method
		}
		why := regexp.MustCompile(`.*cannot inline disruptor\.` + regexp.QuoteMeta(c.method) + `:.*`).FindString(account)
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
