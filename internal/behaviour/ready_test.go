package behaviour

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// Consumers that stand in a select, in bubbles: a wake-up that is lost is a deadlock, which fails at once.

// A selecting is a consumer in a select, next to a channel that never has a value.
type selecting struct {
	*disruptor.Consumer[int64]
	drains bool  // calls TryNext until it finds nothing, and not once for each value
	leaves int64 // closes itself when it has come there; 0: never
	got    []int64
	err    error
}

func (s *selecting) run(r *disruptor.Ring[int64], other <-chan int) {
	take := func(b disruptor.Batch[int64]) {
		for _, v := range b.All() {
			s.got = append(s.got, *v)
		}
	}
	ready := s.Ready()
	for r.Err() == nil {
		select {
		case <-ready:
		case <-other:
			panic("nothing is sent")
		}
		for b, ok := s.TryNext(); ok; b, ok = s.TryNext() {
			take(b)
			s.Done(b)
			if s.leaves > 0 && s.Position() >= s.leaves {
				s.Close()
				return
			}
			if !s.drains {
				break
			}
		}
	}
	for b := range s.Batches(context.Background()) {
		take(b)
	}
	s.err = s.Err()
}

func TestNoWakeUpOfAConsumerInASelectIsLost(t *testing.T) {
	events := int64(100 * race.Scale) // a multiple of 10
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, drains := range []bool{false, true} {
			for _, capacity := range []int{1, 4} {
				synctest.Test(t, func(t *testing.T) { selectAll(t, v.config(capacity), drains, events) })
			}
		}
	})
}

// selectAll has producers publish events sequences, some aborted, to a diamond of consumers in selects of which one
// leaves, and closes the ring.
func selectAll(t *testing.T, cfg disruptor.Config, drains bool, events int64) {
	r := newRing[int64](t, cfg)
	root := r.Consumer("root")
	left, right := r.Consumer("left", root), r.Consumer("right", root)
	all := []*selecting{
		{Consumer: root, drains: drains, leaves: events / 2}, {Consumer: left, drains: !drains, leaves: events / 3},
		{Consumer: right, drains: drains}, {Consumer: r.Consumer("end", left, right), drains: drains},
	}
	var consumers, producers sync.WaitGroup
	for _, s := range all {
		consumers.Go(func() { s.run(r, make(chan int)) })
	}
	n := 2 - int(cfg.Producers) // Single == 1
	for range n {
		p := newProducer(r)
		producers.Go(func() {
			for i := range events / int64(n) {
				publishOne(t, p, i%5 == 0, r.Cap() > 1)
			}
		})
	}
	producers.Wait()
	r.Close()
	consumers.Wait()
	for _, s := range all {
		require.NoError(t, s.err)
		require.True(t, slices.IsSorted(s.got))
	}
	published := events / int64(n) * int64(n)
	if r.Cap() == 1 {
		published = published * 4 / 5 // nothing replaces the aborted ones
	}
	require.Len(t, all[2].got, int(published))
	require.Equal(t, r.Published(), all[2].Position())
	require.Equal(t, all[2].got, all[3].got)
}

// publishOne publishes an event that has its own sequence; or it aborts one, and publishes the next first if
// there is room for two.
func publishOne(t *testing.T, p disruptor.Producer[int64], aborts, two bool) {
	n := 1
	if aborts && two {
		n = 2
	}
	b, err := p.Claim(context.Background(), n)
	if err != nil {
		t.Error(err)
		return
	}
	for seq, v := range b.All() {
		*v = seq
	}
	if !aborts {
		p.Publish(b)
		return
	}
	head, rest := b.Split(1)
	p.Publish(rest)
	p.Abort(head)
}

func TestAFailureEndsASelect(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, v.config(4))
			root := r.Consumer("root")
			all := []*selecting{{Consumer: root}, {Consumer: r.Consumer("stage", root), drains: true}}
			var wg sync.WaitGroup
			for _, s := range all {
				wg.Go(func() { s.run(r, nil) })
			}
			synctest.Wait()
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(errHandler)
			require.Equal(t, errHandler, r.Run(ctx))
			wg.Wait()
			for _, s := range all {
				require.ErrorIs(t, s.err, errHandler)
			}
		})
	})
}

func TestReadyOfAConsumerThatIsServedPanics(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1})
	c := r.Handle("c", func(disruptor.Batch[int]) error { return nil })
	requirePanics(t, `disruptor: Ready of consumer "c", which Run serves`, func() { c.Ready() })
	g := r.Group(disruptor.GroupConfig[int]{Name: "g"}).Consumer()
	requirePanics(t, `disruptor: group "g" is used as a consumer: its workers are handed its events`, func() { g.Ready() })
}

func TestReadyOfAConsumerThatHasEndedIsReady(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1})
	c := r.Consumer("c")
	c.Close()
	r.Close()
	for _, c := range []*disruptor.Consumer[int]{c, r.Consumer("late")} {
		for range 3 {
			<-c.Ready()
			_, ok := c.TryNext()
			require.False(t, ok)
		}
	}
}
