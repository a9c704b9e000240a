package main

import (
	"bytes"
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

// A load is producers that each have so many events on their way, and clients that follow.
type load struct{ producers, ahead, clients int }

// A run is what a service did under a load.
type run struct {
	perSecond float64       // acknowledged events
	p50, p99  time.Duration // of an event, until it is acknowledged
	sent      float64       // events in a second that clients received, together
}

// measure runs a service for a while. dir is on the disk to be measured.
func measure(s subject, l load, d time.Duration, dir string) (run, error) {
	dir, err := os.MkdirTemp(dir, "eventlog")
	if err != nil {
		return run{}, err
	}
	defer os.RemoveAll(dir)
	v, err := s.open(dir)
	if err != nil {
		return run{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var clients, producers sync.WaitGroup
	var received atomic.Int64
	for range l.clients {
		clients.Go(func() {
			_ = v.follow(ctx, func(text []byte) error {
				received.Add(1 + int64(bytes.Count(text, []byte("\n"))))
				return nil
			})
		})
	}
	took := hdrhistogram.New(1, time.Hour.Microseconds(), 3)
	failed := make(chan error, l.producers)
	var mu sync.Mutex
	begin := time.Now()
	for range l.producers {
		producers.Go(func() {
			h, err := produce(v, l.ahead, begin.Add(d))
			if err != nil {
				failed <- err
			}
			mu.Lock()
			defer mu.Unlock()
			took.Merge(h)
		})
	}
	producers.Wait()
	seconds := time.Since(begin).Seconds()
	err = v.close()
	cancel()
	clients.Wait()
	if err == nil && len(failed) > 0 {
		err = <-failed
	}
	at := func(q float64) time.Duration { return time.Duration(took.ValueAtQuantile(q)) * time.Microsecond }
	return run{float64(took.TotalCount()) / seconds, at(50), at(99), float64(received.Load()) / seconds}, err
}

var event = eventlog.Event{Key: "orders", Data: []byte(`{"symbol":"ABCD","price":101.25,"quantity":300,"side":"buy"}`)}

type pending struct {
	begun time.Time
	wait  func() error
}

// produce sends events until end, and has that many unacknowledged.
func produce(v service, ahead int, end time.Time) (*hdrhistogram.Histogram, error) {
	took := hdrhistogram.New(1, time.Hour.Microseconds(), 3)
	queue := make(chan pending, ahead)
	settle := func() error {
		p := <-queue
		if err := p.wait(); err != nil {
			return err
		}
		return took.RecordValue(time.Since(p.begun).Microseconds())
	}
	for time.Now().Before(end) {
		if len(queue) == ahead {
			if err := settle(); err != nil {
				return took, err
			}
		}
		begun := time.Now()
		wait, err := v.put(event)
		if err != nil {
			return took, err
		}
		queue <- pending{begun, wait}
	}
	for len(queue) > 0 {
		if err := settle(); err != nil {
			return took, err
		}
	}
	return took, nil
}
