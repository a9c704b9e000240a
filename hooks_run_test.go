//go:build disruptor_debug

package disruptor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Shutdown may return before Run has heard that the last handler has stopped. A context that ends in between ends
// nothing.
func TestTheContextOfRunMayEndOnceShutdownHasReturned(t *testing.T) {
	for _, at := range []hookPoint{pointServing, pointOver} {
		r := newRing[int64](t, Config{Capacity: 4})
		r.Handle("handler", func(Batch[int64]) error { return nil })
		publish(t, r.MultiProducer(), 3)
		r.Close()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		context.AfterFunc(ctx, func() { close(ended) }) // it may begin before that of Run, for which Run waits
		during(t, at, func() {
			require.NoError(t, r.Shutdown(t.Context()))
			cancel()
			<-ended
		}, func() {
			require.NoError(t, r.Run(ctx))
		})
		require.NoError(t, r.Shutdown(t.Context()))
	}
}
