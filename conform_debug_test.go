//go:build disruptor_debug

package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// C16. While one goroutine is inside a call of a SingleProducer, calls of another panic and change nothing.
func TestDebugChecksFindASingleProducerUsedByTwoGoroutines(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4, Producers: Single})
	p := r.SingleProducer()
	inside, release := make(chan struct{}), make(chan struct{})
	hook = func(at hookPoint) {
		if at == pointClaimed {
			inside <- struct{}{}
			<-release
		}
	}
	defer func() { hook = nil }()
	done := make(chan Batch[int64])
	go func() {
		b, _ := p.TryClaim(1)
		done <- b
	}()
	<-inside
	const text = "disruptor: a SingleProducer is used by two goroutines at once"
	requirePanics(t, text, func() { p.TryClaim(1) })
	requirePanics(t, text, func() { p.Claim(t.Context(), 1) })
	requirePanics(t, text, func() { p.TrySend(1) })
	requirePanics(t, text, func() { p.Publish(Batch[int64]{r, 0, 1}) })
	requirePanics(t, text, func() { p.Abort(Batch[int64]{r, 0, 1}) })
	close(release)
	b := <-done
	require.Equal(t, [2]int64{0, 1}, [2]int64{b.From(), b.To()})
	p.Publish(b)
	require.Equal(t, int64(1), r.Published())
}
