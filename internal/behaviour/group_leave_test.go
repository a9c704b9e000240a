package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Another worker is handed the events that a worker has left, from the first unfinished slot on,
// before anything later. C94.
func TestWhatAWorkerLeavesIsHandedToAnother(t *testing.T) {
	forEachKindOf(t, 16, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 4)
		a, b := g.Worker(), g.Worker()
		publish(t, p, 12)
		first, second := takeRun(t, a, 0, 4), takeRun(t, b, 4, 8)
		head, _ := first.Split(1)
		a.Done(head)
		a.Close()
		a.Close()
		a.Done(first) // is not its any more
		require.Equal(t, int64(1), g.Consumer().Position())
		requireNoRun(t, a)
		_, err := a.Next(t.Context())
		require.Equal(t, disruptor.ErrClosed, err)
		b.Done(second)
		b.Done(takeRun(t, b, 1, 4))
		require.Equal(t, int64(8), g.Consumer().Position())
		takeRun(t, b, 8, 12)
		b.Close()
		c := g.Worker()
		c.Done(takeRun(t, c, 8, 12))
		require.Equal(t, int64(12), g.Consumer().Position())
	})
}

// Of several runs that are left, the lowest comes first: it holds the position.
func TestTheLowestRunThatIsLeftComesFirst(t *testing.T) {
	forEachKindOf(t, 16, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 2)
		var workers []*disruptor.Worker[int64]
		publish(t, p, 8)
		for i := range int64(3) {
			workers = append(workers, g.Worker())
			takeRun(t, workers[i], 2*i, 2*i+2)
		}
		for _, i := range []int{1, 0, 2} {
			workers[i].Close()
		}
		require.Equal(t, disruptor.Unserved, r.Stats().Consumers[0].State)
		w := g.Worker()
		require.Equal(t, disruptor.Busy, r.Stats().Consumers[0].State)
		for i := range int64(4) {
			w.Done(takeRun(t, w, 2*i, 2*i+2))
			require.Equal(t, 2*i+2, g.Consumer().Position())
		}
	})
}

// A group without workers also holds producers back, and the first worker that joins is handed
// the events that have come meanwhile.
func TestAGroupWithoutWorkersGates(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 0)
		publish(t, p, 4)
		require.False(t, p.TrySend(0))
		w := g.Worker()
		w.Done(takeRun(t, w, 0, 4))
		w.Close()
		publish(t, p, 4)
		require.False(t, p.TrySend(0))
		g.Consumer().Close()
		require.Empty(t, r.Stats().Consumers)
		publish(t, p, 4)
		requireNoRun(t, g.Worker())
	})
}

// Close of a group takes no events from a worker: the group holds producers back until each
// worker has finished or left.
func TestAGroupIsClosedOnceNothingIsInHand(t *testing.T) {
	forEachKindOf(t, 8, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 2)
		follower := r.Consumer("follower", g.Consumer())
		a, b, c := g.Worker(), g.Worker(), g.Worker()
		publish(t, p, 8)
		first, second := takeRun(t, a, 0, 2), takeRun(t, b, 2, 4)
		takeRun(t, c, 4, 6)
		c.Close()
		g.Consumer().Close()
		g.Consumer().Close()
		requireNoRun(t, g.Worker())
		requireNothing(t, follower)
		b.Done(second)
		require.Len(t, r.Stats().Consumers, 2)
		require.False(t, p.TrySend(0))
		head, _ := first.Split(1)
		a.Done(head)
		takeRun(t, a, 1, 2)
		a.Close()
		require.Len(t, r.Stats().Consumers, 1)
		follower.Done(take(t, follower, 0, 8))
		publish(t, p, 8)
		for _, w := range []*disruptor.Worker[int64]{a, b, c, g.Worker()} {
			_, err := w.Next(t.Context())
			require.Equal(t, disruptor.ErrClosed, err)
		}
	})
}

// A worker of a closed group is not handed the rest of its run behind aborted slots.
func TestAClosedGroupHandsOutNothing(t *testing.T) {
	forEachKindOf(t, 16, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		g := group(r, 0)
		w := g.Worker()
		publish(t, p, 2)
		abort(t, p, 2)
		publish(t, p, 2)
		b := takeRun(t, w, 0, 2)
		g.Consumer().Close()
		takeRun(t, w, 0, 2)
		w.Done(b)
		requireNoRun(t, w)
		_, err := w.Next(t.Context())
		require.Equal(t, disruptor.ErrClosed, err)
		require.Empty(t, r.Stats().Consumers, "nothing is in hand")
	})
}

// On a ring that has ended, a group's workers find that end.
func TestAGroupThatComesAfterTheEnd(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		publish(t, p, 2)
		r.Close()
		g := group(r, 0)
		require.Equal(t, int64(2), g.Consumer().Position())
		w := g.Worker()
		requireNoRun(t, w)
		_, err := w.Next(t.Context())
		require.Equal(t, disruptor.ErrClosed, err)
		w.Close()
		g.Consumer().Close()
	})
}

// Counted is the event that was the first unfinished one each time that a worker left.
func TestAnEventIsGivenUpAfterSomeAttempts(t *testing.T) {
	type letter struct {
		event int64
		err   string
	}
	var letters []letter
	deadLetter := func(b disruptor.Batch[int64], err error) error {
		letters = append(letters, letter{*b.At(0), err.Error()})
		return nil
	}
	const text = `consumer "g", batch [3, 4): given up: Attempts is 2`
	for name, cfg := range map[string]disruptor.GroupConfig[int64]{
		"fails":       {},
		"skip":        {OnFailure: disruptor.FailurePolicy{Skip: true}},
		"dead letter": {DeadLetter: deadLetter},
		"panics":      {DeadLetter: func(disruptor.Batch[int64], error) error { panic("no letters") }},
	} {
		forEachKindOf(t, 8, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			cfg.Name, cfg.Attempts = "g", 2
			g := r.Group(cfg)
			publish(t, p, 5)
			leave := func(from, done int64) {
				w := g.Worker()
				b := takeRun(t, w, from, 5)
				head, _ := b.Split(int(done - from))
				w.Done(head)
				w.Close()
			}
			letters = nil
			leave(0, 0)
			leave(0, 1)
			leave(1, 3)
			require.NoError(t, r.Err())
			leave(3, 3)
			stats := r.Stats().Consumers[0]
			switch name {
			case "skip":
				require.Equal(t, int64(1), stats.Skipped)
			case "dead letter":
				require.Equal(t, []letter{{3, text}}, letters)
				require.Equal(t, int64(1), stats.DeadLettered)
			case "panics":
				require.ErrorContains(t, r.Err(), "dead letter: panic: no letters; after: given up: Attempts is 2")
				return
			default:
				require.ErrorIs(t, r.Err(), disruptor.ErrClosed)
				require.ErrorContains(t, r.Err(), text)
				_, err := g.Worker().Next(t.Context())
				require.Equal(t, r.Err(), err)
				require.ErrorContains(t, r.Run(t.Context()), text)
				return
			}
			require.NoError(t, r.Err())
			require.Equal(t, int64(4), g.Consumer().Position())
			leave(4, 4) // its first attempt
			leave(4, 5)
			require.Equal(t, int64(5), g.Consumer().Position())
		})
	}
}

// A6. A worker stays on a closed ring while another has events in hand: they may be left to it.
func TestAWorkerStaysUntilAllIsFinished(t *testing.T) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) {
			for _, leaves := range []bool{false, true} {
				r := newRing[int64](t, v.config(8))
				p := newProducer(r)
				g := group(r, 2)
				a, b, c := g.Worker(), g.Worker(), g.Worker()
				publish(t, p, 2)
				first, last := takeRun(t, a, 0, 1), takeRun(t, b, 1, 2)
				r.Close()
				waiting := make(chan error)
				go func() {
					b, err := c.Next(testContext(t))
					if err == nil {
						c.Done(b)
						_, err = c.Next(testContext(t))
					}
					waiting <- err
				}()
				if parks(v.wait) {
					eventually(t, func() bool { return r.Stats().Parks > 0 }, "it sleeps")
				}
				b.Done(last)
				select {
				case <-waiting:
					require.Fail(t, "it has gone")
				default:
				}
				if leaves {
					a.Close()
				} else {
					a.Done(first)
				}
				require.Equal(t, disruptor.ErrClosed, <-waiting)
				require.Equal(t, int64(2), g.Consumer().Position())
			}
		})
	}
}
