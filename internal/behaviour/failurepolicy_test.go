package behaviour

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// What becomes of events whose handler fails: the batches of each retry, the events that are
// skipped and dead-lettered, and the end.

type ranges = [][2]int64

// A faulty handler fails at one event, so many times.
type faulty struct {
	at    int64
	times int
	fail  func() error
	calls ranges
}

func (f *faulty) event(seq int64) error {
	if seq != f.at || f.times == 0 {
		return nil
	}
	f.times--
	return f.fail()
}

// each is f as an Each, in a handler of the user's that wraps its error.
func (f *faulty) each() disruptor.Handler[int64] {
	h := disruptor.Each(func(seq int64, _ *int64) error { return f.event(seq) })
	return func(b disruptor.Batch[int64]) error {
		f.calls = append(f.calls, [2]int64{b.From(), b.To()})
		if err := h(b); err != nil {
			return fmt.Errorf("around: %w", err)
		}
		return nil
	}
}

// plain is f as a handler that does not say which event has failed.
func (f *faulty) plain() disruptor.Handler[int64] {
	return func(b disruptor.Batch[int64]) error {
		f.calls = append(f.calls, [2]int64{b.From(), b.To()})
		for seq := range b.All() {
			if err := f.event(seq); err != nil {
				return err
			}
		}
		return nil
	}
}

var waysToFail = map[string]func() error{
	"error":              func() error { return errBoom },
	"panic":              func() error { panic(errBoom) },
	"panic with a value": func() error { panic("boom") },
}

// A policyCase is a policy and how its handler is called with [0, 4) if it fails so many times at one event.
type policyCase struct {
	retries, times   int
	skip, deadLetter bool
	at               int64
	maxBatch         int
	each             bool
}

// expected is what a case leads to.
type expected struct {
	calls    ranges
	retried  int64
	givenUp  ranges
	position int64
	ends     bool // the ring, by the failure
}

func (c policyCase) expect() (e expected) {
	left := c.times
	for e.position < 4 {
		to := min(4, e.position+int64(c.maxBatch))
		for retries := 0; e.position < to; {
			e.calls = append(e.calls, [2]int64{e.position, to})
			if left == 0 || c.at < e.position || c.at >= to {
				e.position = to
				break
			}
			left--
			if c.each && (c.retries > 0 || c.skip || c.deadLetter) { // a policy applies
				e.position = c.at
			}
			if retries < c.retries {
				retries++
				e.retried++
				continue
			}
			if !c.skip && !c.deadLetter {
				e.ends = true
				return e
			}
			first, last := e.position, to
			if c.each {
				first, last = c.at, c.at+1
			}
			e.givenUp = append(e.givenUp, [2]int64{first, last})
			e.position = last
		}
	}
	return e
}

// C61, C62, C66, C70, C71, C73. Retries 0 to 2, none too few and none too many, at each event of a batch of four, two
// and one; then the ring ends, or the events that failed are skipped or dead-lettered, and the rest is handled.
func TestAFailurePolicyAtEachEventOfABatch(t *testing.T) {
	for how, fail := range waysToFail {
		for _, c := range policyCases() {
			t.Run(fmt.Sprintf("%s/%+v", how, c), func(t *testing.T) {
				forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
					tryPolicy(t, r, p, c, fail)
				})
			})
		}
	}
}

func policyCases() (cases []policyCase) {
	for _, each := range []bool{false, true} {
		for _, maxBatch := range []int{4, 2, 1} {
			for at := range int64(4) {
				for times := range 4 {
					for retries := range 3 {
						for _, then := range [][2]bool{{false, false}, {true, false}, {false, true}} {
							cases = append(cases, policyCase{retries, times, then[0], then[1], at, maxBatch, each})
						}
					}
				}
			}
		}
	}
	return cases
}

func tryPolicy(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64], c policyCase, fail func() error) {
	f := faulty{at: c.at, times: c.times, fail: fail}
	handler := f.plain()
	if c.each {
		handler = f.each()
	}
	cfg := disruptor.ConsumerConfig[int64]{
		Name: "c", MaxBatch: c.maxBatch, OnFailure: disruptor.FailurePolicy{Retries: c.retries, Skip: c.skip},
	}
	var dead ranges
	if c.deadLetter {
		cfg.DeadLetter = func(b disruptor.Batch[int64], err error) error {
			dead = append(dead, [2]int64{b.From(), b.To()})
			requireRange(t, b, b.From(), b.To())
			var h *disruptor.HandlerError
			require.ErrorAs(t, err, &h)
			require.Equal(t, [2]int64{b.From(), b.To()}, [2]int64{h.From, h.To})
			require.ErrorContains(t, err, "boom")
			require.LessOrEqual(t, r.Stats().Consumers[0].Position, b.From(), "the position has not passed it")
			return nil
		}
	}
	consumer := r.HandleWith(cfg, handler)
	publish(t, p, 4)
	r.Close()
	err := r.Run(testContext(t))

	e := c.expect()
	require.Equal(t, e.ends, err != nil, "%v", err)
	if e.ends {
		require.ErrorContains(t, err, "boom")
	}
	require.Equal(t, e.calls, f.calls)
	require.Equal(t, e.position, consumer.Position())
	got := r.Stats().Consumers[0]
	require.Equal(t, e.retried, got.Retried)
	givenUp := int64(0)
	for _, b := range e.givenUp {
		givenUp += b[1] - b[0]
	}
	if c.deadLetter {
		require.Equal(t, e.givenUp, dead)
		require.Equal(t, [2]int64{0, givenUp}, [2]int64{got.Skipped, got.DeadLettered})
	} else {
		require.Equal(t, [2]int64{givenUp, 0}, [2]int64{got.Skipped, got.DeadLettered})
	}
}

// C70. Two events of a batch fail: each retry begins with the event that failed, and each event
// has a separate count.
func TestEventsThatFailAreCountedApart(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		fails := []int64{1, 1, 2, 2, 2}
		var calls ranges
		h := disruptor.Each(func(seq int64, _ *int64) error {
			if len(fails) > 0 && seq == fails[0] {
				fails = fails[1:]
				return errBoom
			}
			return nil
		})
		var dead []int64
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			OnFailure:  disruptor.FailurePolicy{Retries: 2},
			DeadLetter: func(b disruptor.Batch[int64], _ error) error { dead = append(dead, b.From()); return nil },
		}, func(b disruptor.Batch[int64]) error {
			calls = append(calls, [2]int64{b.From(), b.To()})
			return h(b)
		})
		publish(t, p, 4)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Empty(t, fails)
		require.Equal(t, []int64{2}, dead, "at its third failure, and not before, though 1 has failed, too")
		require.Equal(t, ranges{{0, 4}, {1, 4}, {1, 4}, {2, 4}, {2, 4}, {3, 4}}, calls)
	})
}

// A policy is for failures of a handler. A wait strategy that panics ends the ring.
func TestAWaitStrategyThatPanicsIsNoFailureOfTheHandler(t *testing.T) {
	for _, group := range []bool{false, true} {
		letters, panics := 0, 0
		deadLetter := func(disruptor.Batch[int64], error) error { letters++; return nil }
		var r *disruptor.Ring[int64]
		r = newRing[int64](t, disruptor.Config{Capacity: 4, Wait: idleFunc(func(int) disruptor.Action {
			if panics++; panics < 5 {
				panic(errHandler)
			}
			r.Close()
			return disruptor.Yield
		})})
		h := func(disruptor.Batch[int64]) error { return nil }
		if group {
			r.HandleGroup(handled{Name: "h", Workers: 1, DeadLetter: deadLetter}, h)
		} else {
			r.HandleWith(disruptor.ConsumerConfig[int64]{Name: "h", DeadLetter: deadLetter}, h)
		}
		require.EqualError(t, r.Run(testContext(t)), `consumer "h", at 0: panic: no space left`)
		require.Zero(t, letters)
	}
}
