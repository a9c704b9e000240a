package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/metrics"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = time.Minute // how long a busy machine may take

func receive(t *testing.T) *receiver {
	r := new(receiver)
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	return r
}

func TestTheLastFiguresAreExported(t *testing.T) {
	const n = 2_000 // at most as many spans, which fit the queue of the exporter
	r := receive(t)
	require.NoError(t, run(t.Context(), n, time.Hour))
	claimed, ok := r.value("disruptor.ring.claimed ring=orders")
	require.True(t, ok)
	require.EqualValues(t, n, claimed)
	position, ok := r.value("disruptor.consumer.position consumer=store ring=orders")
	require.True(t, ok)
	require.EqualValues(t, n, position)

	slots := int64(0)
	for _, s := range r.spans {
		require.Equal(t, "store", s.Name)
		require.Equal(t, slots, number(s, "disruptor.batch.from"))
		slots += number(s, "disruptor.batch.slots")
	}
	require.EqualValues(t, n, slots)
}

func number(s *spans.Span, key string) int64 {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value.GetIntValue()
		}
	}
	return -1
}

func TestFiguresAreExportedWhileTheRingRuns(t *testing.T) {
	r := receive(t)
	ring, err := disruptor.New[int](disruptor.Config{Name: "r", Capacity: 8})
	require.NoError(t, err)
	var rings metrics.Set
	require.NoError(t, rings.Add(ring))
	exports, err := newTelemetry(t.Context(), &rings, time.Millisecond)
	require.NoError(t, err)
	for i := range 3 {
		require.True(t, ring.MultiProducer().TrySend(i))
		require.Eventually(t, func() bool {
			claimed, _ := r.value("disruptor.ring.claimed ring=r")
			return int(claimed) == i+1
		}, soon, time.Millisecond)
	}
	require.NoError(t, exports.shutdown(t.Context()))
}

// A collector that hangs does not hold up the end for longer than its context.
func TestACollectorThatHangs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	released := make(chan struct{})
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if requests.Add(1) == 2 { // of metrics, and of spans
			cancel()
		}
		<-released
	}))
	defer server.Close()
	defer close(released)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	var rings metrics.Set
	ring, err := disruptor.New[int](disruptor.Config{Name: "r", Capacity: 8})
	require.NoError(t, err)
	require.NoError(t, rings.Add(ring))
	exports, err := newTelemetry(t.Context(), &rings, time.Hour)
	require.NoError(t, err)
	_, span := exports.traces.Tracer("t").Start(t.Context(), "s")
	span.End()
	both, ok := exports.shutdown(ctx).(interface{ Unwrap() []error })
	require.True(t, ok)
	require.Len(t, both.Unwrap(), 2)
	for _, err := range both.Unwrap() {
		require.ErrorIs(t, err, context.Canceled) // and no limit of the exporter
	}
}

func TestSpansOfFailures(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	ring, err := disruptor.New[string](disruptor.Config{Capacity: 8})
	require.NoError(t, err)
	var aside []string
	each := disruptor.Each(func(_ int64, event *string) error {
		switch *event {
		case "fails":
			return errors.New("no such order")
		case "panics":
			panic("a bug")
		}
		return nil
	})
	ring.HandleWith(disruptor.ConsumerConfig[string]{
		Name: "store",
		DeadLetter: func(b disruptor.Batch[string], err error) error {
			for _, event := range b.All() {
				aside = append(aside, *event)
			}
			return nil
		},
	}, traced(provider.Tracer("t"), "store", func(ctx context.Context, b disruptor.Batch[string]) error {
		_, span := provider.Tracer("t").Start(ctx, "query")
		defer span.End()
		return each(b)
	}))
	for _, event := range []string{"a", "fails", "panics", "b"} {
		require.True(t, ring.MultiProducer().TrySend(event))
	}
	ring.Close()
	require.NoError(t, ring.Run(t.Context()))
	require.Equal(t, []string{"fails", "panics"}, aside) // the events, not their batches

	var outcomes []string
	children := 0
	for _, s := range recorder.Ended() {
		if s.Name() == "query" {
			require.True(t, s.Parent().IsValid())
			children++
			continue
		}
		outcome := s.Status().Description
		for _, e := range s.Events() {
			outcome += " " + e.Name
		}
		outcomes = append(outcomes, outcome)
	}
	require.Equal(t, 3, children)
	require.Equal(t, []string{"sequence 1: no such order exception", " exception", ""}, outcomes)
}

func TestDemonstrate(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "") // so that it is restored
	require.NoError(t, os.Unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
	require.NoError(t, demonstrate(100))
}
