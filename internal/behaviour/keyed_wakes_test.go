package behaviour

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Each sleeping worker is woken by the events that it owns: the worker that watches wakes the
// others.
func TestAWorkerThatSleepsIsWokenForItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeyedScene(t, disruptor.Config{Wait: disruptor.BlockWait{Spin: -1}})
		workers := []*disruptor.Worker[uint64]{s.group.Worker(), s.group.Worker(), s.group.Worker()}
		k := s.own(t, workers...)
		handed := make(chan int)
		for i, w := range workers {
			go func() {
				for b := range w.Batches(t.Context()) {
					for range b.Len() {
						handed <- i
					}
				}
				handed <- -1
			}()
		}
		synctest.Wait()
		for n := range 12 {
			s.send(t, k[n%3])
			require.Equal(t, n%3, <-handed)
			synctest.Wait()
			require.Equal(t, s.Published(), s.group.Consumer().Position())
		}
		s.Close()
		for range workers {
			require.Equal(t, -1, <-handed)
		}
	})
}

// Workers that sleep before a barrier are woken when the last seat comes to it.
func TestWorkersThatSleepBeforeABarrierAreWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeyedScene(t, disruptor.Config{Wait: disruptor.BlockWait{Spin: -1}})
		a := s.group.Worker()
		s.send(t, 1, 2)
		inHand := requireNext(t, a, 0, 2)
		handed := make(chan int64, 4)
		ended := make(chan error)
		for range 2 {
			w := s.group.Worker()
			go func() {
				for b := range w.Batches(t.Context()) {
					for seq := range b.All() {
						handed <- seq
					}
				}
				ended <- w.Err()
			}()
		}
		s.send(t, 3, 4, 5, 6)
		synctest.Wait()
		require.Empty(t, handed)
		a.Done(inHand)
		synctest.Wait()
		for b, ok := a.TryNext(); ok; b, ok = a.TryNext() {
			for seq := range b.All() {
				handed <- seq
			}
			a.Done(b)
		}
		require.Len(t, handed, 4)
		require.Equal(t, int64(6), s.group.Consumer().Position())
		s.Close()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
	})
}

// A worker goes only when everything is finished: until then another may leave events to it.
func TestAKeyedWorkerStaysUntilAllIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeyedScene(t, disruptor.Config{})
		a, b := s.group.Worker(), s.group.Worker()
		k := s.own(t, a, b)
		at := s.Published()
		s.send(t, k[0], k[1])
		requireNext(t, a, at, at+1)
		b.Done(requireNext(t, b, at+1, at+2))
		s.Close()
		got := make(chan disruptor.Batch[uint64])
		ended := make(chan error)
		go func() {
			batch, err := b.Next(t.Context())
			if err != nil {
				t.Error(err)
			}
			got <- batch
			b.Done(batch)
			_, err = b.Next(t.Context())
			ended <- err
		}()
		synctest.Wait()
		require.Equal(t, at, s.group.Consumer().Position())
		a.Close()
		require.Equal(t, at, (<-got).From())
		require.Equal(t, disruptor.ErrClosed, <-ended)
		require.Equal(t, at+2, s.group.Consumer().Position())
	})
}
