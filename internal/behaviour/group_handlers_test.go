package behaviour

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

type handled = disruptor.GroupConfig[int64]

// Run serves a group with the given number of goroutines, and each event once. C92.
func TestRunServesAGroup(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		r := newRing[int64](t, v.config(8))
		events := 100 * race.Scale
		finished := newTally(0, events)
		var started, stopped atomic.Int32
		workers := map[*disruptor.Worker[int64]]bool{}
		var mu sync.Mutex
		g := r.HandleGroup(handled{
			Name: "g", Workers: 3, MaxBatch: 2,
			Start: func(w *disruptor.Worker[int64]) error {
				mu.Lock()
				defer mu.Unlock()
				workers[w] = true
				started.Add(1)
				return nil
			},
			Stop: func(*disruptor.Worker[int64]) { stopped.Add(1) },
		}, disruptor.Each(func(seq int64, v *int64) error {
			finished.add(seq)
			*v = -seq - 1
			return nil
		}))
		seen := int64(0)
		r.Handle("follower", disruptor.Each(func(seq int64, v *int64) error {
			if *v != -seq-1 || seq != seen {
				return errors.New("not finished by a worker")
			}
			seen++
			return nil
		}), g.Consumer())
		go func() {
			p := newProducer(r)
			for i := range events {
				_ = p.Send(context.Background(), int64(i))
			}
			r.Close()
		}()
		require.NoError(t, r.Run(testContext(t)))
		finished.requireOnce(t)
		require.EqualValues(t, events, seen)
		require.EqualValues(t, 3, started.Load())
		require.EqualValues(t, 3, stopped.Load())
		require.Len(t, workers, 3)
		require.NoError(t, r.Shutdown(testContext(t)))
		require.NoError(t, r.Run(testContext(t)), "again: there is nothing to do")
	})
}

// A surplus worker goes once its batch is done; a new one starts at once.
func TestTheNumberOfWorkersMayChange(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		in, release := make(chan int64), make(chan struct{})
		g := r.HandleGroup(handled{Name: "g", Workers: 2, MaxBatch: 1}, func(b disruptor.Batch[int64]) error {
			in <- b.From()
			<-release
			return nil
		})
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		publish(t, p, 4)
		began := []int64{<-in, <-in}
		require.ElementsMatch(t, []int64{0, 1}, began)
		g.SetWorkers(3)
		require.EqualValues(t, 2, <-in)
		g.SetWorkers(0)
		synctest.Wait()
		close(release)
		synctest.Wait()
		require.EqualValues(t, 3, g.Consumer().Position(), "each has finished its batch")
		require.Equal(t, disruptor.Unserved, r.Stats().Consumers[0].State)

		ctx, cancel := context.WithCancel(t.Context())
		down := make(chan error)
		go func() { down <- r.Shutdown(ctx) }()
		synctest.Wait()
		g.SetWorkers(1)
		require.EqualValues(t, 3, <-in)
		require.NoError(t, <-down)
		require.NoError(t, <-run)
		cancel()
		g.SetWorkers(2)
		require.NoError(t, r.Shutdown(t.Context()), "all is finished")
	})
}

func TestSetWorkersBeforeRun(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var most, now, calls atomic.Int32
		g := r.HandleGroup(handled{Name: "g", Workers: 4, MaxBatch: 1}, func(b disruptor.Batch[int64]) error {
			most.Store(max(most.Load(), now.Add(1)))
			calls.Add(1)
			synctest.Wait()
			now.Add(-1)
			return nil
		})
		g.SetWorkers(1)
		publish(t, p, 4)
		r.Close()
		require.NoError(t, r.Run(t.Context()))
		require.EqualValues(t, 1, most.Load())
		require.EqualValues(t, 4, calls.Load())
	})
}

// A group that stands still is named, as is one that no Run serves. C94.
func TestShutdownNamesAGroup(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := r.HandleGroup(handled{Name: "g", Workers: 2}, func(disruptor.Batch[int64]) error { return nil })
		publish(t, p, 3)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errHandler)
		g.SetWorkers(0)
		err := r.Shutdown(ctx)
		require.ErrorIs(t, err, errHandler)
		require.EqualError(t, err, `disruptor: shutdown: no space left: consumer "g" at 0 has 3 left and is not served by a Run`)
	})
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.HandleGroup(handled{Name: "g", Workers: 2}, func(disruptor.Batch[int64]) error { return nil })
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errHandler)
		require.EqualError(t, r.Shutdown(ctx), `disruptor: shutdown: no space left: consumer "g" at 0 has 0 left and is not served by a Run`)
	})
}

// An error, a panic and Goexit of one worker end the ring; the error says which events it had in
// hand.
func TestAHandlerOfAGroupFailsTheRing(t *testing.T) {
	for name, fail := range map[string]func() error{
		"no space left":             func() error { return errHandler },
		"panic: no space left":      func() error { panic(errHandler) },
		"runtime.Goexit was called": func() error { runtime.Goexit(); return nil },
	} {
		forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			g := r.HandleGroup(handled{Name: "g", Workers: 3, MaxBatch: 1}, func(b disruptor.Batch[int64]) error {
				if b.From() == 2 {
					return fail()
				}
				return nil
			})
			publish(t, p, 4)
			r.Close()
			err := r.Run(testContext(t))
			var h *disruptor.HandlerError
			require.ErrorAs(t, err, &h)
			require.Equal(t, [2]int64{2, 3}, [2]int64{h.From, h.To})
			require.Equal(t, `consumer "g", batch [2, 3): `+name, err.Error())
			require.LessOrEqual(t, g.Consumer().Position(), int64(2))
		})
	}
}

// Close of a handled group lets each worker finish its batch; other consumers go on.
func TestAHandledGroupIsClosed(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		in, release := make(chan int64, 4), make(chan struct{})
		g := r.HandleGroup(handled{Name: "g", Workers: 3, MaxBatch: 1}, func(b disruptor.Batch[int64]) error {
			in <- b.From()
			<-release
			return nil
		})
		other := r.Handle("other", func(disruptor.Batch[int64]) error { return nil }, g.Consumer())
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		publish(t, p, 2)
		synctest.Wait()
		require.Len(t, in, 2)
		g.Consumer().Close()
		synctest.Wait()
		require.Zero(t, other.Position())
		publish(t, p, 2)
		close(release)
		synctest.Wait()
		require.Len(t, r.Stats().Consumers, 1)
		require.Len(t, in, 2)
		require.EqualValues(t, 4, other.Position())
		g.SetWorkers(5)
		g.Consumer().Close()
		require.NoError(t, r.Shutdown(t.Context()))
		require.NoError(t, <-run)
	})
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := r.HandleGroup(handled{Name: "g"}, func(disruptor.Batch[int64]) error { return errHandler })
		publish(t, p, 4)
		g.Consumer().Close()
		publish(t, p, 4)
		require.NoError(t, r.Shutdown(t.Context()), "nobody waits for it")
		require.NoError(t, r.Run(t.Context()))
	})
}

// A group may be made while Run is active, and after the end.
func TestAGroupIsHandledFromItsMakingOn(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		synctest.Wait()
		g := r.HandleGroup(handled{Name: "g"}, func(disruptor.Batch[int64]) error { return nil })
		publish(t, p, 4)
		synctest.Wait()
		require.EqualValues(t, 4, g.Consumer().Position())
		r.Close()
		require.NoError(t, <-run)
		r.HandleGroup(handled{Name: "late"}, func(disruptor.Batch[int64]) error { return errHandler })
		require.NoError(t, r.Shutdown(t.Context()))
		require.NoError(t, r.Run(t.Context()))
	})
}

// A Start that fails ends the ring; one that closes its worker leaves the work to the others.
func TestStartOfAWorker(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var started atomic.Int32
		var calls atomic.Int32
		r.HandleGroup(handled{Name: "g", Workers: 3, Start: func(w *disruptor.Worker[int64]) error {
			if started.Add(1) == 2 {
				w.Close()
			}
			return nil
		}}, func(b disruptor.Batch[int64]) error { calls.Add(int32(b.Len())); return nil })
		publish(t, p, 4)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.EqualValues(t, 4, calls.Load())
	})
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.HandleGroup(handled{Name: "g", Workers: 2, Start: func(*disruptor.Worker[int64]) error { return errHandler }},
			func(disruptor.Batch[int64]) error { return nil })
		require.ErrorIs(t, r.Run(testContext(t)), errHandler)
	})
}

func TestGroupsRefuseWhatMakesNoSense(t *testing.T) {
	r, other := newRing[int64](t, disruptor.Config{Capacity: 4}), newRing[int64](t, disruptor.Config{Capacity: 4})
	h := func(disruptor.Batch[int64]) error { return nil }
	byHand, served := r.Group(handled{Name: "g"}), r.HandleGroup(handled{Name: "h"}, h)
	for text, call := range map[string]func(){
		`disruptor: nil handler for group "g"`:                         func() { r.HandleGroup(handled{Name: "g"}, nil) },
		`disruptor: -1 workers for group "g"`:                          func() { r.HandleGroup(handled{Name: "g", Workers: -1}, h) },
		`disruptor: Attempts of -1 for group "g"`:                      func() { r.Group(handled{Name: "g", Attempts: -1}) },
		`disruptor: MaxBatch of -1`:                                    func() { r.Group(handled{Name: "g", MaxBatch: -1}) },
		`disruptor: group "g": Workers, Start and Stop need a handler`: func() { r.Group(handled{Name: "g", Workers: 1}) },
		`disruptor: group "g" after a nil consumer`:                    func() { r.Group(handled{Name: "g", After: []*disruptor.Consumer[int64]{nil}}) },
		`disruptor: group "g" after consumer "x" of another ring`:      func() { r.Group(handled{Name: "g", After: []*disruptor.Consumer[int64]{other.Consumer("x")}}) },
		`disruptor: group "g": retries of OnFailure need a handler`: func() {
			r.Group(handled{Name: "g", Attempts: 1, OnFailure: disruptor.FailurePolicy{Retries: 1}})
		},
		`disruptor: group "g": OnFailure and DeadLetter without a handler need Attempts`: func() {
			r.Group(handled{Name: "g", OnFailure: disruptor.FailurePolicy{Skip: true}})
		},
		`disruptor: SetWorkers of group "g", whose workers are used by hand`: func() { byHand.SetWorkers(1) },
		`disruptor: -2 workers for group "h"`:                                func() { served.SetWorkers(-2) },
		`disruptor: Worker of group "h", which Run serves`:                   func() { served.Worker() },
		`disruptor: nil context`:                                             func() { byHand.Worker().Batches(context.Context(nil)) },
	} {
		requirePanics(t, text, call)
	}
}

// A worker that pauses before a retry holds up the followers of the group, but no other worker.
func TestAWorkerThatTriesAgainIsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 8})
		var calls, others atomic.Int32
		g := r.HandleGroup(handled{Name: "g", Workers: 2, MaxBatch: 1, OnFailure: disruptor.FailurePolicy{Retries: 3, Backoff: time.Second}},
			func(b disruptor.Batch[int64]) error {
				if b.From() == 1 && calls.Add(1) < 4 {
					return errHandler
				}
				others.Add(1)
				return nil
			})
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		publish(t, r.MultiProducer(), 8)
		synctest.Wait()
		require.EqualValues(t, 7, others.Load())
		require.EqualValues(t, 1, g.Consumer().Position())
		time.Sleep(time.Minute)
		require.EqualValues(t, 8, g.Consumer().Position())
		require.EqualValues(t, 3, r.Stats().Consumers[0].Retried)
		r.Close()
		require.NoError(t, <-run)
	})
}

// If a worker is asked to go between two attempts, another one takes its events; it counts for
// Attempts.
func TestAWorkerThatTriesAgainMayBeAskedToGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 8})
		var letters, calls atomic.Int32
		g := r.HandleGroup(handled{
			Name: "g", Workers: 1, Attempts: 2, OnFailure: disruptor.FailurePolicy{Retries: 100, Backoff: time.Hour},
			DeadLetter: func(b disruptor.Batch[int64], err error) error { letters.Add(int32(b.Len())); return nil },
		}, func(b disruptor.Batch[int64]) error {
			if calls.Add(1); b.From() == 0 {
				return errHandler
			}
			return nil
		})
		run := make(chan error)
		go func() { run <- r.Run(t.Context()) }()
		publish(t, r.MultiProducer(), 2)
		for range 2 {
			synctest.Wait()
			require.Zero(t, g.Consumer().Position())
			require.Zero(t, letters.Load())
			g.SetWorkers(0)
			synctest.Wait()
			g.SetWorkers(1)
		}
		synctest.Wait()
		require.EqualValues(t, 1, letters.Load())
		require.EqualValues(t, 2, g.Consumer().Position())
		require.EqualValues(t, 3, calls.Load())
		r.Close()
		require.NoError(t, <-run)
	})
}

// The events that a policy skips or sends elsewhere are finished like others.
func TestAPolicyOfAGroup(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, skip := range []bool{false, true} {
			r := newRing[int64](t, v.config(8))
			events := 50 * race.Scale
			finished, letters := newTally(0, events), newTally(0, events)
			cfg := handled{Name: "g", Workers: 3, MaxBatch: 3, OnFailure: disruptor.FailurePolicy{Retries: 1, Skip: skip}}
			if !skip {
				cfg.DeadLetter = func(b disruptor.Batch[int64], _ error) error {
					letters.add(b.From())
					finished.add(b.From())
					return nil
				}
			}
			g := r.HandleGroup(cfg, disruptor.Each(func(seq int64, _ *int64) error {
				switch {
				case seq%5 == 0:
					return errHandler
				case seq%7 == 0:
					panic(errHandler)
				}
				finished.add(seq)
				return nil
			}))
			go func() {
				p := newProducer(r)
				for i := range events {
					_ = p.Send(context.Background(), int64(i))
				}
				r.Close()
			}()
			require.NoError(t, r.Run(testContext(t)))
			require.EqualValues(t, events, g.Consumer().Position())
			for seq := range int64(events) {
				failed := seq%5 == 0 || seq%7 == 0
				require.Equal(t, failed && !skip, letters.n[seq].Load() == 1, seq)
				require.Equal(t, !failed || !skip, finished.n[seq].Load() > 0, seq)
			}
		}
	})
}
