//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package behaviour

import (
	"context"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// Events of all sizes keep their bytes, with embedded and separate marks, even in the smallest
// ring.
func TestSizes(t *testing.T) {
	testSize[[1]byte](t)
	testSize[[3]byte](t)
	testSize[[8]byte](t)
	testSize[[56]byte](t)
	testSize[[57]byte](t)
	testSize[[100]byte](t)
	testSize[[4096]byte](t)
}

func testSize[T any](t *testing.T) {
	fill := func(e *T, with byte) {
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(e)), unsafe.Sizeof(*e))
		for i := range bytes {
			bytes[i] = with + byte(i)
		}
	}
	for _, marks := range []shm.Marks{shm.AutoMarks, shm.EmbeddedMarks, shm.SeparateMarks} {
		for _, capacity := range []int{2, 16} {
			for _, guard := range []bool{false, true} {
				r, path := create[T](t, shm.Config{Capacity: capacity, Marks: marks, Options: shm.Options{GuardFaults: guard}})
				o := attach[T](t, path, shm.Options{GuardFaults: guard})
				p, c := producer(t, r), consumer(t, o, "c")
				copies, err := r.Consumer(shm.ConsumerConfig{Evictable: int64(capacity)})
				require.NoError(t, err)
				var want T
				for lap := range 3 * capacity {
					events := make([]T, 1+lap%capacity)
					for i := range events {
						fill(&events[i], byte(lap+i))
					}
					n, err := p.SendAll(long(t), events)
					require.NoError(t, err)
					require.Equal(t, len(events), n)
					for _, c := range []*shm.Consumer[T]{c, copies} {
						b, ok := c.TryNext()
						require.True(t, ok)
						require.Equal(t, n, b.Len())
						for i := range n {
							fill(&want, byte(lap+i))
							require.Equal(t, want, *b.At(i))
						}
						c.Done(b)
					}
				}
			}
		}
	}
}

func TestSendAll(t *testing.T) {
	r, _ := create[tick](t, shm.Config{Capacity: 4})
	p, c := producer(t, r), consumer(t, r, "c")
	n, err := p.SendAll(ended(), make([]tick, 2))
	require.Zero(t, n)
	require.ErrorIs(t, err, context.Canceled)
	n, err = p.SendAll(ended(), nil)
	require.Zero(t, n)
	require.NoError(t, err)
	events := make([]tick, 1000)
	for i := range events {
		events[i].ID = int64(i)
	}
	done := make(chan error)
	go func() {
		n, err := p.SendAll(context.Background(), events)
		if n != len(events) {
			t.Errorf("%d of %d", n, len(events))
		}
		done <- err
	}()
	next := int64(0)
	for next < 1000 {
		b, err := c.Next(long(t))
		require.NoError(t, err)
		for _, e := range b.All() {
			require.Equal(t, next, e.ID)
			next++
		}
		c.Done(b)
	}
	require.NoError(t, <-done)
}
