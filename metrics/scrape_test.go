package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A scrape is what an endpoint has returned: its families, and the value of each series as
// Prometheus stores it, such as disruptor_ring_free_slots{ring="orders"}.
type scrape struct {
	families map[string]*dto.MetricFamily
	series   map[string]float64
}

// serve returns a function that scrapes the registry over HTTP.
func serve(t *testing.T, from prometheus.Gatherer) func() scrape {
	server := httptest.NewServer(promhttp.HandlerFor(from, promhttp.HandlerOpts{}))
	t.Cleanup(server.Close)
	return func() scrape {
		response, err := server.Client().Get(server.URL)
		require.NoError(t, err)
		defer func() { require.NoError(t, response.Body.Close()) }()
		require.Equal(t, http.StatusOK, response.StatusCode)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(response.Body)
		require.NoError(t, err)
		return scrape{families, flatten(families)}
	}
}

// collected serves a set's collector, by a registry that checks what it is sent against Describe.
func collected(t *testing.T, rings *metrics.Set) func() scrape {
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(metrics.NewCollector(rings)))
	return serve(t, registry)
}

func flatten(families map[string]*dto.MetricFamily) map[string]float64 {
	series := make(map[string]float64)
	for name, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			add := func(suffix string, v float64, more ...string) {
				all := slices.Concat(labels, more)
				slices.Sort(all)
				series[name+suffix+"{"+strings.Join(all, ",")+"}"] = v
			}
			switch f.GetType() {
			case dto.MetricType_COUNTER:
				add("", m.Counter.GetValue())
			case dto.MetricType_GAUGE:
				add("", m.Gauge.GetValue())
			case dto.MetricType_HISTOGRAM:
				add("_count", float64(m.Histogram.GetSampleCount()))
				add("_sum", m.Histogram.GetSampleSum())
				for _, b := range m.Histogram.Bucket {
					add("_bucket", float64(b.GetCumulativeCount()), fmt.Sprintf(`le="%g"`, b.GetUpperBound()))
				}
			}
		}
	}
	return series
}

// ring returns the series of a ring, without that label and the prefix: free_slots.
func (s scrape) ring(name string) map[string]float64 {
	return s.part("disruptor_ring_", fmt.Sprintf(`{ring=%q}`, name))
}

// consumer returns the series of a consumer that have no other label: lag_slots.
func (s scrape) consumer(ring, name string) map[string]float64 {
	return s.part("disruptor_consumer_", fmt.Sprintf(`{consumer=%q,ring=%q}`, name, ring))
}

// state returns the state of a consumer. It fails unless the consumer is in exactly one.
func (s scrape) state(t *testing.T, ring, consumer string) (state string) {
	for _, is := range []string{"busy", "waiting", "unserved", "retrying"} {
		key := fmt.Sprintf(`disruptor_consumer_state{consumer=%q,ring=%q,state=%q}`, consumer, ring, is)
		require.Contains(t, s.series, key)
		if s.series[key] == 1 {
			require.Empty(t, state)
			state = is
		}
	}
	require.NotEmpty(t, state)
	return state
}

// buckets returns the buckets of a consumer from small to large.
func (s scrape) buckets(ring, consumer string) (bounds []float64, counts []uint64) {
	for _, m := range s.families["disruptor_consumer_batch_size_slots"].GetMetric() {
		if m.Label[0].GetValue() != consumer || m.Label[1].GetValue() != ring {
			continue
		}
		for _, b := range m.Histogram.Bucket {
			bounds, counts = append(bounds, b.GetUpperBound()), append(counts, b.GetCumulativeCount())
		}
	}
	return bounds, counts
}

func (s scrape) part(prefix, suffix string) map[string]float64 {
	part := make(map[string]float64)
	for key, v := range s.series {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			if name, ok = strings.CutSuffix(name, suffix); ok {
				part[name] = v
			}
		}
	}
	return part
}

// below returns the counters and buckets that are lower in after than in s, or are gone.
func (s scrape) below(after scrape) (bad []string) {
	for key, v := range s.series {
		name, _, _ := strings.Cut(key, "{")
		if kind := s.families[name]; kind != nil && kind.GetType() == dto.MetricType_GAUGE {
			continue
		}
		if now, ok := after.series[key]; !ok || now < v {
			bad = append(bad, fmt.Sprintf("%s: %v, then %v", key, v, now))
		}
	}
	return bad
}

func newRing(t *testing.T, name string, capacity int) *disruptor.Ring[int] {
	ring, err := disruptor.New[int](disruptor.Config{Name: name, Capacity: capacity})
	require.NoError(t, err)
	return ring
}

// A fixed ring has the figures of a test. It counts the calls of Stats.
type fixed struct {
	stats disruptor.Stats
	calls int
}

func (f *fixed) Stats() disruptor.Stats {
	f.calls++
	return f.stats
}
