package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/metrics"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// A telemetry sends metrics and spans to a collector.
type telemetry struct {
	meters *sdkmetric.MeterProvider
	traces *sdktrace.TracerProvider
}

// newTelemetry exports the figures of rings every so often, and spans. The environment says where
// to, as OpenTelemetry lays down: OTEL_EXPORTER_OTLP_ENDPOINT, http://localhost:4318 for example.
func newTelemetry(ctx context.Context, rings *metrics.Set, every time.Duration) (*telemetry, error) {
	metricExporter, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return nil, err
	}
	spanExporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, errors.Join(err, metricExporter.Shutdown(ctx))
	}
	t := &telemetry{
		meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(
			sdkmetric.NewPeriodicReader(metricExporter, sdkmetric.WithInterval(every)))),
		traces: sdktrace.NewTracerProvider(sdktrace.WithBatcher(spanExporter)),
	}
	if _, err := metrics.Instrument(t.meters.Meter("orders"), rings); err != nil {
		return nil, errors.Join(err, t.shutdown(ctx))
	}
	return t, nil
}

// shutdown exports once more what the rings' figures are now, and the spans that are left: at the
// same time, so that neither costs the other its time. Call it after the Shutdown of the rings. It
// fails if ctx ends first.
func (t *telemetry) shutdown(ctx context.Context) error {
	var both sync.WaitGroup
	var ofMeters, ofTraces error
	both.Go(func() { ofMeters = t.meters.Shutdown(ctx) })
	both.Go(func() { ofTraces = t.traces.Shutdown(ctx) })
	both.Wait()
	return errors.Join(ofMeters, ofTraces)
}

// traced returns a handler that calls h in a span for each batch. What h does with its context,
// such as a query of a database, becomes a child of that span. A span takes longer than many a
// handler does: for a busy ring, have the tracer's provider take a sample.
func traced[T any](t trace.Tracer, name string, h func(context.Context, disruptor.Batch[T]) error) disruptor.Handler[T] {
	return func(b disruptor.Batch[T]) error {
		ctx, span := t.Start(context.Background(), name, trace.WithAttributes(
			attribute.Int64("disruptor.batch.from", b.From()),
			attribute.Int("disruptor.batch.slots", b.Len()),
		))
		defer span.End() // which notes a panic and lets it go on
		err := h(ctx, b)
		if err != nil {
			span.RecordError(err)
			span.SetStatus(codes.Error, err.Error())
		}
		return err // as it is: a FailurePolicy may look for the event that has failed
	}
}
