package behaviour

import (
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// On a ring with Config.Clear, writes to an aborted claim are not kept, and do not show in a
// later event.

// An owner is an event of which a producer may set a part only.
type owner struct {
	owned *[64]byte
	count int
}

// abortedParts are the ways to abort parts of a claim of 6 slots: the parts, and what becomes of
// each.
var abortedParts = []struct {
	name  string
	parts []int // lengths
	abort []bool
}{
	{"whole", []int{6}, []bool{true}},
	{"tail", []int{2, 4}, []bool{false, true}},
	{"head", []int{2, 4}, []bool{true, false}},
	{"middle", []int{1, 3, 2}, []bool{false, true, false}},
	{"head and tail", []int{1, 3, 2}, []bool{true, false, true}},
}

func TestWhatAnAbortedClaimHeldIsFreedAndNotInTheNextEvent(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, c := range abortedParts {
			for _, backwards := range []bool{false, true} {
				name := map[disruptor.Producers]string{disruptor.Single: "single/", disruptor.Multi: "multi/"}[kind] + c.name
				if backwards {
					name += " backwards"
				}
				t.Run(name, func(t *testing.T) { abortOwners(t, kind, c.parts, c.abort, backwards) })
			}
		}
	}
}

func abortOwners(t *testing.T, kind disruptor.Producers, parts []int, abort []bool, backwards bool) {
	r := newRing[owner](t, disruptor.Config{Capacity: 8, Producers: kind, Clear: true})
	p, c := newProducer(r), r.Consumer("c")
	require.True(t, p.TrySend(owner{count: 1})) // so that a later claim goes over the end of the ring's memory
	for range 3 {
		aborted := abortOwnersOnce(t, p, parts, abort, backwards)
		if kind == disruptor.Single { // at once
			requireFreed(t, aborted)
		}
		for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
			for _, e := range b.All() {
				require.Positive(t, e.count, "an aborted event is handed out")
			}
			c.Done(b)
		}
		requireFreed(t, aborted) // once the consumer has passed
		b, ok := p.TryClaim(8)
		require.True(t, ok)
		for seq, e := range b.All() {
			require.Equal(t, owner{}, *e, "sequence %d", seq)
			e.count = 1
		}
		p.Publish(b)
		got, _ := c.TryNext()
		c.Done(got)
		require.Equal(t, 8, got.Len())
	}
	runtime.KeepAlive(r)
}

// abortOwnersOnce returns pointers to what the aborted parts held.
func abortOwnersOnce(t *testing.T, p disruptor.Producer[owner], lengths []int, abort []bool,
	backwards bool) (aborted []weak.Pointer[[64]byte]) {
	b, ok := p.TryClaim(6)
	require.True(t, ok)
	parts := make([]disruptor.Batch[owner], len(lengths))
	for i, n := range lengths {
		parts[i], b = b.Split(n)
	}
	for i := range parts {
		if backwards {
			i = len(parts) - 1 - i
		}
		for _, e := range parts[i].All() {
			*e = owner{new([64]byte), 1}
			if abort[i] {
				e.count = -1
				aborted = append(aborted, weak.Make(e.owned))
			}
		}
		if abort[i] {
			p.Abort(parts[i])
		} else {
			p.Publish(parts[i])
		}
	}
	return aborted
}

func requireFreed(t *testing.T, events []weak.Pointer[[64]byte]) {
	t.Helper()
	runtime.GC()
	for i, e := range events {
		require.Nil(t, e.Value(), "what aborted event %d held is kept alive", i)
	}
}
