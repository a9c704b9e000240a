package behaviour

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// A shared event is read and written field by field, so that the race detector sees each edge
// that a group promises: producer to worker, worker to the worker that is handed its remaining
// events, worker to follower, follower to producer.
type sharedEvent struct {
	seq, begun, finished int64
}

// A shift is the set of workers of one group, and what became of each sequence.
type shift struct {
	*testing.T
	ctx    context.Context
	ring   *disruptor.Ring[sharedEvent]
	group  *disruptor.Group[sharedEvent]
	counts []count
	wg     sync.WaitGroup
}

type count struct{ begun, left, finished, aborted atomic.Int32 }

// work begins the events of b, finishes some of them, and reports whether that is all.
func (s *shift) work(w *disruptor.Worker[sharedEvent], b disruptor.Batch[sharedEvent], rnd *rand.Rand) bool {
	for seq, v := range b.All() {
		s.counts[seq].begun.Add(1)
		if v.seq != seq || v.finished != 0 {
			s.Errorf("sequence %d holds %+v", seq, *v)
		}
		v.begun++
		if rnd.IntN(8) == 0 {
			runtime.Gosched()
		}
	}
	n := b.Len()
	for b.Len() > 0 {
		part, rest := b.Split(1 + rnd.IntN(b.Len()))
		if rnd.IntN(40) == 0 {
			for seq := range b.All() {
				s.counts[seq].left.Add(1)
			}
			return false
		}
		for seq, v := range part.All() {
			v.finished = v.begun
			s.counts[seq].finished.Add(1)
		}
		w.Done(part)
		b = rest
	}
	return n > 0
}

var errLeft = errors.New("left")

// serve joins, works and leaves in one of several ways. It reports whether another should come.
func (s *shift) serve(rnd *rand.Rand) bool {
	w := s.group.Worker()
	defer w.Close()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	switch rnd.IntN(3) {
	case 0: // takes what there is, and leaves
		for range rnd.IntN(8) {
			if b, ok := w.TryNext(); ok && !s.work(w, b, rnd) {
				return true
			}
			runtime.Gosched()
		}
		return s.ring.Err() == nil
	case 1: // panics when it has not finished a batch
		err := func() (err error) {
			defer func() {
				if v := recover(); v != nil {
					err = errLeft
				}
			}()
			for b := range w.Batches(ctx) {
				if !s.work(w, b, rnd) {
					panic(errLeft)
				}
			}
			return w.Err()
		}()
		return err == errLeft
	default:
		patience := rnd.IntN(30)
		s.wg.Go(func() { // the wait ends, perhaps
			for range patience {
				runtime.Gosched()
			}
			cancel()
		})
		for {
			b, err := w.Next(ctx)
			if err != nil {
				return err == context.Canceled
			}
			if !s.work(w, b, rnd) {
				return true
			}
		}
	}
}

// produce publishes events up to the sequence end, and aborts some.
func (s *shift) produce(p disruptor.Producer[sharedEvent], end int64, aborts bool, rnd *rand.Rand) {
	s.wg.Go(func() {
		for {
			b, err := p.Claim(s.ctx, 1+rnd.IntN(min(s.ring.Cap(), 5)))
			if err != nil {
				return
			}
			last := b.To() >= end
			for b.Len() > 0 {
				part, rest := b.Split(1 + rnd.IntN(b.Len()))
				abort := aborts && rnd.IntN(5) == 0
				for seq, v := range part.All() {
					*v = sharedEvent{seq: seq}
					s.counts[seq].aborted.Store(0) // a Single producer takes the last part of a claim back
					if abort {
						s.counts[seq].aborted.Store(1)
					}
				}
				if abort {
					p.Abort(part)
				} else {
					p.Publish(part)
				}
				b = rest
			}
			if last {
				s.ring.Close()
				return
			}
		}
	})
}

// forEachShift runs test for rings of many kinds.
func forEachShift(t *testing.T, test func(t *testing.T, cfg disruptor.Config, stage bool)) {
	waits := append(slices.Clone(RaceWaits), struct {
		Name string
		Wait disruptor.WaitStrategy
	}{"user", UserWait{}})
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, w := range waits {
			for _, capacity := range []int{1, 2, 8, 64} {
				for _, stage := range []bool{false, true} {
					t.Run(fmt.Sprintf("%d/%s/%d/%v", producers, w.Name, capacity, stage), func(t *testing.T) {
						test(t, disruptor.Config{Capacity: capacity, Producers: producers, Wait: w.Wait, Clear: capacity == 2}, stage)
					})
				}
			}
		}
	}
}

// Workers join, leave with events in hand, panic and are cancelled while producers run, before and after other stages.
// Each event is finished once, and begun again only by the worker that it was left to.
func TestEachEventIsFinishedOnceThoughWorkersComeAndGo(t *testing.T) {
	forEachShift(t, func(t *testing.T, cfg disruptor.Config, stage bool) {
		workInShifts(t, cfg, stage, false, rand.Uint64())
	})
}

// The same, and a goroutine closes the group at some time: the others come to their end without it.
func TestAGroupMayBeClosedAtAnyTime(t *testing.T) {
	forEachShift(t, func(t *testing.T, cfg disruptor.Config, stage bool) {
		workInShifts(t, cfg, stage, true, rand.Uint64())
	})
}

func workInShifts(t *testing.T, cfg disruptor.Config, stage, closes bool, seed uint64) {
	t.Logf("seed %d", seed)
	events := int64(100 * race.Scale)
	s := &shift{T: t, ctx: testContext(t), ring: newRing[sharedEvent](t, cfg)}
	s.counts = make([]count, events+100)
	random := func() *rand.Rand { seed++; return rand.New(rand.NewPCG(seed, 0)) }
	group := disruptor.GroupConfig[sharedEvent]{Name: "g", MaxBatch: random().IntN(4)}
	var before *disruptor.Consumer[sharedEvent]
	if stage {
		before = s.ring.Consumer("before")
		group.After = append(group.After, before)
	}
	s.group = s.ring.Group(group)
	follower := s.ring.Consumer("follower", s.group.Consumer())
	if stage {
		rnd, stays := random(), random().IntN(2) == 0
		s.wg.Go(func() {
			defer before.Close()
			for b := range before.Batches(s.ctx) {
				if !stays && rnd.IntN(20) == 0 { // the group goes on from the ring
					return
				}
				_ = b
			}
		})
	}
	s.wg.Go(func() {
		for b := range follower.Batches(s.ctx) {
			for seq, v := range b.All() {
				if v.seq != seq || !closes && (v.begun == 0 || v.finished != v.begun) {
					t.Errorf("the follower finds %+v at %d", *v, seq)
				}
				v.seq = -1
			}
		}
		if follower.Err() != nil || follower.Position() != s.ring.Published() {
			t.Error(follower.Position(), follower.Err())
		}
	})
	for range 3 {
		rnd := random()
		s.wg.Go(func() {
			for s.serve(rnd) {
			}
		})
	}
	s.wg.Go(func() { // the last is there till the end
		w := s.group.Worker()
		defer w.Close()
		for b := range w.Batches(s.ctx) {
			for seq, v := range b.All() {
				s.counts[seq].begun.Add(1)
				v.begun++
				v.finished = v.begun
				s.counts[seq].finished.Add(1)
			}
		}
		if w.Err() != nil && !closes {
			t.Error(w.Err())
		}
	})
	if closes {
		at := random().Int64N(events)
		s.wg.Go(func() {
			for s.group.Consumer().Position() < at && s.ring.Err() == nil {
				runtime.Gosched()
			}
			s.group.Consumer().Close()
		})
	}
	aborts := random().IntN(2) == 0
	s.produce(newProducer(s.ring), events, aborts, random())
	if cfg.Producers == disruptor.Multi {
		s.produce(s.ring.MultiProducer(), events, aborts, random())
	}
	s.wg.Wait()
	if closes {
		require.Len(t, s.ring.Stats().Consumers, 1)
	} else {
		require.Equal(t, s.ring.Published(), s.group.Consumer().Position())
	}
	for seq := range s.ring.Published() {
		c := &s.counts[seq]
		if aborted := c.aborted.Load(); aborted > 0 {
			require.Zero(t, c.begun.Load(), "aborted %d was begun", seq)
			continue
		}
		if closes {
			require.LessOrEqual(t, c.finished.Load(), int32(1), "sequence %d", seq)
		} else {
			require.EqualValues(t, 1, c.finished.Load(), "sequence %d", seq)
		}
		require.LessOrEqual(t, c.begun.Load(), 1+c.left.Load(), "sequence %d", seq)
	}
}

// The number of a handled group's workers changes all the time, and each event is handled once.
func TestWorkersOfAHandledGroupComeAndGo(t *testing.T) {
	forEachShift(t, func(t *testing.T, cfg disruptor.Config, stage bool) {
		events := 100 * race.Scale
		r := newRing[sharedEvent](t, cfg)
		config := disruptor.GroupConfig[sharedEvent]{Name: "g", Workers: 2, MaxBatch: 2}
		if stage {
			config.After = append(config.After, r.Handle("before", func(disruptor.Batch[sharedEvent]) error { return nil }))
		}
		finished := newTally(0, events)
		g := r.HandleGroup(config, disruptor.Each(func(seq int64, v *sharedEvent) error {
			finished.add(seq)
			v.finished++
			return nil
		}))
		r.Handle("follower", disruptor.Each(func(seq int64, v *sharedEvent) error {
			if v.seq != seq || v.finished != 1 {
				return errBoom
			}
			return nil
		}), g.Consumer())
		var wg sync.WaitGroup
		wg.Go(func() {
			for rnd := rand.New(rand.NewPCG(rand.Uint64(), 0)); r.Err() == nil; runtime.Gosched() {
				g.SetWorkers(rnd.IntN(4))
			}
			g.SetWorkers(1)
		})
		wg.Go(func() {
			defer r.Close()
			p := newProducer(r)
			for i := range events {
				if p.Send(testContext(t), sharedEvent{seq: int64(i)}) != nil {
					return
				}
			}
		})
		require.NoError(t, r.Run(testContext(t)))
		wg.Wait()
		finished.requireOnce(t)
	})
}
