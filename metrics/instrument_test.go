package metrics_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/be395dad/disruptor/metrics"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// instrumented returns a function that collects, and a function that unregisters.
func instrumented(t *testing.T, rings *metrics.Set) (collect func() map[string]float64, unregister func()) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	t.Cleanup(func() { require.NoError(t, provider.Shutdown(context.Background())) })
	r, err := metrics.Instrument(provider.Meter("test"), rings)
	require.NoError(t, err)
	collect = func() map[string]float64 {
		var all metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(context.Background(), &all))
		values := make(map[string]float64)
		for _, scope := range all.ScopeMetrics {
			for _, m := range scope.Metrics {
				require.NotEmpty(t, m.Description)
				var points []metricdata.DataPoint[float64]
				switch data := m.Data.(type) {
				case metricdata.Sum[float64]:
					require.True(t, data.IsMonotonic)
					points = data.DataPoints
				case metricdata.Gauge[float64]:
					points = data.DataPoints
				}
				for _, p := range points {
					key := strings.TrimPrefix(m.Name, "disruptor.")
					for _, a := range p.Attributes.ToSlice() { // sorted
						key += " " + a.Value.AsString()
					}
					values[key] = p.Value
				}
			}
		}
		return values
	}
	return collect, func() { require.NoError(t, r.Unregister()) }
}

func TestInstrument(t *testing.T) {
	var rings metrics.Set
	ring := &fixed{stats: all()}
	require.NoError(t, rings.Add(ring))
	collect, unregister := instrumented(t, &rings)
	require.Equal(t, map[string]float64{
		"ring.capacity_slots all": 1024, "ring.claimed all": 102, "ring.published all": 103, "ring.free_slots all": 104,
		"ring.blocked_claims all": 105, "ring.blocked_seconds all": 1.5, "ring.open_claim_seconds all": 2.5,
		"ring.parks all": 106, "ring.wakes all": 107, "ring.wasted_wakes all": 108, "ring.fences all": 109,
		"ring.dropped_events all": 110, "ring.inlined_events all": 111, "ring.timed_out_events all": 112,
		"consumer.position c all": 201, "consumer.lag_slots c all": 202, "consumer.available_slots c all": 203,
		"consumer.max_lag_slots c all": 204, "consumer.state_seconds c all": 3.5, "consumer.workers c all": 205,
		"consumer.missed c all": 206, "consumer.retried_calls c all": 207, "consumer.skipped_events c all": 208,
		"consumer.dead_lettered_events c all": 209,
		"consumer.state c all busy":           0, "consumer.state c all waiting": 0,
		"consumer.state c all unserved": 0, "consumer.state c all retrying": 1,
		"consumer.batches c all": 0, "consumer.batch_slots c all": 0, "consumer.batch_size_slots c 0.5 all": 0,
		"consumer.batch_size_slots c 0.99 all": 0, "consumer.batch_size_slots c 1 all": 0,
	}, collect())
	require.Equal(t, 2, ring.calls, "one for its name and one for the collection")
	rings.Remove("all")
	require.Empty(t, collect())
	require.NoError(t, rings.Add(ring))
	require.NotEmpty(t, collect())
	calls := ring.calls
	unregister()
	require.Empty(t, collect())
	require.Equal(t, calls, ring.calls)
}

func TestInstrumentOfBatchSizes(t *testing.T) {
	var rings metrics.Set
	ring := newRing(t, "ring", 8)
	c := ring.Consumer("\xff")
	require.NoError(t, rings.Add(ring))
	collect, _ := instrumented(t, &rings)
	for i := range 200 {
		size := 1
		switch {
		case i == 0:
			size = 3
		case i < 6:
			size = 2
		}
		_, err := ring.MultiProducer().SendAll(context.Background(), make([]int, size))
		require.NoError(t, err)
		b, _ := c.TryNext()
		c.Done(b)
	}
	all := collect()
	require.Equal(t, []float64{200, 3 + 5*2 + 194, 1, 2, 3}, []float64{
		all["consumer.batches \uFFFD ring"], all["consumer.batch_slots \uFFFD ring"],
		all["consumer.batch_size_slots \uFFFD 0.5 ring"], all["consumer.batch_size_slots \uFFFD 0.99 ring"],
		all["consumer.batch_size_slots \uFFFD 1 ring"]})
}

// OpenTelemetry's exporter to Prometheus serves the same names, types, texts, labels and values
// as the collector. So the dashboard works with both, except for the sizes of batches.
func TestBothServeTheSame(t *testing.T) {
	var rings metrics.Set
	require.NoError(t, rings.Add(&fixed{stats: all()}))
	ring := newRing(t, "ring", 8)
	ring.Consumer("a")
	ring.Consumer("a")
	require.NoError(t, rings.Add(&fixed{stats: ring.Stats()}))

	registry := prometheus.NewRegistry()
	e, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo())
	require.NoError(t, err)
	provider := sdk.NewMeterProvider(sdk.WithReader(e))
	defer func() { require.NoError(t, provider.Shutdown(context.Background())) }()
	_, err = metrics.Instrument(provider.Meter("test"), &rings)
	require.NoError(t, err)

	want, got := collected(t, &rings)(), serve(t, registry)()
	for _, s := range []scrape{want, got} {
		maps.DeleteFunc(s.families, func(name string, _ *dto.MetricFamily) bool {
			return strings.HasPrefix(name, "disruptor_consumer_batch")
		})
		require.NotEmpty(t, s.families)
	}
	for name, f := range want.families {
		require.Equal(t, f.GetType(), got.families[name].GetType(), name)
		require.Equal(t, f.GetHelp(), got.families[name].GetHelp(), name)
	}
	require.Equal(t, flatten(want.families), flatten(got.families))
}

// A brokenMeter makes no counters.
type brokenMeter struct{ noop.Meter }

var errBroken = errors.New("broken")

func (brokenMeter) Float64ObservableCounter(
	string, ...metric.Float64ObservableCounterOption) (metric.Float64ObservableCounter, error) {
	return noop.Float64ObservableCounter{}, errBroken
}

func TestInstrumentFailsAsTheMeterDoes(t *testing.T) {
	_, err := metrics.Instrument(brokenMeter{}, new(metrics.Set))
	require.ErrorIs(t, err, errBroken)
}
