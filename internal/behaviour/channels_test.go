package behaviour

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

var errEnough = errors.New("enough")

// forEachChannel runs test in a bubble for unbuffered and buffered channels, and for small and
// large rings of both kinds.
func forEachChannel(t *testing.T, test func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int)) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		for _, capacity := range []int{1, 4, 128} {
			for _, buffer := range []int{0, 1, 100} {
				synctest.Test(t, func(t *testing.T) {
					r := newRing[int](t, disruptor.Config{Capacity: capacity, Producers: kind, MaxBatch: 3})
					test(t, r, newProducer(r), make(chan int, buffer))
				})
			}
		}
	}
}

func TestFromChannelPublishesAllThatTheChannelReceives(t *testing.T) {
	forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int) {
		const events = 500
		c := r.Consumer("c")
		done := inBackground(func() error {
			defer r.Close()
			return disruptor.FromChannel(context.Background(), ch, p)
		})
		go func() {
			defer close(ch)
			for i := range events {
				ch <- i
			}
		}()
		next := 0
		for _, v := range c.Events(context.Background()) {
			require.Equal(t, next, *v)
			next++
		}
		require.NoError(t, <-done)
		require.Equal(t, events, next)
		require.EqualValues(t, events, r.Published(), "nothing was aborted")
	})
}

// A watchedProducer counts, and does something before each claim.
type watchedProducer struct {
	*disruptor.MultiProducer[int]
	before    func()
	published int
}

func (p *watchedProducer) TryClaim(n int) (disruptor.Batch[int], bool) {
	p.before()
	return p.MultiProducer.TryClaim(n)
}

func (p *watchedProducer) Publish(b disruptor.Batch[int]) {
	p.published++
	p.MultiProducer.Publish(b)
}

func newWatched(t *testing.T, events int) (*disruptor.Ring[int], *watchedProducer, chan int) {
	r := newRing[int](t, disruptor.Config{Capacity: 1024})
	ch := make(chan int, events)
	for i := range events {
		ch <- i
	}
	return r, &watchedProducer{r.MultiProducer(), func() {}, 0}, ch
}

func TestFromChannelPublishesWhatIsReadyAtOnce(t *testing.T) {
	r, p, ch := newWatched(t, 500)
	close(ch)
	require.NoError(t, disruptor.FromChannel(t.Context(), ch, p))
	require.EqualValues(t, 500, r.Published())
	require.Equal(t, (500+63)/64, p.published)
}

func TestFromChannelAbortsWhatAnotherHasReceived(t *testing.T) {
	r, p, ch := newWatched(t, 6)
	c := r.Consumer("c")
	var taken []int
	p.before = func() {
		for len(ch) > 2 { // after FromChannel has looked at len(ch)
			taken = append(taken, <-ch)
		}
		p.before = func() {}
		close(ch)
	}
	require.NoError(t, disruptor.FromChannel(t.Context(), ch, p))
	require.Equal(t, []int{1, 2, 3}, taken)
	b, ok := c.TryNext()
	require.True(t, ok)
	var got []int
	collect(&got, b)
	require.Equal(t, []int{0, 4, 5}, got)
	c.Done(b)
	require.EqualValues(t, 6, r.Published(), "three are aborted")
	_, ok = c.TryNext()
	require.False(t, ok)
}

func TestFromChannelHandsOverTheOneEventForWhichThereIsNoRoom(t *testing.T) {
	for name, end := range map[string]func(cancel context.CancelCauseFunc, r *disruptor.Ring[int]){
		"cancel":  func(cancel context.CancelCauseFunc, _ *disruptor.Ring[int]) { cancel(errEnough) },
		"Close":   func(_ context.CancelCauseFunc, r *disruptor.Ring[int]) { r.Close() },
		"failure": func(_ context.CancelCauseFunc, r *disruptor.Ring[int]) { failRing(r) },
	} {
		forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int) {
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			c := r.Consumer("c")
			done := inBackground(func() error { return disruptor.FromChannel(ctx, ch, p) })
			go func() {
				for i := range r.Cap() + cap(ch) + 1 { // one in hand, and a channel that is full
					ch <- i
				}
			}()
			synctest.Wait()
			require.Len(t, ch, cap(ch))
			end(cancel, r)
			var unsent *disruptor.UnsentError[int]
			err := <-done
			require.ErrorAs(t, err, &unsent, name)
			switch name {
			case "cancel":
				require.ErrorIs(t, err, errEnough)
			case "Close":
				require.ErrorIs(t, err, disruptor.ErrClosed)
			case "failure":
				require.ErrorIs(t, err, errHandler)
			}
			var all []int
			if name != "failure" {
				for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
					collect(&all, b)
					c.Done(b)
				}
				require.Len(t, all, r.Cap())
			}
			all = append(all, unsent.Event)
			for len(ch) > 0 {
				all = append(all, <-ch)
			}
			for i, v := range all {
				require.Equal(t, r.Cap()+cap(ch)+1-len(all)+i, v)
			}
		})
	}
}

func failRing(r *disruptor.Ring[int]) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errHandler)
	_ = r.Run(ctx)
}

func TestFromChannelEndsWhileNothingComes(t *testing.T) {
	forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int) {
		ctx, cancel := context.WithCancelCause(context.Background())
		done := inBackground(func() error { return disruptor.FromChannel(ctx, ch, p) })
		synctest.Wait()
		require.Empty(t, done)
		cancel(errEnough)
		require.Equal(t, errEnough, <-done)

		ch = make(chan int, 1)
		ch <- 1
		require.Equal(t, errEnough, disruptor.FromChannel(ctx, ch, p), "before it receives")
		require.Len(t, ch, 1)
		<-ch

		done = inBackground(func() error { return disruptor.FromChannel(context.Background(), ch, p) })
		synctest.Wait()
		failRing(r)
		require.ErrorIs(t, <-done, errHandler)
		ch <- 1
		require.ErrorIs(t, disruptor.FromChannel(context.Background(), ch, p), disruptor.ErrClosed, "before it receives")
		require.Len(t, ch, 1)
		close(ch)
	})
}

// A user-defined producer may do with claims what it likes.
type otherProducer struct{ disruptor.Producer[int] }

func TestFromChannelTakesAnyProducer(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 8})
	c := r.Consumer("c")
	ch := make(chan int, 8)
	for i := range 8 {
		ch <- i
	}
	close(ch)
	require.NoError(t, disruptor.FromChannel(t.Context(), ch, otherProducer{r.MultiProducer()}))
	var got []int
	b, _ := c.TryNext()
	collect(&got, b)
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, got)
	r.Close()
	more := make(chan int, 1)
	more <- 8
	var unsent *disruptor.UnsentError[int]
	err := disruptor.FromChannel(t.Context(), more, otherProducer{r.MultiProducer()})
	require.ErrorAs(t, err, &unsent)
	require.Equal(t, 8, unsent.Event)
}

func TestToChannelSendsAllUntilTheRingIsDrained(t *testing.T) {
	forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int) {
		const events = 300
		c := r.Consumer("c")
		go func() {
			for i := range events {
				_ = p.Send(context.Background(), i)
			}
			r.Close()
		}()
		done := inBackground(func() error {
			defer close(ch)
			return disruptor.ToChannel(context.Background(), c, ch)
		})
		next := 0
		for v := range ch {
			require.Equal(t, next, v)
			next++
		}
		require.NoError(t, <-done)
		require.Equal(t, events, next)
		require.EqualValues(t, events, c.Position())
	})
}

func TestTheEndOfToChannelLosesAndDoublesNothing(t *testing.T) {
	for name, end := range map[string]func(cancel context.CancelCauseFunc, r *disruptor.Ring[int]){
		"cancel":  func(cancel context.CancelCauseFunc, _ *disruptor.Ring[int]) { cancel(errEnough) },
		"failure": func(_ context.CancelCauseFunc, r *disruptor.Ring[int]) { failRing(r) },
	} {
		for taken := range 4 { // how many somebody receives
			forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int) {
				ctx, cancel := context.WithCancelCause(context.Background())
				defer cancel(nil)
				c := r.Consumer("c")
				done := inBackground(func() error { return disruptor.ToChannel(ctx, c, ch) })
				filled := inBackground(func() error {
					for i := 0; ; i++ {
						if err := p.Send(ctx, i); err != nil {
							return err
						}
					}
				})
				synctest.Wait()
				for i := range taken {
					require.Equal(t, i, <-ch)
					synctest.Wait()
				}
				require.EqualValues(t, taken+cap(ch), c.Position(), "what ch has taken is handed back while it waits")
				end(cancel, r)
				want := map[string]error{"cancel": errEnough, "failure": errHandler}[name]
				require.ErrorIs(t, <-done, want)
				require.ErrorIs(t, <-filled, want)
				require.EqualValues(t, taken+cap(ch), c.Position())
				require.Len(t, ch, cap(ch))
				if name == "cancel" { // c goes on behind them
					b, ok := c.TryNext()
					require.True(t, ok)
					require.Equal(t, taken+cap(ch), *b.At(0))
				}
			})
		}
	}
}

func TestToChannelEndsWhileNothingComes(t *testing.T) {
	forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], _ disruptor.Producer[int], ch chan int) {
		c, closed := r.Consumer("c"), r.Consumer("closed")
		ctx, cancel := context.WithCancelCause(context.Background())
		done := inBackground(func() error { return disruptor.ToChannel(ctx, c, ch) })
		synctest.Wait()
		cancel(errEnough)
		require.Equal(t, errEnough, <-done)
		closed.Close()
		require.Equal(t, disruptor.ErrClosed, disruptor.ToChannel(context.Background(), closed, ch))
		r.Close()
		require.NoError(t, disruptor.ToChannel(context.Background(), c, ch))
	})
}

// After Close, events that wait for ch are still sent.
func TestToChannelDeliversWhatAClosedRingHas(t *testing.T) {
	forEachChannel(t, func(t *testing.T, r *disruptor.Ring[int], p disruptor.Producer[int], ch chan int) {
		c := r.Consumer("c")
		require.True(t, p.TrySend(0))
		done := inBackground(func() error { return disruptor.ToChannel(context.Background(), c, ch) })
		synctest.Wait()
		r.Close()
		synctest.Wait()
		require.Equal(t, 0, <-ch)
		require.NoError(t, <-done)
	})
}

func TestAdaptersOfNilPanic(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1})
	ctx, ch := t.Context(), make(chan int)
	var none context.Context
	const from, to = "disruptor: FromChannel with a nil channel or producer", "disruptor: ToChannel with a nil channel or consumer"
	requirePanics(t, from, func() { _ = disruptor.FromChannel(ctx, nil, r.MultiProducer()) })
	requirePanics(t, from, func() { _ = disruptor.FromChannel[int](ctx, ch, nil) })
	requirePanics(t, to, func() { _ = disruptor.ToChannel(ctx, r.Consumer("c"), nil) })
	requirePanics(t, to, func() { _ = disruptor.ToChannel(ctx, nil, ch) })
	requirePanics(t, "disruptor: nil context", func() { _ = disruptor.ToChannel(none, r.Consumer("c"), ch) })
	requirePanics(t, "disruptor: nil context", func() { _ = disruptor.FromChannel(none, ch, r.MultiProducer()) })
}
