package behaviour

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// Lossy consumers while producers run. A wide event has its sequence in each of its words, so a
// copy mixed from two events is seen at once; the race detector sees it too.
type wide [8]int64

func widen(seq int64) (w wide) {
	for i := range w {
		w[i] = seq
	}
	return w
}

// A watcher is a lossy consumer with its ledger.
type watcher struct {
	*disruptor.LossyConsumer[wide]
	ledger
}

func watch(r *disruptor.Ring[wide], cfg disruptor.LossyConfig[wide]) *watcher {
	w := &watcher{LossyConsumer: r.LossyConsumer(cfg)}
	for at := int64(-1); at != w.Position(); { // it may be pushed meanwhile
		at = w.Position()
		w.joined = at - w.Missed()
	}
	w.next = w.joined
	return w
}

func (w *watcher) enter(c disruptor.Copy[wide]) error {
	events := make([]int64, len(c.Events))
	for i, e := range c.Events {
		if e != widen(e[0]) {
			return fmt.Errorf("a torn copy: %v", e)
		}
		events[i] = e[0]
	}
	return w.ledger.enter(disruptor.Copy[int64]{Events: events, From: c.From, To: c.To, Missed: c.Missed})
}

// close is ledger.close.
func (w *watcher) close(end int64) error {
	untold := w.Missed() - w.missed
	if after := end - w.next - untold; untold < 0 || after < 0 || w.Position() != end {
		return fmt.Errorf("at %d of %d: %+v, %d missed", w.Position(), end, w.ledger, w.Missed())
	}
	return nil
}

// sendWide sends n runs of up to a lap, aborting some.
func sendWide(ctx context.Context, p disruptor.Producer[wide], rnd *rand.Rand, n, most int, aborts bool) error {
	for range n {
		b, err := p.Claim(ctx, 1+rnd.IntN(most))
		if err != nil {
			return err
		}
		for seq, e := range b.All() {
			*e = widen(seq)
		}
		if aborts && rnd.IntN(5) == 0 {
			p.Abort(b)
		} else {
			p.Publish(b)
		}
		if rnd.IntN(8) == 0 {
			runtime.Gosched()
		}
	}
	return nil
}

// watchAll enters the copies of w until the ring ends or, if left is not negative, left copies
// have come.
func watchAll(ctx context.Context, w *watcher, rnd *rand.Rand, left int) error {
	last := int64(0)
	for ; left != 0; left-- {
		c, err := w.Next(ctx)
		if err != nil {
			return err
		}
		if err := w.enter(c); err != nil {
			return err
		}
		if missed := w.Missed(); missed < last {
			return fmt.Errorf("%d are missed after %d were", missed, last)
		} else {
			last = missed
		}
		for range rnd.IntN(20) {
			runtime.Gosched() // slow, at times
		}
	}
	return nil
}

func forEachLossyRing(t *testing.T, test func(t *testing.T, cfg disruptor.Config, rnd *rand.Rand)) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, w := range RaceWaits {
			for _, capacity := range []int{1, 2, 8, 64} {
				for _, clear := range []bool{false, true} {
					name := fmt.Sprintf("%d/%s/%d/%v", producers, w.Name, capacity, clear)
					t.Run(name, func(t *testing.T) {
						seed := rand.Uint64()
						t.Logf("seed %d", seed)
						cfg := disruptor.Config{Capacity: capacity, Producers: producers, Wait: w.Wait, Clear: clear}
						test(t, cfg, rand.New(rand.NewPCG(seed, 1)))
					})
				}
			}
		}
	}
}

// fork returns a source of numbers for another goroutine.
func fork(rnd *rand.Rand) *rand.Rand { return rand.New(rand.NewPCG(rnd.Uint64(), 2)) }

func producersOf(cfg disruptor.Config) int {
	if cfg.Producers == disruptor.Single {
		return 1
	}
	return 3
}

// Several lossy consumers, slow ones and one that never reads, and no others: everything adds up.
func TestLossyConsumersAddUpWhileProducersRun(t *testing.T) {
	forEachLossyRing(t, func(t *testing.T, cfg disruptor.Config, rnd *rand.Rand) {
		ctx := testContext(t)
		start := rand.Int64N(lastSequence - 1<<30)
		if rnd.IntN(3) == 0 {
			start = lastSequence - sequencesLeft
		}
		r := newRingWithHistory[wide](t, cfg, start, rnd)
		hangs := watch(r, disruptor.LossyConfig[wide]{Name: "hangs"})
		var watchers []*watcher
		for i := range 3 {
			watchers = append(watchers, watch(r, disruptor.LossyConfig[wide]{MaxBatch: 1 + rnd.IntN(cfg.Capacity), Newest: i == 0}))
		}
		var consuming, producing sync.WaitGroup
		errs := make(chan error, 16)
		for _, w := range watchers {
			rnd := fork(rnd)
			consuming.Go(func() { errs <- watchAll(ctx, w, rnd, -1) })
		}
		consuming.Go(func() {
			for last := int64(0); r.Err() == nil; runtime.Gosched() {
				s := r.Stats()
				for _, c := range s.Consumers {
					if c.Lag < 0 || c.Position > s.Published || c.Missed < 0 {
						errs <- fmt.Errorf("%+v", s)
						return
					}
				}
				if missed := s.Consumers[1].Missed; missed < last {
					errs <- fmt.Errorf("%d are missed after %d were", missed, last)
					return
				} else {
					last = missed
				}
			}
			errs <- disruptor.ErrClosed
		})
		for range producersOf(cfg) {
			p, rnd := newProducer(r), fork(rnd)
			producing.Go(func() {
				if err := sendWide(ctx, p, rnd, 100*race.Scale, cfg.Capacity, true); err != nil {
					errs <- err
				}
			})
		}
		producing.Wait()
		r.Close()
		consuming.Wait()
		close(errs)
		for err := range errs {
			require.Equal(t, disruptor.ErrClosed, err)
		}
		end := r.Published()
		require.Equal(t, r.Stats().Claimed, end)
		for _, w := range watchers {
			require.NoError(t, w.close(end))
		}
		require.Equal(t, disruptor.ErrClosed, watchAll(ctx, hangs, rnd, -1), "what is left is still there")
		require.NoError(t, hangs.close(end))
	})
}

// Lossy and strict consumers come and go: the strict ones lose nothing. B5, B6, B11.
func TestConsumersOfBothKindsComeAndGo(t *testing.T) {
	forEachLossyRing(t, func(t *testing.T, cfg disruptor.Config, rnd *rand.Rand) {
		ctx, stop := context.WithCancel(testContext(t))
		defer stop()
		r := newRingWithHistory[wide](t, cfg, 1<<40+5, rnd)
		var running, guests sync.WaitGroup
		errs := make(chan error, 16)
		for range producersOf(cfg) {
			p, rnd := newProducer(r), fork(rnd)
			running.Go(func() {
				for ctx.Err() == nil {
					if sendWide(ctx, p, rnd, 1, cfg.Capacity, false) != nil {
						return
					}
				}
			})
		}
		running.Go(func() {
			for r.Published(); ctx.Err() == nil; runtime.Gosched() {
				r.Published()
			}
		})
		for range 2 {
			rnd := fork(rnd)
			guests.Go(func() {
				for range 6 * race.Scale {
					w := watch(r, disruptor.LossyConfig[wide]{MaxBatch: 1 + rnd.IntN(4)})
					if err := watchAll(ctx, w, rnd, rnd.IntN(4)); err != nil {
						errs <- err
						return
					}
					w.Close()
					if at := w.Position(); w.Missed()-w.missed != at-w.next {
						errs <- fmt.Errorf("it left at %d: %+v, %d missed", at, w.ledger, w.Missed())
						return
					}
				}
			})
		}
		guests.Go(func() {
			for range 6 * race.Scale {
				if err := strictGuest(ctx, r, 1+rnd.IntN(6)); err != nil {
					errs <- err
					return
				}
			}
		})
		guests.Wait()
		stop()
		running.Wait()
		close(errs)
		for err := range errs {
			require.NoError(t, err)
		}
		require.Empty(t, r.Stats().Consumers)
		require.Equal(t, r.Stats().Claimed, r.Published())
	})
}

// strictGuest joins, checks a number of events, and leaves.
func strictGuest(ctx context.Context, r *disruptor.Ring[wide], left int) error {
	c := r.Consumer("strict")
	defer c.Close()
	for next := c.Position(); left > 0; left-- {
		b, err := c.Next(ctx)
		if err != nil {
			return err
		}
		for seq, e := range b.All() {
			if seq != next || *e != widen(seq) {
				return fmt.Errorf("%v at %d after %d", *e, seq, next)
			}
			next++
		}
		c.Done(b)
	}
	return nil
}

// The handlers of both kinds, with an end that comes while they work.
func TestLossyHandlersAndTheEndsOfTheRing(t *testing.T) {
	forEachLossyRing(t, func(t *testing.T, cfg disruptor.Config, rnd *rand.Rand) {
		ctx, cancel := context.WithCancelCause(testContext(t))
		defer cancel(nil)
		enough := errors.New("enough")
		r := newRing[wide](t, cfg)
		fails := rnd.IntN(3)
		w := &watcher{}
		handled := 0
		w.LossyConsumer = r.HandleLossy(disruptor.LossyConfig[wide]{MaxBatch: 2}, func(c disruptor.Copy[wide]) error {
			if handled++; handled == 10 && fails == 1 {
				return enough
			}
			return w.enter(c)
		})
		r.Handle("strict", func(disruptor.Batch[wide]) error { return nil })
		running := inBackground(func() error { return r.Run(ctx) })
		err := sendWide(testContext(t), newProducer(r), rnd, 50, cfg.Capacity, false)
		switch fails {
		case 2:
			cancel(enough)
		case 0:
			require.NoError(t, err)
		}
		r.Close()
		switch err := <-running; {
		case fails == 0:
			require.NoError(t, err)
			require.NoError(t, w.close(r.Published()))
			require.Zero(t, w.between)
		case err != nil: // the ring may have ended before ten copies
			require.ErrorIs(t, err, enough)
		}
	})
}
