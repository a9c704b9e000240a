package disruptor

import (
	"context"
	"runtime/pprof"
	"runtime/trace"
)

// label sets the labels by which profiles tell this goroutine from those of other consumers;
// empty names give none. The labels of ctx stay.
func label(ctx context.Context, ring, consumer string) {
	if ring != "" {
		ctx = pprof.WithLabels(ctx, pprof.Labels("ring", ring))
	}
	if consumer != "" {
		ctx = pprof.WithLabels(ctx, pprof.Labels("consumer", consumer))
	}
	pprof.SetGoroutineLabels(ctx)
}

// callTraced calls a handler in a region of the execution tracer, which ends even if the handler
// panics. Its callers check that a trace is on: without one they make no extra call.
func callTraced[B any](consumer string, handler func(B) error, events B) (err error) {
	if consumer == "" {
		consumer = "consumer"
	}
	trace.WithRegion(context.Background(), consumer, func() { err = handler(events) })
	return err
}
