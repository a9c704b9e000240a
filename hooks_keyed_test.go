//go:build disruptor_debug

package disruptor

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// The orders of events that broke drafts of the protocol of groups with a key, each forced as in
// hooks_test.go.

// handed makes w wait for the next event on another goroutine. After w has finished the event, its
// sequence comes on the channel that handed returns, or -1 if there is none.
func handed(w *Worker[int64]) chan int64 {
	next := make(chan int64, 1)
	go func() {
		b, err := w.Next(context.Background())
		if err != nil {
			next <- -1
			return
		}
		w.Done(b)
		next <- b.From()
	}()
	return next
}

// A worker that goes to sleep while another one leaves has to know what has been published
// meanwhile: behind the barrier no other worker would look.
func TestAWorkerGoesToSleepWhileAnotherLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		g := r.Group(GroupConfig[int64]{Key: func(event *int64) uint64 { return uint64(*event) }})
		w, leaver := g.Worker(), g.Worker()
		k := keysOf(g, w, leaver)
		require.True(t, p.TrySend(k[0]))
		b, ok := w.TryNext()
		require.True(t, ok)
		w.Done(b)
		require.Zero(t, g.Consumer().Position(), "the leaver has not looked")

		watches, blocked := false, false
		raised, goes, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
		hook = func(at hookPoint) {
			switch {
			case at == pointWatching && !watches:
				watches = true
				require.True(t, p.TrySend(k[0]))
				go func() {
					leaver.Close()
					close(left)
				}()
				<-raised
			case at == pointSettling && watches && !blocked && g.Consumer().Position() == 0: // of the leaver
				raised <- struct{}{} // the barrier, before the position moves
				<-goes
			case at == pointBlocked && watches && !blocked:
				blocked = true
				close(goes)
				<-left
			}
		}
		defer func() { hook = nil }()
		require.Equal(t, int64(1), <-handed(w))
		require.True(t, blocked)
	})
}

// A worker that decides where to sleep while another one keys the last events of a closed ring
// must wait until they are finished.
func TestAWorkerGoesToSleepWhileTheLastEventIsKeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, Config{Capacity: 8, Wait: BlockWait{Spin: -1}})
		p := r.MultiProducer()
		keys, keyed := make(chan struct{}), make(chan struct{})
		blocks := false
		g := r.Group(GroupConfig[int64]{Key: func(event *int64) uint64 {
			if blocks {
				blocks = false
				keys <- struct{}{}
				<-keyed
			}
			return uint64(*event)
		}})
		w, other := g.Worker(), g.Worker()
		require.True(t, p.TrySend(keysOf(g, w, other)[1]))
		r.Close()
		blocks = true
		inHand := make(chan Batch[int64])
		go func() {
			b, _ := other.TryNext()
			inHand <- b
		}()
		<-keys
		var last Batch[int64]
		hook = func(at hookPoint) {
			if at == pointWatching && last.Len() == 0 {
				close(keyed)
				last = <-inHand
			}
		}
		defer func() { hook = nil }()
		next := handed(w)
		synctest.Wait()
		other.Done(last)
		require.Equal(t, int64(-1), <-next)
	})
}

// Events of others that a worker used by hand has walked over count for the position at once.
func TestASeatThatMovesOverOthersEventsMovesThePosition(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 8})
	p := r.MultiProducer()
	g := r.Group(GroupConfig[int64]{Key: func(event *int64) uint64 { return uint64(*event) }})
	a, b := g.Worker(), g.Worker()
	for _, key := range keysOf(g, a, b) {
		require.True(t, p.TrySend(key))
	}
	first, ok := a.TryNext()
	require.True(t, ok)
	a.Done(first)
	_, ok = b.TryNext()
	require.True(t, ok)
	require.Equal(t, int64(1), g.Consumer().Position())
}
