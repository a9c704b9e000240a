package main

import (
	"context"
	"sync"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
	"github.com/be395dad/disruptor/examples/eventlog/internal/journal"
)

// A service takes events and sends them to clients.
type service struct {
	put    func(eventlog.Event) (wait func() error, err error) // wait returns when the event is on disk
	follow func(ctx context.Context, deliver func(text []byte) error) error
	close  func() error
}

type subject struct {
	name string
	open func(dir string) (service, error)
}

var subjects = []subject{
	{"rings", openRings},
	{"channels", openChannels},
	{"one sync per event", openSimple},
}

func openRings(dir string) (service, error) {
	l, err := eventlog.Open(dir, eventlog.Options{Capacity: capacity})
	if err != nil {
		return service{}, err
	}
	ctx := context.Background()
	return service{
		put: func(e eventlog.Event) (func() error, error) {
			r, err := l.Append(ctx, e)
			return func() error { return l.Wait(ctx, r.Seq) }, err
		},
		follow: func(ctx context.Context, deliver func([]byte) error) error { return l.Follow(ctx, -1, deliver) },
		close:  func() error { return l.Shutdown(ctx) },
	}, nil
}

// capacity is of rings and channels.
const capacity = 4096

// A queued event is on its way through channels.
type queued struct {
	key     string
	record  []byte
	seq     int64
	durable chan error
}

// openChannels is the service without a ring: a goroutine for each stage, with a channel to it, and a
// channel to each client, which misses what finds no room. The journal's goroutine takes all that
// waits, and syncs once.
func openChannels(dir string) (service, error) {
	j, err := journal.Open(dir, journal.Options{}, nil)
	if err != nil {
		return service{}, err
	}
	in, index, out := make(chan queued, capacity), make(chan queued, capacity), make(chan queued, capacity)
	indexed := make(chan struct{}, capacity)
	var stages sync.WaitGroup
	stages.Go(func() {
		defer close(index)
		defer close(out)
		var batch []queued
		for e := range in {
			batch = append(batch[:0], e)
			for n := len(in); n > 0; n-- {
				batch = append(batch, <-in)
			}
			var err error
			for i := range batch {
				if err == nil {
					batch[i].seq, err = j.Append(batch[i].record)
				}
			}
			if err == nil {
				err = j.Sync()
			}
			for _, e := range batch {
				e.durable <- err
				index <- e
				out <- e
			}
		}
	})
	stages.Go(func() {
		keys := make(map[string]eventlog.KeyInfo)
		for e := range index {
			keys[e.key] = eventlog.KeyInfo{Count: keys[e.key].Count + 1, Last: e.seq}
			indexed <- struct{}{}
		}
	})
	hub := newHub()
	stages.Go(func() {
		for e := range out {
			<-indexed
			hub.send(eventlog.Message(e.seq, e.record))
		}
	})
	return service{
		put: func(e eventlog.Event) (func() error, error) {
			record, err := eventlog.Record(e)
			if err != nil {
				return nil, err
			}
			q := queued{key: e.Key, record: record, durable: make(chan error, 1)}
			in <- q
			return func() error { return <-q.durable }, nil
		},
		follow: hub.follow,
		close: func() error {
			close(in)
			stages.Wait()
			return j.Close()
		},
	}, nil
}

// openSimple is the service without stages: an event at a time, with a sync of its own.
func openSimple(dir string) (service, error) {
	j, err := journal.Open(dir, journal.Options{}, nil)
	if err != nil {
		return service{}, err
	}
	hub := newHub()
	keys := make(map[string]eventlog.KeyInfo)
	var mu sync.Mutex
	return service{
		put: func(e eventlog.Event) (func() error, error) {
			record, err := eventlog.Record(e)
			if err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			seq, err := j.Append(record)
			if err == nil {
				err = j.Sync()
			}
			keys[e.Key] = eventlog.KeyInfo{Count: keys[e.Key].Count + 1, Last: seq}
			hub.send(eventlog.Message(seq, record))
			return func() error { return nil }, err
		},
		follow: hub.follow,
		close:  j.Close,
	}, nil
}

// A hub sends messages to clients, each behind a channel.
type hub struct {
	mu      sync.Mutex
	clients map[chan []byte]bool
}

func newHub() *hub { return &hub{clients: make(map[chan []byte]bool)} }

func (h *hub) send(text []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		select {
		case c <- text:
		default: // missed
		}
	}
}

func (h *hub) follow(ctx context.Context, deliver func([]byte) error) error {
	c := make(chan []byte, capacity)
	h.mu.Lock()
	h.clients[c] = true
	h.mu.Unlock()
	for {
		select {
		case text := <-c:
			if err := deliver(text); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
