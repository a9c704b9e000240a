// Package behaviour tests what programs can see of a ring: its _test.go files use the exported
// API, and NewAt to begin anywhere in the stream. The other files are shared by these tests and
// by the tests that must be in the folder of the root: the fuzz tests and the first of the race
// tests.
//
// If the comment of a test begins with the name of another library, users of that library have
// met the defect that the test would find.
package behaviour

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/history"
)

// lastSequence is the last that a ring has, and never is greater than every sequence.
const (
	lastSequence int64 = 1<<62 - 1
	never        int64 = math.MaxInt64
)

// A variant is one way to configure a ring.
type variant struct {
	name      string
	producers disruptor.Producers
	wait      disruptor.WaitStrategy
}

func (v variant) config(capacity int) disruptor.Config {
	return disruptor.Config{Capacity: capacity, Producers: v.producers, Wait: v.wait}
}

// UserWait is a strategy of the user's: it does each action in turn.
type UserWait struct{}

func (UserWait) Idle(n int) disruptor.Action {
	switch {
	case n < 8:
		return disruptor.Spin
	case n < 16:
		return disruptor.Yield
	case n < 20:
		return disruptor.Sleep(time.Microsecond)
	}
	return disruptor.Park
}

// variants returns {Single, Multi} x {Spin, Yield, Sleep, Block, UserWait}; BlockWait also without any spinning.
func variants() []variant {
	waits := []struct {
		name string
		wait disruptor.WaitStrategy
	}{
		{"spin", disruptor.SpinWait{}},
		{"yield", disruptor.YieldWait{}},
		{"sleep", disruptor.SleepWait{Max: 50 * time.Microsecond}},
		{"block", disruptor.BlockWait{}},
		{"park", disruptor.BlockWait{Spin: -1}},
		{"user", UserWait{}},
	}
	var vs []variant
	for _, p := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, w := range waits {
			name := "multi/" + w.name
			if p == disruptor.Single {
				name = "single/" + w.name
			}
			vs = append(vs, variant{name, p, w.wait})
		}
	}
	return vs
}

// forEachVariant runs test as a subtest of each variant.
func forEachVariant(t *testing.T, test func(t *testing.T, v variant)) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) { test(t, v) })
	}
}

// forEachKind runs test for a ring of 4 slots of each kind of producers.
func forEachKind(t *testing.T, test func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64])) {
	forEachKindOf(t, 4, test)
}

// forEachKindOf is forEachKind for rings of so many slots.
func forEachKindOf(t *testing.T, capacity int, test func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64])) {
	for _, v := range []variant{{"single", disruptor.Single, nil}, {"multi", disruptor.Multi, nil}} {
		t.Run(v.name, func(t *testing.T) {
			r := newRing[int64](t, v.config(capacity))
			test(t, r, newProducer(r))
		})
	}
}

// forEachKindInABubble is forEachKind where time is not real.
func forEachKindInABubble(t *testing.T, test func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64])) {
	for _, v := range []variant{{"single", disruptor.Single, nil}, {"multi", disruptor.Multi, nil}} {
		t.Run(v.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, v.config(4))
				test(t, r, newProducer(r))
			})
		})
	}
}

// idleFunc is a strategy made of a function.
type idleFunc func(n int) disruptor.Action

func (f idleFunc) Idle(n int) disruptor.Action { return f(n) }

func newRing[T any](t testing.TB, cfg disruptor.Config) *disruptor.Ring[T] {
	t.Helper()
	r, err := disruptor.New[T](cfg)
	require.NoError(t, err)
	return r
}

// newRingWithHistory returns a ring whose next sequence is start, with the marks of a ring that
// has got there by publishing and aborting random ranges of up to a lap.
func newRingWithHistory[T any](t testing.TB, cfg disruptor.Config, start int64, rnd *rand.Rand) *disruptor.Ring[T] {
	t.Helper()
	past := history.History{End: start}
	n := int64(cfg.Capacity)
	for from := max(0, start-3*n); from < start; {
		to := min(start, from+1+rnd.Int64N(n))
		past.Ranges = append(past.Ranges, history.Range{From: from, To: to, Aborted: rnd.IntN(4) == 0})
		from = to
	}
	r, err := disruptor.NewAt[T](cfg, past)
	require.NoError(t, err)
	return r
}

// newProducer returns a producer of the kind that r has. A ring does not tell which that is: the wrong call panics.
func newProducer[T any](r *disruptor.Ring[T]) (p disruptor.Producer[T]) {
	defer func() {
		if recover() != nil {
			p = r.SingleProducer()
		}
	}()
	return r.MultiProducer()
}

// parks reports whether a wait with this strategy parks if it takes long.
func parks(wait disruptor.WaitStrategy) bool {
	if wait == nil {
		return true // BlockWait
	}
	for n := range 10_000 {
		if wait.Idle(n) == disruptor.Park {
			return true
		}
	}
	return false
}
