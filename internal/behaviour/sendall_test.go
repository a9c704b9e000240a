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

// SendAll publishes events in order, and says how many of them.

func numbers(from, n int) []int {
	events := make([]int, n)
	for i := range events {
		events[i] = from + i
	}
	return events
}

func TestSendAllPublishesMoreThanTheRingHoldsInOrder(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		c, p := r.Consumer("c"), newProducer(r)
		var got []int
		var reading sync.WaitGroup
		reading.Go(func() {
			for b := range c.Batches(ctx) {
				collect(&got, b)
			}
		})
		var want []int
		for _, n := range []int{0, 1, 3, 4, 5, 100} {
			events := numbers(len(want), n)
			sent, err := p.SendAll(ctx, events)
			require.NoError(t, err)
			require.Equal(t, n, sent)
			want = append(want, events...)
		}
		r.Close()
		reading.Wait()
		require.Equal(t, want, got)
	})
}

// If no consumer takes anything, SendAll publishes as many events as there is room for.
func TestSendAllThatEndsInTheMiddleHasPublishedTheFirst(t *testing.T) {
	cause := errors.New("enough")
	for _, end := range []struct {
		name string
		end  func(r *disruptor.Ring[int], cancel context.CancelCauseFunc)
		want error
		text string
	}{
		{"context", func(_ *disruptor.Ring[int], cancel context.CancelCauseFunc) { cancel(cause) }, cause,
			`disruptor: no room: consumer "c" is 4 behind: enough`},
		{"Close", func(r *disruptor.Ring[int], _ context.CancelCauseFunc) { r.Close() }, disruptor.ErrClosed,
			"disruptor: closed"},
	} {
		t.Run(end.name, func(t *testing.T) {
			for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
				synctest.Test(t, func(t *testing.T) {
					r := newRing[int](t, disruptor.Config{Capacity: 4, Producers: kind})
					c, p := r.Consumer("c"), newProducer(r)
					ctx, cancel := context.WithCancelCause(context.Background())
					defer cancel(nil)
					var n int
					done := inBackground(func() (err error) { n, err = p.SendAll(ctx, numbers(0, 10)); return err })
					synctest.Wait()
					b, _ := c.TryNext()
					head, _ := b.Split(2)
					c.Done(head)
					synctest.Wait()
					require.Empty(t, done)
					end.end(r, cancel)
					err := <-done
					require.ErrorIs(t, err, end.want)
					require.EqualError(t, err, end.text)
					require.Equal(t, 6, n)
					require.Equal(t, int64(6), r.Published())
					require.Equal(t, int64(6), r.Stats().Claimed)
					var rest []int
					b, _ = c.TryNext()
					collect(&rest, b)
					require.Equal(t, numbers(2, 4), rest)
				})
			}
		})
	}
}

func TestSendAllLooksAtItsContextAlsoWhereThereIsRoom(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		n, err := p.SendAll(expired, make([]int64, 2))
		require.Equal(t, errLate, err)
		require.Zero(t, n)
		require.Zero(t, r.Stats().Claimed)
		n, err = p.SendAll(&endsAfter{context.Background(), 1}, make([]int64, 9))
		require.ErrorIs(t, err, errLate)
		require.Equal(t, 4, n, "a run of all slots")
	})
}

func TestSendAllOfNothingIsASuccess(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Consumer("c")
		publish(t, p, 4)
		for _, ctx := range []context.Context{context.Background(), expired} {
			n, err := p.SendAll(ctx, nil)
			require.NoError(t, err)
			require.Zero(t, n)
		}
	})
}

func TestSendAllOnAnEndedRing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Close()
		n, err := p.SendAll(context.Background(), make([]int64, 2))
		require.Equal(t, disruptor.ErrClosed, err)
		require.Zero(t, n)
	})
}

// Those of each come in its order, and none is lost or doubled.
func TestSendAllOfTwoProducers(t *testing.T) {
	for _, v := range variants() {
		if _, spins := v.wait.(disruptor.SpinWait); spins || v.producers == disruptor.Single {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			ctx := testContext(t)
			r := newRing[int](t, v.config(8))
			c := r.Consumer("c")
			const each = 300
			var sending sync.WaitGroup
			defer sending.Wait()
			defer r.Close()
			for i := range 2 {
				p := r.MultiProducer()
				sending.Go(func() {
					for from := 0; from < each; from += 15 {
						if n, err := p.SendAll(ctx, numbers(i*each+from, 15)); n != 15 || err != nil {
							t.Errorf("%d sent: %v", n, err)
						}
					}
				})
			}
			go func() { sending.Wait(); r.Close() }()
			next := []int{0, each}
			for b := range c.Batches(ctx) {
				for _, v := range b.All() {
					i := *v / each
					require.Equal(t, next[i], *v)
					next[i]++
				}
			}
			require.NoError(t, c.Err())
			require.Equal(t, []int{each, 2 * each}, next)
		})
	}
}

// The longest window for which a consumer may wait is a ring full. A run never waits for more than one slot, so that it
// fills the ring for such a consumer, wherever the consumer stands.
func TestSendAllFillsTheRingForAConsumerThatWaitsForAllOfIt(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		ctx := testContext(t)
		r := newRing[int](t, v.config(4))
		c, p := r.Consumer("c"), newProducer(r)
		const total = 100
		var sending sync.WaitGroup
		defer sending.Wait()
		defer r.Close()
		sending.Go(func() {
			for from := 0; from < total; from += 10 {
				if n, err := p.SendAll(ctx, numbers(from, 10)); n != 10 || err != nil {
					t.Errorf("%d sent: %v", n, err)
				}
			}
		})
		for at, step := 0, 1; at+4 <= total; at, step = at+step, step%4+1 {
			_, err := c.WaitFor(ctx, c.Position()+int64(r.Cap())-1)
			require.NoError(t, err)
			b, ok := c.TryNext()
			require.True(t, ok)
			var window []int
			collect(&window, b)
			require.Equal(t, numbers(at, 4), window)
			head, _ := b.Split(step)
			c.Done(head)
		}
		sending.Wait()
	})
}
