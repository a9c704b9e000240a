package server

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
	"github.com/be395dad/disruptor/metrics"
)

// metricsHandler serves the figures to Prometheus: those of the ring of events, and of the service.
// Clients come and go, so they are counted together.
func metricsHandler(log *eventlog.Log, f *figures) http.Handler {
	var rings metrics.Set
	events, _ := log.Rings()
	if err := rings.Add(events); err != nil {
		panic(err) // it has a name
	}
	counter := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value()) })
	}
	gauge := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
			func() float64 { return float64(value()) })
	}
	r := prometheus.NewRegistry()
	r.MustRegister(metrics.NewCollector(&rings), f.seconds, collectors.NewGoCollector(),
		counter("eventlog_syncs_total", "Syncs of the journal.", func() int64 { return log.Journal().Syncs }),
		counter("eventlog_missed_total", "Events that clients have missed.", func() int64 { _, n := log.Clients(); return n }),
		gauge("eventlog_clients", "Clients that follow the stream.", func() int64 { n, _ := log.Clients(); return n }),
		gauge("eventlog_journal_bytes", "Size of the journal.", func() int64 { return log.Journal().Bytes }),
		gauge("eventlog_next_sequence", "Sequence of the next event on disk.", log.Next))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// vars serves the rings as package expvar would, for disruptor top. They are not published there,
// because a process may have several servers.
func (s *Server) vars(w http.ResponseWriter, _ *http.Request) {
	events, live := s.log.Rings()
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, "{\"events\":%v,\"live\":%v}\n", events.Var(), live.Var())
}
