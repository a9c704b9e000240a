package behaviour

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Senders that wait: for how long, in which order, and what else ends the wait.

func TestASenderWaitsForRoomAsLongAsItsPolicySays(t *testing.T) {
	forEachOverflow(t, time.Second, func(t *testing.T, r *disruptor.Ring[int64], c *disruptor.Consumer[int64],
		s *disruptor.Sender[int64], o overflown, _ *[]int64) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for i := range 3 { // in vain
			for j, ctx := range []context.Context{ctx, context.Background(), within(t, time.Hour)} {
				began := time.Now()
				require.Equal(t, o.err, s.Send(ctx, -1))
				require.Equal(t, time.Second, time.Since(began))
				o.requireCount(t, r.Stats(), 3*i+j+1)
				require.Zero(t, r.Stats().Blocked)
			}
		}
		for i := range int64(3) { // until room comes
			began := time.Now()
			sent := inBackground(func() error { return s.Send(ctx, 4+i) })
			time.Sleep(time.Second - 1)
			require.Equal(t, 1, r.Stats().Blocked)
			advance(t, c, i+1)
			require.NoError(t, <-sent)
			require.Equal(t, time.Second-1, time.Since(began))
			time.Sleep(time.Minute)
		}
		advance(t, c, 7)
		require.NoError(t, s.Send(ctx, 7), "without a wait")
		o.requireCount(t, r.Stats(), 9)
	})
}

// Such a strategy does not wake for room, only at the end of the wait, and then finds the room.
func TestASenderTakesRoomThatIsThereWhenItsTimeIsOver(t *testing.T) {
	for _, producers := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 1, Producers: producers, Wait: disruptor.SleepWait{Max: time.Hour}})
			s := newProducer(r).Sender(disruptor.Overflow[int64]{Drop: true, Wait: time.Minute})
			c := r.Consumer("c")
			require.NoError(t, s.Send(t.Context(), 0))
			began := time.Now()
			require.Equal(t, disruptor.ErrDropped, s.Send(t.Context(), -1))
			require.Equal(t, time.Minute, time.Since(began))
			sent := inBackground(func() error { return s.Send(t.Context(), 1) })
			time.Sleep(time.Minute - 1)
			advance(t, c, 1)
			require.NoError(t, <-sent)
			requireCounts(t, r.Stats(), 1, 0, 0)
		})
	}
}

func TestASenderWithoutAPolicyWaitsAsSendDoes(t *testing.T) {
	always := func(int64) bool { return true }
	for _, o := range []disruptor.Overflow[int64]{
		{}, {Block: always}, {Block: always, Wait: time.Second}, {Block: always, Drop: true},
		{Block: always, Inline: func(int64) error { return errInline }},
	} {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			s, c := p.Sender(o), r.Consumer("c")
			publish(t, p, 4)
			sent := inBackground(func() error { return s.Send(context.Background(), 4) })
			time.Sleep(1000 * time.Hour)
			require.Equal(t, 1, r.Stats().Blocked)
			advance(t, c, 1)
			require.NoError(t, <-sent)
			require.Equal(t, s.Send(expired, -1), p.Send(expired, -1))
			require.EqualError(t, s.Send(expired, -1), `disruptor: no room: consumer "c" is 4 behind: late`)
			advance(t, c, 5)
			requireCounts(t, r.Stats(), 0, 0, 0)
		})
	}
}

// The end of ctx is neither a drop nor a case for Inline, whenever it comes and whatever its cause.
func TestTheEndOfItsContextIsWhatASenderReports(t *testing.T) {
	const text = `disruptor: no room: consumer "c" is 4 behind: `
	for _, wait := range []time.Duration{0, time.Hour} {
		forEachOverflow(t, wait, func(t *testing.T, r *disruptor.Ring[int64], c *disruptor.Consumer[int64],
			s *disruptor.Sender[int64], o overflown, ran *[]int64) {
			for _, cause := range []error{errLate, disruptor.ErrNoRoom, disruptor.ErrDropped} {
				ctx, cancel := context.WithCancelCause(context.Background())
				if wait > 0 {
					time.AfterFunc(time.Second, func() { cancel(cause) })
					require.EqualError(t, s.Send(ctx, -1), text+cause.Error())
				}
				cancel(cause)
				err := s.Send(ctx, -1)
				require.EqualError(t, err, text+cause.Error())
				require.ErrorIs(t, err, cause)
			}
			if wait > 0 {
				began := time.Now()
				require.ErrorIs(t, s.Send(within(t, time.Minute), -1), context.DeadlineExceeded)
				require.Equal(t, time.Minute, time.Since(began))
			}
			require.Empty(t, *ran)
			requireCounts(t, r.Stats(), 0, 0, 0)
			advance(t, c, 1)
			require.NoError(t, s.Send(expired, 4), "there is room")
		})
	}
}

func TestAClosedRingIsNeverADrop(t *testing.T) {
	for _, wait := range []time.Duration{0, time.Hour} {
		forEachOverflow(t, wait, func(t *testing.T, r *disruptor.Ring[int64], c *disruptor.Consumer[int64],
			s *disruptor.Sender[int64], o overflown, ran *[]int64) {
			if wait > 0 {
				sent := inBackground(func() error { return s.Send(context.Background(), -1) })
				synctest.Wait()
				require.Equal(t, 1, r.Stats().Blocked)
				r.Close()
				require.Equal(t, disruptor.ErrClosed, <-sent)
			}
			r.Close()
			require.Equal(t, disruptor.ErrClosed, s.Send(context.Background(), -1), "full")
			require.Equal(t, disruptor.ErrClosed, s.Send(expired, -1))
			advance(t, c, 4)
			require.Equal(t, disruptor.ErrClosed, s.Send(context.Background(), -1), "empty")
			require.Empty(t, *ran)
			requireCounts(t, r.Stats(), 0, 0, 0)
		})
	}
}

func TestASenderWaitsForNoFailedRing(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, o := range append(overflows(time.Hour, nil), overflown{}) {
			r := newRing[int64](t, v.config(1))
			p := newProducer(r)
			fail := make(chan struct{})
			r.Handle("h", func(disruptor.Batch[int64]) error { <-fail; return errHandler })
			running := run(r)
			publish(t, p, 1)
			s := p.Sender(o.Overflow)
			sent := whileWaiting(t, r, v.wait, func(ctx context.Context) error { return s.Send(ctx, -1) })
			close(fail)
			err := <-sent
			require.ErrorIs(t, err, disruptor.ErrClosed)
			require.ErrorIs(t, err, errHandler)
			require.ErrorIs(t, <-running, errHandler)
			requireCounts(t, r.Stats(), 0, 0, 0)
		}
	})
}

// A sender's claim has a place in the queue like any other, and passes its turn on when its time is over.
func TestASenderQueuesForRoomLikeOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}})
		c := r.Consumer("c")
		ctx := context.Background()
		publish(t, r.MultiProducer(), 4)
		send := func(v int64, wait time.Duration) <-chan error {
			s := r.MultiProducer().Sender(disruptor.Overflow[int64]{Wait: wait})
			sent := inBackground(func() error { return s.Send(ctx, v) })
			synctest.Wait()
			return sent
		}
		first := send(4, 3*time.Second)
		late := send(-1, time.Second)
		second := send(5, 0)
		third := send(6, 4*time.Second)
		drops := r.MultiProducer().Sender(disruptor.Overflow[int64]{Drop: true})
		require.Equal(t, disruptor.ErrDropped, drops.Send(ctx, -1), "and does not wait behind them")
		time.Sleep(2 * time.Second)
		require.Equal(t, disruptor.ErrNoRoom, <-late)
		require.Equal(t, 3, r.Stats().Blocked)
		for i, sent := range []<-chan error{first, second, third} {
			advance(t, c, int64(i)+1)
			require.NoError(t, <-sent)
		}
		advance(t, c, 7)
		requireCounts(t, r.Stats(), 1, 0, 1)
	})
}

func TestASenderBehindALargeClaimGetsTheRoomWhenThatGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.BlockWait{Spin: -1}})
		c := r.Consumer("c")
		publish(t, r.MultiProducer(), 4)
		large := inBackground(func() error { _, err := r.MultiProducer().Claim(within(t, time.Second), 4); return err })
		synctest.Wait()
		s := r.MultiProducer().Sender(disruptor.Overflow[int64]{Wait: time.Minute, Drop: true})
		sent := inBackground(func() error { return s.Send(context.Background(), 4) })
		synctest.Wait()
		advance(t, c, 1)
		synctest.Wait()
		require.Equal(t, 2, r.Stats().Blocked, "behind one that needs more")
		require.ErrorIs(t, <-large, context.DeadlineExceeded)
		require.NoError(t, <-sent)
		advance(t, c, 5)
		requireCounts(t, r.Stats(), 0, 0, 0)
	})
}
