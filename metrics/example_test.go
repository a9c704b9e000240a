package metrics_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Prometheus scrapes a ring.
func ExampleCollector() {
	ring, _ := disruptor.New[string](disruptor.Config{Name: "orders", Capacity: 8})
	ring.Consumer("journal")
	ring.MultiProducer().TrySend("buy")

	var rings metrics.Set
	if err := rings.Add(ring); err != nil {
		fmt.Println(err) // another ring in the set is named orders
	}
	registry := prometheus.NewRegistry() // or the default one
	registry.MustRegister(metrics.NewCollector(&rings))
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})

	page := httptest.NewRecorder()
	handler.ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for lines := bufio.NewScanner(page.Body); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "disruptor_") && strings.Contains(line, "_slots{") {
			fmt.Println(line)
		}
	}
	// Output:
	// disruptor_consumer_available_slots{consumer="journal",ring="orders"} 1
	// disruptor_consumer_lag_slots{consumer="journal",ring="orders"} 1
	// disruptor_consumer_max_lag_slots{consumer="journal",ring="orders"} 1
	// disruptor_ring_capacity_slots{ring="orders"} 8
	// disruptor_ring_free_slots{ring="orders"} 7
}

// OpenTelemetry observes a ring. A program has an exporter instead of the reader.
func ExampleInstrument() {
	ctx := context.Background()
	ring, _ := disruptor.New[string](disruptor.Config{Capacity: 8})
	ring.Consumer("journal")
	ring.MultiProducer().TrySend("buy")

	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	var rings metrics.Set
	_ = rings.AddAs("orders", ring)
	registration, err := metrics.Instrument(provider.Meter("example"), &rings)
	if err != nil {
		panic(err)
	}
	defer func() { _ = registration.Unregister() }()

	var all metricdata.ResourceMetrics
	_ = reader.Collect(ctx, &all)
	for _, m := range all.ScopeMetrics[0].Metrics {
		if m.Name == "disruptor.consumer.lag_slots" {
			point := m.Data.(metricdata.Gauge[float64]).DataPoints[0]
			fmt.Println(point.Attributes.Encoded(attribute.DefaultEncoder()), point.Value)
		}
	}
	// Output: consumer=journal,ring=orders 1
}

// Rings come and go while they are scraped.
func ExampleSet() {
	var rings metrics.Set
	collector := metrics.NewCollector(&rings)
	prometheus.MustRegister(collector)
	defer prometheus.Unregister(collector)

	session, _ := disruptor.New[int](disruptor.Config{Name: "session", Capacity: 1024})
	fmt.Println(rings.Add(session))
	fmt.Println(rings.Add(session))
	fmt.Println(rings.AddAs("session 2", session))
	session.Close()
	rings.Remove("session")
	// Output:
	// <nil>
	// metrics: two rings named "session"
	// <nil>
}
