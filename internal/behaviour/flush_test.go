package behaviour

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The obvious writer of batches: it flushes 500 events at once, and the rest when nothing comes
// and at the end.

type flusher struct {
	held    []int64
	flushed []int64
	sizes   []int // of the flushes
	empty   int   // calls with an empty batch
}

func (f *flusher) handle(b disruptor.Batch[int64]) error {
	for _, v := range b.All() {
		if f.held = append(f.held, *v); len(f.held) == 500 {
			f.flush()
		}
	}
	if b.Len() == 0 {
		f.empty++
		f.flush()
	}
	return nil
}

func (f *flusher) flush() {
	if len(f.held) > 0 {
		f.flushed = append(f.flushed, f.held...)
		f.sizes = append(f.sizes, len(f.held))
		f.held = f.held[:0]
	}
}

// forEachFlusher runs test, in a bubble, with a Run that serves a flusher which is idle after an hour.
func forEachFlusher(t *testing.T, test func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64],
	c *disruptor.Consumer[int64], f *flusher, running <-chan error)) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		t.Run(map[disruptor.Producers]string{disruptor.Single: "single", disruptor.Multi: "multi"}[kind], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRing[int64](t, disruptor.Config{Capacity: 256, Producers: kind})
				var f flusher
				c := r.HandleWith(disruptor.ConsumerConfig[int64]{Name: "flusher", Idle: time.Hour}, f.handle)
				test(t, r, newProducer(r), c, &f, run(r))
			})
		})
	}
}

func sendNumbers(t *testing.T, p disruptor.Producer[int64], n int) (sent []int64) {
	for i := range n {
		require.NoError(t, p.Send(context.Background(), int64(i)))
		sent = append(sent, int64(i))
	}
	return sent
}

func TestAWriterOfBatchesLosesNothingAtTheEnd(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, r *disruptor.Ring[int64]){
		"Close":    func(_ *testing.T, r *disruptor.Ring[int64]) { r.Close() },
		"Shutdown": func(t *testing.T, r *disruptor.Ring[int64]) { require.NoError(t, r.Shutdown(context.Background())) },
	} {
		t.Run(name, func(t *testing.T) {
			forEachFlusher(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64],
				_ *disruptor.Consumer[int64], f *flusher, running <-chan error) {
				sent := sendNumbers(t, p, 1234)
				end(t, r)
				require.NoError(t, <-running)
				require.Equal(t, sent, f.flushed)
				require.Equal(t, []int{500, 500, 234}, f.sizes)
				require.Equal(t, 1, f.empty)
				require.NoError(t, r.Run(context.Background()))
				require.Equal(t, 2, f.empty, "once in each Run")
			})
		})
	}
}

func TestAWriterOfBatchesFlushesWhenItIsIdle(t *testing.T) {
	forEachFlusher(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64],
		_ *disruptor.Consumer[int64], f *flusher, running <-chan error) {
		sent := sendNumbers(t, p, 300)
		time.Sleep(90 * time.Minute)
		synctest.Wait()
		require.Equal(t, sent, f.flushed)
		require.Equal(t, 1, f.empty)
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, 2, f.empty)
	})
}

func TestAWriterOfBatchesWhoseConsumerIsClosedFlushesWhatItWasHanded(t *testing.T) {
	forEachFlusher(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64],
		c *disruptor.Consumer[int64], f *flusher, running <-chan error) {
		sent := sendNumbers(t, p, 700)
		synctest.Wait()
		c.Close()
		synctest.Wait()
		require.Equal(t, sent, f.flushed)
		require.Equal(t, 1, f.empty)
		sendNumbers(t, p, 700) // nobody is waited for
		require.Empty(t, running)
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, 1, f.empty, "the last call comes once")
		require.Equal(t, sent, f.flushed)
	})
}

func TestAWriterOfBatchesIsCalledAtTheEndAlthoughNoEventEverCame(t *testing.T) {
	forEachFlusher(t, func(t *testing.T, r *disruptor.Ring[int64], _ disruptor.Producer[int64],
		_ *disruptor.Consumer[int64], f *flusher, running <-chan error) {
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, flusher{empty: 1}, *f)
	})
}

func TestAWriterOfBatchesIsNotCalledAfterAFailure(t *testing.T) {
	forEachFlusher(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64],
		_ *disruptor.Consumer[int64], f *flusher, running <-chan error) {
		r.Handle("bad", func(disruptor.Batch[int64]) error { return errBoom })
		b, ok := p.TryClaim(10) // at once: the first of them ends the ring
		require.True(t, ok)
		p.Publish(b)
		require.ErrorIs(t, <-running, errBoom)
		require.Zero(t, f.empty)
		require.Empty(t, f.flushed)
	})
}

// The order of all calls, Start and Stop included.
func TestTheLastCallComesBeforeStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		d.handle(r, time.Second, noFault)
		running := run(r)
		publish(t, r.MultiProducer(), 1)
		time.Sleep(1500 * time.Millisecond)
		r.Close()
		require.NoError(t, <-running)
		require.Equal(t, []string{"start", "batch", "empty", "empty", "stop"}, d.lines)
	})
}

func TestAnErrorOfTheLastCallFailsRun(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			var d diary
			r := newRing[int64](t, disruptor.Config{Capacity: 4})
			d.handle(r, time.Hour, faultIn("empty", fault.fail))
			publish(t, r.MultiProducer(), 3)
			r.Close()
			var h *disruptor.HandlerError
			require.ErrorAs(t, r.Run(testContext(t)), &h)
			require.Equal(t, [2]int64{3, 3}, [2]int64{h.From, h.To})
			require.Equal(t, []string{"start", "batch", "empty", "stop"}, d.lines)
			require.ErrorAs(t, r.Shutdown(testContext(t)), &h)
		})
	}
}
