package disruptor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// The rules on which parking rests, one at a time, each by a test that its breach fails: verification/breaks commits
// these breaches. In a bubble a wake-up that is lost is a deadlock, which fails at once.

// lateRoom is a claimer to whom something happens right after a look in vain.
type lateRoom struct {
	claimer
	event func()
}

func (l *lateRoom) attempt(n int, turn bool) (from, to int64) {
	from, to = l.claimer.attempt(n, turn)
	if event := l.event; to == from && event != nil {
		l.event = nil
		event()
	}
	return from, to
}

func TestAClaimIsRegisteredBeforeItsLastLook(t *testing.T) {
	for _, c := range []struct {
		name  string
		event func(*Ring[int], *Consumer[int])
		want  error
	}{
		{"Done", func(_ *Ring[int], c *Consumer[int]) { b, _ := c.TryNext(); c.Done(b) }, nil},
		{"leave", func(_ *Ring[int], c *Consumer[int]) { c.Close() }, nil},
		{"Close", func(r *Ring[int], _ *Consumer[int]) { r.Close() }, ErrClosed},
	} {
		for _, zero := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}, Clear: zero})
				p := r.MultiProducer()
				consumer := r.Consumer("c")
				require.True(t, p.TrySend(0))
				late := &lateRoom{&p.multi, func() { c.event(r, consumer) }}
				_, _, err := r.core.claimQueued(context.Background(), 1, late)
				require.Equal(t, c.want, err, c.name)
				require.Nil(t, late.event)
			})
		}
	}
}

func TestAClaimThatIsAboutToParkLooksAtTheEnds(t *testing.T) {
	cause := errors.New("enough")
	ended, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	for _, c := range []struct {
		ctx  context.Context
		end  func(*Ring[int])
		want error
	}{
		{context.Background(), (*Ring[int]).Close, ErrClosed},
		{ended, func(*Ring[int]) {}, cause},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}})
			p := r.MultiProducer()
			r.Consumer("c")
			require.True(t, p.TrySend(0))
			c.end(r)
			_, _, err := r.core.claimQueued(c.ctx, 1, &p.multi)
			require.Equal(t, c.want, err)
			require.Zero(t, r.Stats().Parks)
		})
	}
}

func TestAClaimThatGoesPassesItsTurnOn(t *testing.T) {
	for _, n := range []int{1, 2} { // the first claim: it finds room, or is cancelled
		synctest.Test(t, func(t *testing.T) {
			ctx := context.Background()
			first, cancel := context.WithCancel(ctx)
			r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1}})
			p := r.MultiProducer()
			c := r.Consumer("c")
			require.True(t, p.TrySend(0))
			require.True(t, p.TrySend(0))
			_, err := c.WaitFor(ctx, 1)
			require.NoError(t, err)
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = p.Claim(first, n) })
			synctest.Wait()
			wg.Go(func() { _, _ = p.Claim(ctx, 1) })
			synctest.Wait()
			b, _ := c.TryNext()
			head, _ := b.Split(3 - n)
			c.Done(head)
			synctest.Wait()
			if n > 1 {
				cancel()
			}
			wg.Wait()
			require.Zero(t, r.Stats().Waiting)
			cancel()
		})
	}
}

func TestTheEndWakesEveryoneWhoSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		slow := r.Consumer("slow")
		const each = 3
		errs := make(chan error, 3*each)
		for range each {
			direct, stage := r.Consumer("direct"), r.Consumer("stage", slow)
			go func() { _, err := direct.WaitFor(ctx, 2); errs <- err }()
			go func() { _, err := stage.WaitFor(ctx, 1); errs <- err }()
		}
		require.True(t, p.TrySend(0))
		require.True(t, p.TrySend(0))
		for range each {
			go func() { errs <- p.Send(ctx, 0) }()
		}
		synctest.Wait()
		require.Empty(t, errs)
		enough := errors.New("enough")
		r.core.fail(enough)
		for range cap(errs) {
			require.ErrorIs(t, <-errs, enough)
		}
	})
}

func TestEachIsWokenByWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		const waiting = 4
		r := newRing[int](t, Config{Capacity: waiting, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		slow := r.Consumer("slow")
		var wg sync.WaitGroup
		for seq := range int64(waiting) {
			direct, stage := r.Consumer("direct"), r.Consumer("stage", slow)
			wg.Go(func() { _, _ = direct.WaitFor(ctx, seq) })
			wg.Go(func() { _, _ = stage.WaitFor(ctx, seq) })
		}
		for i := range waiting {
			require.EqualValues(t, 1, wakes(r, func() { p.TrySend(i) }))
		}
		b, _ := slow.TryNext()
		for range waiting {
			var head Batch[int]
			head, b = b.Split(1)
			require.EqualValues(t, 1, wakes(r, func() { slow.Done(head) }))
		}
		wg.Wait()
		require.Zero(t, r.Stats().Wasted)
	})
}

func TestAHandledConsumerThatSleepsHearsItsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}})
		c := r.Handle("c", func(Batch[int]) error { return nil })
		done := make(chan error, 1)
		go func() { done <- r.Run(context.Background()) }()
		synctest.Wait()
		c.Close()
		synctest.Wait()
		left := len(r.Stats().Consumers) == 0
		r.Close()
		require.NoError(t, <-done)
		require.True(t, left)
	})
}

func TestAPublishWakesAClaimWhereNobodyConsumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 1, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		open, ok := p.TryClaim(1)
		require.True(t, ok)
		done := make(chan error)
		go func() { done <- p.Send(context.Background(), 1) }()
		synctest.Wait()
		p.Publish(open)
		require.NoError(t, <-done)
	})
}

func TestAnAbortWakesWhoIsToStepOverIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		r := newRing[int](t, Config{Capacity: 2, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		c := r.Consumer("c")
		open, ok := p.TryClaim(2)
		require.True(t, ok)
		done := make(chan error, 2)
		go func() { _, err := c.Next(ctx); done <- err }()
		go func() { done <- p.Send(ctx, 1) }() // room comes when the position of c steps over
		synctest.Wait()
		p.Abort(open)
		require.NoError(t, <-done)
		require.NoError(t, <-done)
	})
}
