package disruptor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Behaviours of docs/conformance.md that no other test has a reason to look at: slots, waiting, joining.

// C20.
func TestSlotsAreAvailableOncePublishedAllOrNone(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *Ring[int64], p Producer[int64]) {
		c := r.Consumer("c")
		b := claim(t, p, 3)
		available := func(want error) {
			t.Helper()
			for seq := range b.All() {
				_, err := c.At(seq)
				require.ErrorIs(t, err, want)
			}
		}
		available(ErrNotPublished)
		p.Publish(b)
		available(nil)
		_, err := c.At(3)
		require.ErrorIs(t, err, ErrNotPublished)
	})
}

// C21. Whoever publishes 3 and 5 has published 3 and 5; consumers are handed them in their turn.
func TestOnlyWhatIsPublishedHasAMarkOfThisLap(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 8})
	p, c := r.MultiProducer(), r.Consumer("c")
	for range 2 {
		from := c.Position()
		var claims []Batch[int64]
		for range 8 {
			claims = append(claims, claim(t, p, 1))
		}
		p.Publish(claims[3])
		p.Publish(claims[5])
		for i := range int64(8) {
			require.Equal(t, i == 3 || i == 5, r.core.reach(from+i) > from+i, i)
		}
		requireNothing(t, c)
		for _, i := range []int{0, 1, 2, 4, 6, 7} {
			p.Publish(claims[i])
		}
		c.Done(take(t, c, from, from+8))
	}
}

// C27. What a consumer has not handed back is there, however often the ring has turned, and that is a lap of events.
// C23.
func TestTheLastLapOfEventsIsThere(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *Ring[int64], p Producer[int64]) {
		c := r.Consumer("c")
		publish(t, p, 4)
		for end := int64(4); end < 20; end++ {
			for seq := end - 4; seq < end; seq++ {
				v, err := c.At(seq)
				require.NoError(t, err)
				require.Equal(t, seq, *v)
			}
			advance(t, c, end-3)
			_, err := c.At(end - 4)
			require.ErrorIs(t, err, ErrOverwritten)
			publish(t, p, 1)
		}
	})
}

// C42. A backoff in phases is a strategy of the user's: here it looks at once, and after 1, 2 and 10 ms.
func TestAnOwnStrategyBacksOffInPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var looks []time.Duration
		phases := []Action{Spin, Yield, Sleep(time.Millisecond), Sleep(2 * time.Millisecond), Sleep(10 * time.Millisecond)}
		r := newRing[int](t, Config{Capacity: 1, Wait: idleFunc(func(n int) Action {
			looks = append(looks, time.Since(began))
			return phases[min(n, len(phases)-1)]
		})})
		ctx, cancel := context.WithTimeout(context.Background(), 25*time.Millisecond)
		defer cancel()
		_, err := r.Consumer("c").Next(ctx)
		require.Equal(t, context.DeadlineExceeded, err)
		var ms []int
		for _, l := range looks {
			ms = append(ms, int(l.Milliseconds()))
		}
		require.Equal(t, []int{0, 0, 0, 1, 3, 13, 23}, ms[:7])
		require.Equal(t, 25*time.Millisecond, time.Since(began))
	})
}

// C46.
func TestAConsumerThatIsNamedTwiceIsFollowedOnce(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *Ring[int64], p Producer[int64]) {
		a := r.Consumer("a")
		follower := r.Consumer("follower", a, a)
		publish(t, p, 2)
		requireNothing(t, follower)
		advance(t, a, 1)
		take(t, follower, 0, 1)
		a.Close()
		take(t, follower, 0, 2)
		require.Len(t, r.Stats().Consumers, 1)
	})
}

// C69, C80. Five events are published, and a consumer of the sixth joins.
func TestAHandlerThatComesLateStartsWhereTheRingIs(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *Ring[int64], p Producer[int64]) {
		publish(t, p, 4)
		publish(t, p, 2)
		var seen []int64
		c := r.Handle("late", func(b Batch[int64]) error { collect(&seen, b); return nil })
		require.Equal(t, int64(6), c.Position())
		publish(t, p, 3)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []int64{6, 7, 8}, seen)
	})
}

// C105. What would be a factory that can't be called is nil here; Fill has filled nothing then.
func TestFillWithNilPanics(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	require.Panics(t, func() { r.Fill(nil) })
	publish(t, r.MultiProducer(), 4)
}
