//go:build !race && !disruptor_debug

package shm

import (
	"strings"
	"testing"

	"github.com/be395dad/disruptor/internal/objectcode"
	"github.com/stretchr/testify/require"
)

// The caller's accesses to slots stay ahead of the release because that is in a separate
// function: no compiler moves accesses to memory across a call whose code it doesn't know.
func TestWhatIsDoneToASlotLiesBeforeTheCallThatReleasesIt(t *testing.T) {
	eachBuild(t, func(t *testing.T, b objectcode.Build) {
		functions := b.Functions(t)
		for _, c := range []struct {
			function string
			release  string
			slot     bool // it is written or read in this function, and not by its caller
		}{
			{"main.writeAndPublish", "(*Producer[go.shape.int64]).Publish", true},
			{"main.readAndDone", "(*Consumer[go.shape.int64]).Done", true},
			{ofThePackage + "(*Producer[go.shape.int64]).put", "(*claimer).publish", true},
			{ofThePackage + "(*Producer[go.shape.int64]).Publish", "(*claimer).publish", false},
			{ofThePackage + "(*Consumer[go.shape.int64]).Done", "(*reader).done", false},
			{ofThePackage + "(*reader).done", "(*reader).pass", false},
		} {
			code := functions.Of(t, c.function)
			releases := code.Calls("shm." + c.release)
			require.Len(t, releases, 1, "calls of %s in %s", c.release, c.function)
			slots := 0
			for i, in := range code {
				// The address of a slot is computed from its sequence.
				if m, ok := in.Accessed(); ok && code.Origin(i, m).Kind == objectcode.Computed {
					slots++
					require.Less(t, i, releases[0], "%s: %s behind the release", c.function, in.Text)
				}
			}
			require.Equal(t, c.slot, slots > 0, c.function)
		}
	})
}

// fastPaths are calls of the API that need not wait, while nobody sleeps.
var fastPaths = []struct {
	function string // of the program
	via      string // which the way calls
	calls    int    // at most, with the user's own
	locked   []string
}{
	{"tryClaim", "(*claimer).attempt", 4, []string{"CMPXCHGQ"}},
	{"claim", "(*claimer).attempt", 4, []string{"CMPXCHGQ"}},
	{"publish", "(*claimer).publish", 5, []string{"XCHGQ"}},
	{"publish", "(*claimer).publish", 5, nil}, // in a process that leaves its fences to sleepers
	{"trySend", "(*claimer).publish", 8, []string{"CMPXCHGQ", "XCHGQ"}},
	{"trySend", "(*claimer).publish", 8, []string{"CMPXCHGQ"}},
	{"send", "(*claimer).publish", 8, []string{"CMPXCHGQ", "XCHGQ"}},
	{"send", "(*claimer).publish", 8, []string{"CMPXCHGQ"}},
	{"tryNext", "(*reader).look", 2, nil},
	{"next", "(*reader).look", 3, nil},
	{"done", "(*reader).pass", 3, []string{"XCHGQ"}},
	{"done", "(*reader).pass", 3, nil},
}

func TestAFastPathHasSoManyCallsAndLockedInstructions(t *testing.T) {
	if !users.Plain {
		t.Skip("each release is a locked instruction with this compiler")
	}
	functions := users.Functions(t)
	for _, c := range fastPaths {
		var calls []string
		for _, in := range functions.Of(t, "main."+c.function) {
			if in.Call != "" && !strings.HasPrefix(in.Call, "runtime.") && !strings.HasPrefix(in.Call, "main.") {
				calls = append(calls, in.Call)
			}
		}
		require.Len(t, calls, 1, "%s: what the user calls", c.function)

		w := ways{functions, "shm." + c.via, c.locked, c.calls, map[entry]map[way]bool{}}
		found := false
		for end := range w.through("main."+c.function, way{}) {
			found = found || end.via && end.locked == len(c.locked)
		}
		require.True(t, found, "%s has no way through %s with %d calls at most and, of locked instructions, just %q",
			c.function, c.via, c.calls, c.locked)
	}
}

// A way through the program so far.
type way struct {
	calls  int
	locked int // how many of the expected locked instructions it has so far
	via    bool
}

type entry struct {
	function string
	way      way
}

// ways finds the ways through the program that call only functions of the package, and have the
// expected locked instructions and no others.
type ways struct {
	functions objectcode.Functions
	via       string
	locked    []string
	most      int // calls
	exits     map[entry]map[way]bool
}

// through returns what becomes of a way by a call of the function.
func (w *ways) through(function string, from way) map[way]bool {
	if exits, known := w.exits[entry{function, from}]; known {
		return exits
	}
	exits := map[way]bool{}
	code := w.functions[function]
	objectcode.Walk(code, from, func(at int, _ bool, s way) (next []way) {
		in := code[at]
		switch {
		case in.Returns():
			exits[s] = true
			return nil
		case in.Locked():
			if s.locked == len(w.locked) || !strings.Contains(" "+in.Text, " "+w.locked[s.locked]+" ") {
				return nil
			}
			s.locked++
		case in.Call != "":
			if s.calls == w.most || len(w.functions["github.com/be395dad/disruptor/"+in.Call]) == 0 {
				return nil
			}
			s.calls++
			s.via = s.via || in.Call == w.via
			for s := range w.through("github.com/be395dad/disruptor/"+in.Call, s) {
				next = append(next, s)
			}
			return next
		}
		return []way{s}
	})
	w.exits[entry{function, from}] = exits
	return exits
}
