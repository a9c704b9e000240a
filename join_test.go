package disruptor

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A joiner sees what is published after it has joined, from claims that were open then, too, and nothing before. C48.
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

// Who follows a consumer that leaves follows from then on those whom that one followed. C36, C50.
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
		late := r.Consumer("late", middle) // after one that has left: after those whom it followed
		advance(t, last, at)
		at = publish(t, p, 1).To()
		for _, c := range []*Consumer[int64]{a, b} {
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
		require.Equal(t, ErrClosed, err)
		_, err = c.WaitFor(testContext(t), b.To())
		require.Equal(t, ErrClosed, err)
		for range c.Batches(testContext(t)) {
			require.Fail(t, "a batch of a consumer that has left")
		}
		require.Equal(t, ErrClosed, c.Err())
		c.Done(inHand) // has been done by Close
		require.Empty(t, r.Stats().Consumers)
		require.NoError(t, r.Err(), "the ring goes on")
	})
}

// Who sleeps for the position of a consumer is woken when it leaves: producers, and who follows it.
func TestLeavingWakesWhoWaits(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		fast := r.Consumer("fast")
		slow := r.Consumer("slow", fast)
		last := r.Consumer("last", slow)
		from, to := s.start, s.start+int64(s.Capacity)
		publish(t, p, s.Capacity)
		fast.Done(take(t, fast, from, to))

		next := whileWaiting(t, r, func(ctx context.Context) error {
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
		claimed := whileWaiting(t, r, func(ctx context.Context) error { return p.Send(ctx, 0) })
		last.Close() // the only one that holds room back
		require.NoError(t, <-claimed)
	})
}

// With no consumer left the gate is what is published, so the last one to leave gives all its room back at once.
func TestLastToLeaveWakesProducers(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		publish(t, p, s.Capacity)
		claimed := whileWaiting(t, r, func(ctx context.Context) error {
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

// Consumers join, alone and as chains, and leave again, wherever they stand, while producers run. Each sees the
// sequences without a gap from where it joined, every slot as it was written, and, from each producer, everything
// whose Publish had not begun when Consumer returned.
func TestConsumersComeAndGoWhileProducersRun(t *testing.T) {
	type event struct {
		seq      int64
		producer int
		count    int64 // of this producer
	}
	forEachVariant(t, func(t *testing.T, v variant) {
		for _, capacity := range []int{1, 2, 8} {
			r := newRingWithHistory[event](t, v.config(capacity), 1<<40+3, scene{start: 3}.random())
			ctx, stop := context.WithCancel(testContext(t))
			var running sync.WaitGroup
			begun := make([]atomic.Int64, 1+int(v.producers^Single)) // one of a Single ring, two of a Multi
			for i := range begun {
				p := newProducer(r)
				running.Go(func() {
					for count := int64(1); ctx.Err() == nil; count++ { // a claim that fits does not look
						err := p.Do(ctx, 1, func(b Batch[event]) error {
							*b.At(0) = event{b.From(), i, count}
							begun[i].Store(count)
							return nil
						})
						if err != nil {
							return
						}
					}
				})
			}

			// serve takes n events and checks them, then leaves.
			serve := func(c *Consumer[event], last []int64, n int) (err error) {
				defer c.Close()
				for next := c.Position(); n > 0; {
					b, err := c.Next(ctx)
					if err != nil {
						return err
					}
					head, _ := b.Split(min(n, b.Len()))
					for seq, e := range head.All() {
						if seq != next || e.seq != seq || e.count > last[e.producer]+1 {
							return fmt.Errorf("%s: %+v at %d, after %d and %d", c.Name(), *e, seq, next, last)
						}
						last[e.producer] = max(last[e.producer], e.count)
						next++
					}
					n -= head.Len()
					c.Done(head)
				}
				return nil
			}
			join := func(name string, after ...*Consumer[event]) (*Consumer[event], []int64) {
				c := r.Consumer(name, after...)
				last := make([]int64, len(begun))
				for i := range begun {
					last[i] = begun[i].Load()
				}
				return c, last
			}
			failed := make(chan error, 8)
			for range 15 {
				a, lastA := join("a")
				b, lastB := join("b", a)
				c, lastC := join("c", a, b)
				var served sync.WaitGroup
				served.Go(func() { failed <- serve(a, lastA, 2) })
				served.Go(func() { failed <- serve(b, lastB, 5) })
				failed <- serve(c, lastC, 7)
				served.Wait()
				for range 3 {
					require.NoError(t, <-failed)
				}
			}
			stop()
			running.Wait()
			require.Equal(t, r.Stats().Claimed, r.Published())
		}
	})
}
