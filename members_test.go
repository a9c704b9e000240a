package disruptor

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/machine"
)

func memberAt(name string, position int64, follows ...*member) *member {
	m := newMember(name, new(parking))
	m.position.store(position)
	m.follows.store(&follows)
	return m
}

// C36, C43, C44.
func TestLeastIsTheSmallestPosition(t *testing.T) {
	require.Equal(t, never, least(nil))
	a, b, c := memberAt("a", 7), memberAt("b", 3), memberAt("c", lastSequence)
	require.Equal(t, int64(7), least([]*member{a}))
	require.Equal(t, int64(3), least([]*member{a, b, c}))
	require.Equal(t, int64(3), least([]*member{b, c}))
	require.Equal(t, lastSequence, least([]*member{c}))
}

// C45, C49.
func TestMembersJoinWithThePositionThatTheyHoldAndLeaveOnce(t *testing.T) {
	var g members
	g.list.cas(nil, new([]*member))
	a, b := memberAt("a", 0), memberAt("b", 0)
	g.join(a, func(list []*member) int64 {
		require.Empty(t, list)
		return 5
	})
	require.Equal(t, int64(5), a.position.load())

	// A joiner that finds the list changed looks for its place again.
	c, tries := memberAt("c", 0), 0
	g.join(c, func(list []*member) int64 {
		if tries++; tries == 1 {
			g.join(b, func([]*member) int64 { return 2 })
		}
		return least(list)
	})
	require.Equal(t, 2, tries)
	require.Equal(t, int64(2), c.position.load())
	require.Equal(t, []*member{a, b, c}, *g.list.load())

	old := *g.list.load()
	require.True(t, g.leave(b))
	require.False(t, g.leave(b))
	require.Equal(t, []*member{a, c}, *g.list.load())
	require.Equal(t, []*member{a, b, c}, old, "a list that somebody reads is not changed")
	require.True(t, g.leave(a))
	require.True(t, g.leave(c))
	require.Empty(t, *g.list.load())
}

func TestFollowingReplacesWhoHasLeft(t *testing.T) {
	a, b := memberAt("a", 0), memberAt("b", 0)
	c := memberAt("c", 0, a)
	d := memberAt("d", 0, c, b)
	e := memberAt("e", 0, d)
	for _, test := range []struct {
		name    string
		follows []*member
		list    []*member
		want    []*member
	}{
		{"nobody has left", []*member{c, b}, []*member{a, b, c, d}, []*member{c, b}},
		{"one has left", []*member{c, b}, []*member{a, b, d}, []*member{a, b}},
		{"one that followed the ring has left", []*member{c, b}, []*member{a, c, d}, []*member{c}},
		{"several in a row have left", []*member{e}, []*member{a, b}, []*member{a, b}},
		{"each once", []*member{c, a, e, a}, []*member{a, b}, []*member{a, b}},
		{"all have left", []*member{e, c}, nil, nil},
		{"nobody was followed", nil, []*member{a}, nil},
	} {
		require.Equal(t, test.want, following(test.follows, test.list), test.name)
	}
}

// The gate is the slowest position or, without consumers, what is published; then the boundary
// that the look has found stays in published. C43, C50.
func TestGate(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	p := r.MultiProducer()
	publish(t, p, 3)
	require.Zero(t, r.core.published.load())
	require.Equal(t, int64(3), r.core.slowest(noNeed))
	require.Equal(t, int64(3), r.core.published.load())
	a, b := r.Consumer("a"), r.Consumer("b")
	publish(t, p, 2)
	advance(t, b, 5)
	require.Equal(t, int64(3), r.core.slowest(noNeed))
	advance(t, a, 4)
	require.Equal(t, int64(4), r.core.slowest(noNeed))
	a.Close()
	require.Equal(t, int64(5), r.core.slowest(noNeed))
	require.Equal(t, int64(5), r.core.published.load(), "raised by who has left to what it had found")
}

// A consumer that had left kept alive the consumers that it had followed, and so on up the chain.
func TestAChainOfConsumersThatLeftIsNotKept(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2})
	last := r.Consumer("first")
	for range 1000 {
		next := r.Consumer("next", last)
		last.Close() // next has not looked since
		last = next
	}
	reached := make(map[*member]bool)
	var reach func(m *member)
	reach = func(m *member) {
		reached[m] = true
		for _, o := range *m.follows.load() {
			reach(o)
		}
	}
	reach(last.member)
	require.LessOrEqual(t, len(reached), 2, "it, and the one that it follows")
	require.True(t, r.MultiProducer().TrySend(1))
	_, ok := last.TryNext()
	require.True(t, ok)
}

// The join edge needs store->load order on both sides, which neither acquire and release nor the
// store buffer of an amd64 CPU gives. The producer stores its mark and its position as a
// consumer and then reads the list; the joiner stores the list and then reads marks. If both
// read old values, the producer laps a joiner that it does not know of: with one slot, the
// joiner is handed two at once, or a slot with a later event in it.
//
// No hook can force this order, because the processor makes it. But the test can keep the store
// buffer full: the producer writes to memory that is in no cache before it publishes.
func TestNoClaimLapsAJoinerThatItDoesNotSee(t *testing.T) {
	joins := 10_000
	if !machine.BuffersStores {
		joins = 500 // sync/atomic leaves nothing in a store buffer
	}
	cold := make([]int64, 1<<23)
	for _, kind := range []Producers{Single, Multi} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			r := newRing[int64](t, Config{Capacity: 1, Producers: kind, Wait: SpinWait{}})
			var stop atomic.Bool
			var producer sync.WaitGroup
			own := r.Consumer("the producer's own") // the gate comes from its positions
			p := newProducer(r)
			producer.Go(func() {
				at := uint64(1)
				for !stop.Load() {
					b, ok := p.TryClaim(1)
					if !ok {
						runtime.Gosched()
						continue
					}
					*b.At(0) = b.From()
					for range 16 {
						at = at*6364136223846793005 + 1442695040888963407
						cold[at>>41] = int64(at)
					}
					p.Publish(b)
					b, _ = own.TryNext()
					own.Done(b)
				}
			})
			defer producer.Wait()
			defer stop.Store(true)
			for range joins {
				c := r.Consumer("joiner")
				from := c.Position()
				var b Batch[int64]
				for i, ok := 0, false; !ok; i++ {
					if b, ok = c.TryNext(); !ok && i > 100 {
						runtime.Gosched()
					}
				}
				machine.Pause(machine.MaxPause) // let the producer go on as far as it believes it may
				require.Equal(t, from+1, r.core.claimed(), "the joiner holds the only slot, at %d", from)
				requireRange(t, b, from, from+1)
				c.Close()
			}
		})
	}
}
