package behaviour

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// C46.
func TestAConsumerThatIsNamedTwiceIsFollowedOnce(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
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

// A joiner sees what is published after it has joined, also from claims that were open then, and
// nothing published before. C48.
func TestJoinerSeesWhatIsNotPublishedYet(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		old := r.Consumer("old")
		for lap := range 3 {
			from := s.start + int64(lap*s.Capacity)
			head, rest := claim(t, p, s.Capacity).Split(s.Capacity / 2)
			middle, last := rest.Split(rest.Len() / 2)
			p.Publish(last) // known to the ring, and not yet to consumers
			p.Publish(head)
			c := r.Consumer("new")
			if middle.Len() > 0 {
				require.Equal(t, middle.From(), r.Published())
			}
			require.Equal(t, r.Published(), c.Position())
			p.Publish(middle)
			advance(t, c, rest.To())
			old.Done(take(t, old, from, rest.To()))
			c.Close()
		}
	})
}

func TestStageJoinsAheadOfWhomItFollows(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		slow := r.Consumer("slow")
		to := publish(t, p, s.Capacity).To()
		ahead := r.Consumer("ahead", slow)
		after := r.Consumer("after", ahead)
		require.Equal(t, to, ahead.Position())
		require.False(t, p.TrySend(-1), "every consumer is a gate, the one in front as well")
		for range s.Capacity {
			requireNothing(t, ahead)
			advance(t, slow, slow.Position()+1)
		}
		publish(t, p, s.Capacity)
		requireNothing(t, ahead)
		require.Equal(t, to, ahead.Position())
		some := to + int64(s.Capacity+1)/2
		advance(t, slow, some)
		take(t, ahead, to, some)
		requireNothing(t, after)
		advance(t, ahead, some)
		take(t, after, to, some)
	})
}

// When a consumer leaves, its followers follow the consumers that it followed. C36, C50.
func TestFollowersInheritWhomALeaverFollowed(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		a, b := r.Consumer("a"), r.Consumer("b")
		middle := r.Consumer("middle", a, b)
		last := r.Consumer("last", middle)
		at := publish(t, p, 1).To()
		advance(t, a, at)
		advance(t, b, at)
		take(t, middle, at-1, at)
		requireNothing(t, last)

		middle.Close() // the middle of a chain
		middle.Close() // a second time: nothing
		take(t, last, at-1, at)
		late := r.Consumer("late", middle) // after one that has left: after the consumers it followed
		advance(t, last, at)
		at = publish(t, p, 1).To()
		for _, c := range []*disruptor.Consumer[int64]{a, b} {
			requireNothing(t, late)
			requireNothing(t, last)
			advance(t, c, at)
		}
		advance(t, late, at)
		advance(t, last, at)

		at = publish(t, p, 1).To()
		advance(t, b, at)
		requireNothing(t, last)
		a.Close() // one of two
		advance(t, late, at)
		advance(t, last, at)
		at = publish(t, p, 1).To()
		requireNothing(t, last)
		b.Close() // the last of them: both follow the ring
		advance(t, late, at)
		advance(t, last, at)
		orphan := r.Consumer("orphan", a, b, middle)
		require.Equal(t, at, orphan.Position())
		at = publish(t, p, 1).To()
		take(t, orphan, at-1, at)
		take(t, last, at-1, at)
	})
}

// C97.
func TestAllLeaveAndSomeoneJoinsAgain(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		end := s.start
		for range 4 {
			first := r.Consumer("first")
			second := r.Consumer("second", first)
			require.Equal(t, end, second.Position())
			to := publish(t, p, 1+rnd.IntN(s.Capacity)).To()
			take(t, first, end, to)
			advance(t, first, end+rnd.Int64N(to-end+1))
			if rnd.IntN(2) == 0 {
				first, second = second, first
			}
			first.Close()
			second.Close()
			end = to
			for range rnd.IntN(4) {
				end = publish(t, p, s.Capacity).To()
			}
			require.Equal(t, end, r.Published())
		}
	})
}

func TestConsumerThatHasLeftIsHandedNothing(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		b := publish(t, p, s.Capacity)
		inHand := take(t, c, b.From(), b.To())
		c.Close()
		requireNothing(t, c)
		_, err := c.Next(testContext(t))
		require.Equal(t, disruptor.ErrClosed, err)
		_, err = c.WaitFor(testContext(t), b.To())
		require.Equal(t, disruptor.ErrClosed, err)
		for range c.Batches(testContext(t)) {
			require.Fail(t, "a batch of a consumer that has left")
		}
		require.Equal(t, disruptor.ErrClosed, c.Err())
		c.Done(inHand) // has been done by Close
		require.Empty(t, r.Stats().Consumers)
		require.NoError(t, r.Err(), "the ring goes on")
	})
}

// A consumer that leaves wakes the producers and the followers that sleep for its position.
func TestLeavingWakesWhoWaits(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		fast := r.Consumer("fast")
		slow := r.Consumer("slow", fast)
		last := r.Consumer("last", slow)
		from, to := s.start, s.start+int64(s.Capacity)
		publish(t, p, s.Capacity)
		fast.Done(take(t, fast, from, to))

		next := whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
			b, err := last.Next(ctx)
			if err == nil && (b.From() != from || b.To() != to) {
				err = fmt.Errorf("[%d, %d)", b.From(), b.To())
			}
			last.Done(b)
			return err
		})
		slow.Close()
		require.NoError(t, <-next)

		publish(t, p, s.Capacity)
		fast.Done(take(t, fast, to, to+int64(s.Capacity)))
		claimed := whileWaiting(t, r, s.Wait, func(ctx context.Context) error { return p.Send(ctx, 0) })
		last.Close() // the only one that holds room back
		require.NoError(t, <-claimed)
	})
}

// With no consumer left the gate is what is published, so the last one to leave frees all its
// room at once.
func TestLastToLeaveWakesProducers(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		publish(t, p, s.Capacity)
		claimed := whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
			b, err := p.Claim(ctx, s.Capacity)
			if err == nil {
				p.Publish(b)
			}
			return err
		})
		c.Close()
		require.NoError(t, <-claimed)
		require.Equal(t, s.start+2*int64(s.Capacity), r.Published())
	})
}

// python-disruptor: a new subscriber started at 0, which the ring had overwritten long ago. So it waited, or read
// events of later laps as if they were the first ones.
func TestANewConsumerStartsAtWhatIsPublished(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4})
	p := r.MultiProducer()
	for i := range 10 {
		require.True(t, p.TrySend(i))
	}
	c := r.Consumer("late")
	require.Equal(t, int64(10), c.Position())
	require.True(t, p.TrySend(10))
	b, ok := c.TryNext()
	require.True(t, ok)
	require.Equal(t, 10, *b.At(0))
}
