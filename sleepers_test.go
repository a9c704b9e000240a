package disruptor

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// 50,000 claims took seconds to queue and to be cancelled, under the lock that wakers need,
// because each walked the list.
func TestAddAndRemoveDoNotWalkTheList(t *testing.T) {
	l := &sleepers{parking: new(parking)}
	var all []*sleeper
	for range 5 {
		all = append(all, l.add())
	}
	all[1].next = nil // a walk from the first stops here
	last := l.add()
	require.Same(t, all[4], last.prev)
	require.Same(t, last, all[4].next)
	l.remove(all[4])
	require.Same(t, all[3], last.prev)
	require.Same(t, last, all[3].next)
	l.remove(last)
	require.Same(t, all[3], l.last)
	require.Nil(t, all[3].next)
	l.remove(all[0])
	require.Same(t, all[1], l.first)
	require.Nil(t, all[1].prev)
}

func TestTheListOfSleepersKeepsItsOrder(t *testing.T) {
	l := &sleepers{parking: new(parking)}
	list := func() (all []*sleeper) {
		for s := l.first; s != nil; s = s.next {
			all = append(all, s)
		}
		return all
	}
	a, b, c := l.add(), l.add(), l.add()
	require.Equal(t, []*sleeper{a, b, c}, list())
	l.remove(b)
	require.Equal(t, []*sleeper{a, c}, list())
	require.Same(t, b, l.add(), "one that has left is kept for the next")
	l.remove(a)
	l.remove(b)
	l.remove(c)
	require.Empty(t, list())
	require.Nil(t, l.last)
}

// queueInOrder makes claims of a full ring of 4 slots queue one after the other.
func queueInOrder(t *testing.T, test func(c *Consumer[int], claim func(n int), order chan int)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int](t, Config{Capacity: 4, Wait: BlockWait{Spin: -1}})
		c, p := r.Consumer("c"), r.MultiProducer()
		for p.TrySend(1) {
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer synctest.Wait()
		defer cancel()
		order := make(chan int, 2)
		claim := func(n int) {
			go func() {
				p := r.MultiProducer()
				if b, err := p.Claim(ctx, n); err == nil {
					order <- n
					p.Publish(b)
				}
			}()
			synctest.Wait()
		}
		test(c, claim, order)
	})
}

func TestASmallClaimThatQueuesDoesNotOvertakeALargeOne(t *testing.T) {
	queueInOrder(t, func(c *Consumer[int], claim func(int), order chan int) {
		claim(4)
		b, _ := c.TryNext()
		head, rest := b.Split(1)
		c.Done(head) // room for a small one only
		claim(1)
		require.Empty(t, order)
		c.Done(rest)
		synctest.Wait()
		require.Equal(t, 4, <-order)
	})
}

func TestASmallClaimIsWokenThoughALargeOneQueuesBehindIt(t *testing.T) {
	queueInOrder(t, func(c *Consumer[int], claim func(int), order chan int) {
		claim(1)
		claim(4)
		b, _ := c.TryNext()
		head, _ := b.Split(1)
		c.Done(head)
		synctest.Wait()
		require.Len(t, order, 1)
	})
}
