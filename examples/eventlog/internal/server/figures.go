package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

// figures are what the page shows: taken twice a second, once for all who look at them.
type figures struct {
	run     string               // another one each time the service starts
	seconds prometheus.Histogram // from Append to disk

	mu           sync.Mutex
	took         *hdrhistogram.Histogram // from Append to disk, in microseconds, since the last sample
	acknowledged int64
	text         []byte        // the last sample
	changed      chan struct{} // closed when there is another
}

type latency struct {
	P50 int64 `json:"p50"` // microseconds
	P99 int64 `json:"p99"`
	Max int64 `json:"max"`
}

type stage struct {
	Name     string `json:"name"`
	Position int64  `json:"position"`
	Lag      int64  `json:"lag"`
	State    string `json:"state"`
	Batch    batch  `json:"batch"`
}

type batch struct {
	P50 int64 `json:"p50"`
	P99 int64 `json:"p99"`
	Max int64 `json:"max"`
}

type sample struct {
	Time         int64   `json:"time"` // milliseconds since 1970
	Run          string  `json:"run"`
	Acknowledged int64   `json:"acknowledged"`
	Rate         float64 `json:"rate"` // acknowledged events in a second
	Latency      latency `json:"latency"`
	Stages       []stage `json:"stages"`
	Clients      struct {
		Count  int64 `json:"count"`
		Missed int64 `json:"missed"`
	} `json:"clients"`
	Journal struct {
		Bytes    int64 `json:"bytes"`
		Segments int64 `json:"segments"`
		Syncs    int64 `json:"syncs"`
		First    int64 `json:"first"`
		Next     int64 `json:"next"`
	} `json:"journal"`
	Explain []string `json:"explain"`
}

func newFigures() *figures {
	return &figures{
		run: rand.Text(),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "eventlog_durable_seconds", Help: "From an event's arrival until it is on disk.",
			Buckets: prometheus.ExponentialBuckets(50e-6, 2, 16),
		}),
		took: hdrhistogram.New(1, time.Hour.Microseconds(), 2), changed: make(chan struct{}),
	}
}

// durable is called for each event that is on disk.
func (f *figures) durable(took time.Duration) {
	f.seconds.Observe(took.Seconds())
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acknowledged++
	_ = f.took.RecordValue(min(took, time.Hour).Microseconds())
}

// sample takes figures until ctx ends.
func (f *figures) sample(ctx context.Context, log *eventlog.Log, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	last, acknowledged := time.Now(), int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			s := f.take(log)
			s.Time, s.Rate = now.UnixMilli(), float64(s.Acknowledged-acknowledged)/now.Sub(last).Seconds()
			last, acknowledged = now, s.Acknowledged
			text, err := json.Marshal(s)
			if err != nil {
				panic(err) // its types are all known
			}
			f.mu.Lock()
			f.text = text
			close(f.changed)
			f.changed = make(chan struct{})
			f.mu.Unlock()
		}
	}
}

func (f *figures) take(log *eventlog.Log) sample {
	s := sample{Run: f.run}
	f.mu.Lock()
	s.Acknowledged = f.acknowledged
	s.Latency = latency{f.took.ValueAtQuantile(50), f.took.ValueAtQuantile(99), f.took.Max()}
	f.took.Reset()
	f.mu.Unlock()
	events, live := log.Rings()
	for _, c := range events.Stats().Consumers {
		q := c.Batches.Quantile
		s.Stages = append(s.Stages, stage{c.Name, log.First() + c.Position, c.Lag, c.State.String(), batch{q(.5), q(.99), q(1)}})
	}
	s.Explain = []string{events.Explain(), live.Explain()}
	s.Clients.Count, s.Clients.Missed = log.Clients()
	j := log.Journal()
	s.Journal.Bytes, s.Journal.Segments, s.Journal.Syncs = j.Bytes, j.Segments, j.Syncs
	s.Journal.First, s.Journal.Next = j.First, j.Next
	return s
}

// serve sends each sample as an event of text/event-stream, until ctx ends or the client goes.
func (f *figures) serve(ctx context.Context, w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	for {
		f.mu.Lock()
		text, changed := f.text, f.changed
		f.mu.Unlock()
		if text != nil {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
				return
			}
			if err := out.Flush(); err != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
