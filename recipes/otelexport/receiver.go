package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"sync"

	metricsv1 "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A receiver stands for a collector. It keeps the newest value of each metric, and all spans.
type receiver struct {
	mu     sync.Mutex
	values map[string]float64
	spans  []*spans.Span
}

// ServeHTTP takes an export by OTLP over HTTP. The empty body of the response means success.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var err error
	switch request.URL.Path {
	case "/v1/metrics":
		var m metricsv1.ExportMetricsServiceRequest
		if err = decode(request, &m); err == nil {
			r.addMetrics(&m)
		}
	case "/v1/traces":
		var t tracev1.ExportTraceServiceRequest
		if err = decode(request, &t); err == nil {
			r.addSpans(&t)
		}
	default:
		http.NotFound(w, request)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func decode(request *http.Request, to proto.Message) (err error) {
	body := io.Reader(request.Body)
	if request.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return err
		}
	}
	message, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	return proto.Unmarshal(message, to)
}

func (r *receiver) addMetrics(request *metricsv1.ExportMetricsServiceRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[string]float64{}
	}
	for _, resource := range request.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, m := range scope.Metrics {
				points := m.GetSum().GetDataPoints()
				for _, p := range append(points, m.GetGauge().GetDataPoints()...) {
					name := m.Name
					for _, a := range p.Attributes {
						name += " " + a.Key + "=" + a.Value.GetStringValue()
					}
					r.values[name] = p.GetAsDouble()
				}
			}
		}
	}
}

func (r *receiver) addSpans(request *tracev1.ExportTraceServiceRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
}

// value returns the newest value of a metric, and whether there is one.
func (r *receiver) value(name string) (float64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.values[name]
	return v, ok
}
