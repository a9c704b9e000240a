//go:build !race && !disruptor_debug

package disruptor

import (
	"strings"
	"testing"

	"github.com/be395dad/disruptor/internal/objectcode"
	"github.com/stretchr/testify/require"
)

// The fast paths, read in the machine code of internal/inlinecheck: each is one call from the
// user's code, and contains no other call.

func TestEachCallOfTheAPICostsAtMostOneCallFromTheUsersCode(t *testing.T) {
	functions := users.Functions(t)
	for _, c := range userCalls {
		code := functions.Of(t, "main."+c.function)
		var calls []string
		for _, in := range code {
			if in.Call != "" && !strings.HasPrefix(in.Call, "runtime.") && !strings.HasPrefix(in.Call, "main.") {
				calls = append(calls, in.Call)
			}
		}
		require.LessOrEqual(t, len(calls), 1, "%s: %v", c.function, calls)
	}
}

const ofThePackage = "github.com/be395dad/disruptor."

func TestTheFastPathsCallNothing(t *testing.T) {
	if !users.Plain {
		t.Skip("each release is a locked instruction with this compiler")
	}
	functions := users.Functions(t)
	for _, c := range []struct {
		function string
		locked   string // the one locked instruction that it may have
	}{
		{"(*single).try", ""},
		{"(*single).publish", ""},
		{"(*multi).try", "CMPXCHG"},
		{"(*multi).wait", "CMPXCHG"},
		{"(*multi).publish", ""},
		{"(*single).handOver", ""},
		{"(*multi).handOver", ""},
		{"(*reader).done", ""},
		{"(*reader).look", ""},
	} {
		code := functions.Of(t, ofThePackage+c.function)
		locked, ok := code.FastPath()
		require.True(t, ok, "%s calls something on every way through it", c.function)
		for _, in := range locked {
			require.True(t, c.locked != "" && strings.Contains(in, c.locked), "%s executes %s", c.function, in)
		}
		if c.locked != "" {
			require.Len(t, locked, 1, c.function)
		}
	}
}

// What a fast path saves on the stack is stored ahead of the mark, and a compare-and-swap waits for all stores. So
// what needs the arguments after a call is in another function. The two words of an interface, here the context, are
// saved by every function that calls another.
func TestTheFastPathsOfProducersSaveNothing(t *testing.T) {
	functions := users.Functions(t)
	for function, saves := range map[string]int{
		"(*single).try": 0, "(*single).wait": 2, "(*SingleProducer[go.shape.int]).TrySend": 0, "(*SingleProducer[go.shape.int]).Send": 2,
		"(*multi).try": 0, "(*multi).wait": 2, "(*MultiProducer[go.shape.int]).TrySend": 0, "(*MultiProducer[go.shape.int]).Send": 2,
	} {
		saved := 0
		for _, in := range functions.Of(t, ofThePackage+function) {
			if in.Call != "" || in.Returns() { // the end of the fast path
				break
			}
			if m, ok := in.Stored(); ok && m.Base == "SP" {
				saved++
			}
		}
		require.LessOrEqual(t, saved, saves, function)
	}
}

func TestClaimsPrefetchForWriting(t *testing.T) {
	functions := users.Functions(t)
	require.Len(t, functions.Of(t, ofThePackage+"(*multi).runway").Calls("machine.prefetchAsm"), 1)
	var prefetches []string
	for _, in := range functions.Of(t, ofThePackage[:len(ofThePackage)-1]+"/internal/machine.prefetchAsm.abi0") {
		if strings.HasPrefix(in.Text, "PREFETCH") {
			prefetches = append(prefetches, in.Text)
		}
	}
	require.Equal(t, []string{"PREFETCHW 0(AX)", "PREFETCHW 0(AX)"}, prefetches, "a mark, and slots in a loop")
}

// storeRelease is a plain store to the compiler. Each function that stores a mark, a position or
// a claim must contain the plain moves, in their order, and after them the look that belongs to
// the same edge.
func TestEachReleaseIsOnePlainMoveWhereTheSourceHasIt(t *testing.T) {
	if !users.Plain {
		t.Skip("this compiler is not trusted with it")
	}
	requireReleases(t, users)
}

func TestEachReleaseIsSyncAtomicsWhereTheCompilerIsNew(t *testing.T) { requireReleases(t, newer) }

func requireReleases(t *testing.T, b objectcode.Build) {
	functions := b.Functions(t)
	one, pair := []string{"0x0"}, []string{"0x0", "0x8"}
	for _, c := range []struct {
		function string
		offsets  []string // of the stores, without an index
	}{
		{"(*single).try", one},      // claim, then closed
		{"(*single).wait", one},     // the same
		{"(*single).publish", one},  // cursor, then alert
		{"(*multi).publish", one},   // mark, then alert
		{"(*single).handOver", one}, // cursor, then alert
		{"(*multi).handOver", one},  // mark, then alert
		{"(*multi).abort", one},     // mark, then alert
		{"(*reader).done", pair},    // avail, position, then alert
		{"(*core).moved", pair},     // the same
		{"(*core).unpin", pair},     // the same
	} {
		code := functions.Of(t, ofThePackage+c.function)
		var at []int
		var offsets []string
		for i, in := range code {
			m, stores := in.Stored()
			stores = stores && code.Shared(i, m)
			require.Equal(t, stores && !b.Plain, in.Locked(), "%s: %s", c.function, in.Text)
			if stores {
				at, offsets = append(at, i), append(offsets, m.Offset)
			}
		}
		require.Equal(t, c.offsets, offsets, "stores to shared memory in %s", c.function)
		last := at[len(at)-1]
		for _, in := range code[at[0]:last] {
			require.True(t, in.Straight(), "%s: %s between two stores", c.function, in.Text)
		}
		requireLook(t, c.function, code, last)
	}
}

// requireLook fails unless the next access to shared memory after the store at last is a load whose
// value the code next compares with 0, with only straight code in between.
func requireLook(t *testing.T, function string, code objectcode.Code, last int) {
	t.Helper()
	for i := last + 1; i < len(code); i++ {
		in := code[i]
		require.True(t, in.Straight(), "%s: %s between the store and the look", function, in.Text)
		m, ok := in.Accessed()
		if !ok || !code.Shared(i, m) {
			continue
		}
		if compared, zero := strings.CutSuffix(in.Text, ", $0x0"); zero && strings.HasPrefix(compared, "CMPQ ") {
			return
		}
		require.Regexp(t, `^MOVQ .*\), [A-Z0-9]+$`, in.Text, "%s: the look after the store", function)
		value := in.Written()
		for i++; strings.HasPrefix(code[i].Text, "NOP"); i++ {
		}
		require.Equal(t, "TESTQ "+value+", "+value, code[i].Text, "%s: what becomes of %s", function, in.Text)
		return
	}
	require.Fail(t, "no look after the store", function)
}

// The join edge needs a fence between the positions and the second look at the list, in each
// call. No test of the ring's behaviour finds every time that it is missing.
func TestTheGateFencesBeforeItReadsTheListAgain(t *testing.T) {
	if !users.Plain {
		t.Skip("each store is a locked instruction with this compiler")
	}
	code := users.Functions(t).Of(t, ofThePackage+"(*core).slowest")
	const none = -1 // no fence yet
	returns := 0
	objectcode.Walk(code, none, func(at int, _ bool, loads int) []int { // of shared memory since the last fence
		in := code[at]
		m, ok := in.Accessed()
		switch {
		case in.Locked():
			loads = 0
		case in.Call != "":
			loads = none // publishedEnd has other loads
		case ok && m.Base != "SP" && loads != none && loads < 3:
			loads++
		}
		if in.Returns() {
			returns++
			require.Equal(t, 1, loads, "loads between the fence and the return: the list, and nothing that was to precede it")
		}
		return []int{loads}
	})
	require.Positive(t, returns)
}

// A caller's accesses to the slots stay ahead of the release because the release is in another
// function: no compiler moves memory accesses across a call that it knows nothing about.
func TestWhatIsWrittenToASlotLiesBeforeTheCallThatReleasesIt(t *testing.T) {
	functions := users.Functions(t)
	for _, c := range []struct {
		function string
		release  string
		writes   bool // the slot is written in this function, and not by its caller
	}{
		{"main.singlePublish", "(*single).publish", false},
		{"main.multiPublish", "(*multi).publish", false},
		{"main.multiAbort", "(*multi).abort", false},
		{"main.consumerDone", "(*reader).done", false},
		{ofThePackage + "(*SingleProducer[go.shape.int]).TrySend", "(*single).handOver", true},
		{ofThePackage + "(*SingleProducer[go.shape.int]).Send", "(*single).handOver", true},
		{ofThePackage + "(*SingleProducer[go.shape.int]).trySendSlow", "(*single).handOver", true},
		{ofThePackage + "(*SingleProducer[go.shape.int]).sendSlow", "(*single).handOver", true},
		{ofThePackage + "(*MultiProducer[go.shape.int]).TrySend", "(*multi).handOver", true},
		{ofThePackage + "(*MultiProducer[go.shape.int]).Send", "(*multi).handOver", true},
		{ofThePackage + "(*MultiProducer[go.shape.int]).trySendSlow", "(*multi).handOver", true},
		{ofThePackage + "(*MultiProducer[go.shape.int]).sendSlow", "(*multi).handOver", true},
	} {
		code := functions.Of(t, c.function)
		released, written := code.Calls("disruptor."+c.release), code.SharedStores()
		require.Len(t, released, 1, "calls of %s in %s", c.release, c.function)
		require.Equal(t, c.writes, len(written) > 0, c.function)
		for _, i := range written {
			require.Less(t, i, released[0], "%s: %s behind the release", c.function, code[i].Text)
		}
	}
}
