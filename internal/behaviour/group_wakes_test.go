package behaviour

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The wake-ups of workers, and those by workers. In a bubble a lost wake-up is a deadlock, which
// fails at once.

// Every end that a waiting worker may find wakes it and the other sleeping workers.
func TestWorkersThatSleepHearOfTheEnd(t *testing.T) {
	enough := errors.New("enough")
	for name, end := range map[string]func(r *disruptor.Ring[int64], g *disruptor.Group[int64]) error{
		"closed": func(r *disruptor.Ring[int64], _ *disruptor.Group[int64]) error { r.Close(); return disruptor.ErrClosed },
		"group": func(_ *disruptor.Ring[int64], g *disruptor.Group[int64]) error {
			g.Consumer().Close()
			return disruptor.ErrClosed
		},
		"failed": func(r *disruptor.Ring[int64], _ *disruptor.Group[int64]) error {
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(enough)
			return r.Run(ctx)
		},
	} {
		for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
			for _, stage := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					r := newRing[int64](t, disruptor.Config{Capacity: 8, Producers: producers, Wait: disruptor.BlockWait{Spin: -1}})
					var after []*disruptor.Consumer[int64]
					if stage {
						after = append(after, r.Consumer("before"))
					}
					g := group(r, 0, after...)
					gone := make(chan error)
					for range 3 {
						w := g.Worker()
						go func() {
							_, err := w.Next(t.Context())
							gone <- err
						}()
					}
					synctest.Wait()
					require.Equal(t, disruptor.Waiting, r.Stats().Consumers[len(after)].State, name)
					want := end(r, g)
					for range 3 {
						require.ErrorIs(t, <-gone, want, name)
					}
				})
			}
		}
	}
}

// One event wakes one worker, and many wake all.
func TestWhatIsPublishedWakesWorkers(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, stage := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 8, Producers: producers, Wait: disruptor.BlockWait{Spin: -1}})
				p := newProducer(r)
				before := r.Consumer("before")
				var after []*disruptor.Consumer[int64]
				if stage {
					after = append(after, before)
				}
				g := group(r, 1, after...)
				got := make(chan int64, 16)
				for range 4 {
					w := g.Worker()
					go func() {
						for b := range w.Batches(t.Context()) {
							got <- b.From()
						}
						got <- -1
					}()
				}
				synctest.Wait()
				publish(t, p, 1)
				advance(t, before, 1)
				synctest.Wait()
				require.Len(t, got, 1)
				// The worker that watched, and the one that watches now; both sleep again.
				require.LessOrEqual(t, r.Stats().Wakes, int64(2))
				publish(t, p, 5)
				advance(t, before, 6)
				synctest.Wait()
				require.Len(t, got, 6)
				r.Close()
				synctest.Wait()
				require.Len(t, got, 10)
			})
		}
	}
}

// A sleeping worker wakes and takes the events that another leaves. A7.
func TestWhatIsLeftWakesAWorker(t *testing.T) {
	for _, idle := range []int{1, 3} {
		for _, stage := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 8, Wait: disruptor.BlockWait{Spin: -1}})
				p := newProducer(r)
				before := r.Consumer("before")
				var after []*disruptor.Consumer[int64]
				if stage {
					after = append(after, before)
				}
				g := group(r, 0, after...)
				holder := g.Worker()
				publish(t, p, 2)
				advance(t, before, 2)
				takeRun(t, holder, 0, 2)
				got := make(chan int64, 4)
				for range idle {
					w := g.Worker()
					go func() {
						for b := range w.Batches(t.Context()) {
							got <- b.From()
						}
					}()
				}
				synctest.Wait()
				holder.Close()
				require.Zero(t, <-got)
				synctest.Wait()
				require.Equal(t, int64(2), g.Consumer().Position())
				r.Close()
			})
		}
	}
}

// A6. When the last worker finishes, or leaves its events, it wakes the workers that wait only
// for that.
func TestAWorkerThatSleepsStaysUntilAllIsFinished(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, leaves := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 8, Producers: producers, Wait: disruptor.BlockWait{Spin: -1}})
				g := group(r, 1)
				a, b := g.Worker(), g.Worker()
				publish(t, newProducer(r), 2)
				first, last := takeRun(t, a, 0, 1), takeRun(t, b, 1, 2)
				var wg sync.WaitGroup
				for range 2 {
					w := g.Worker()
					wg.Go(func() {
						for range w.Batches(t.Context()) {
						}
						if g.Consumer().Position() != 2 {
							t.Error("it has gone")
						}
					})
				}
				synctest.Wait()
				r.Close()
				synctest.Wait()
				b.Done(last)
				synctest.Wait()
				if leaves {
					a.Close()
				} else {
					a.Done(first)
				}
				wg.Wait()
				require.Equal(t, int64(2), g.Consumer().Position())
			})
		}
	}
}

// Followers and claims sleep on the tail.
func TestWhoWaitsForAGroupIsWokenByItsTail(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 4, Producers: producers, Wait: disruptor.BlockWait{Spin: -1}})
			g := group(r, 1)
			p := newProducer(r)
			follower := r.Consumer("follower", g.Consumer())
			a, b := g.Worker(), g.Worker()
			publish(t, p, 4)
			first, second := takeRun(t, a, 0, 1), takeRun(t, b, 1, 2)
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := follower.WaitFor(t.Context(), 1); err != nil {
					t.Error(err)
				}
				b, _ := follower.TryNext()
				follower.Done(b)
			})
			wg.Go(func() {
				if _, err := p.Claim(t.Context(), 2); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			b.Done(second)
			synctest.Wait()
			require.Zero(t, follower.Position())
			a.Done(first)
			wg.Wait()
		})
	}
}
