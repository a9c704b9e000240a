// Package eventlog is a log of events: a journal on disk, an index, and a stream of what is in it.
//
//	Append ─> ring "events" ─> journal ─┬─> broadcast ─> ring "live" ─> each client
//	                       └─> index ───┘
//
// The journal stage writes what has come in meanwhile and syncs it at once, and Wait returns. The
// index stage works beside it. The broadcast stage follows both: clients see only what is on disk.
// Each client is a lossy consumer, so that a slow one holds nobody up.
package eventlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/examples/eventlog/internal/journal"
)

// Options configures a Log. All fields may be zero.
type Options struct {
	Capacity int // slots of each ring, a power of two; 0 means 4096
	IDs      int // how many of the last IDs are known, so that a retry is found; 0 means a million
	Journal  journal.Options
	// Durable, if not nil, is called by the journal stage with the time from Append to disk of
	// each event.
	Durable func(time.Duration)
}

// A Log takes events and keeps them. Any goroutine may call its methods.
type Log struct {
	options  Options
	journal  store
	first    int64 // sequence of the first event of the ring
	events   *disruptor.Ring[event]
	live     *disruptor.Ring[message]
	producer *disruptor.MultiProducer[event]
	out      *disruptor.SingleProducer[message]
	durable  *durable
	ids      *ids
	index    index
	clients  clients

	ended chan struct{} // closed when all stages have ended
	err   error         // why they have, if not by Shutdown; read it after ended
}

// A store is a *journal.Journal.
type store interface {
	Append(record []byte) (seq int64, err error)
	Sync() error
	Read(from, to int64, f func(seq int64, record []byte) error) error
	Next() int64
	Stats() journal.Stats
	Close() error
}

// An event is a slot of the ring of events.
type event struct {
	key, id string
	record  []byte
	at      time.Time
}

// A message is a slot of the ring of clients.
type message struct {
	seq  int64
	text []byte
}

// Open opens the log in a directory, which it creates if need be, and starts its stages. Another
// process must not have it open.
func Open(dir string, o Options) (*Log, error) {
	return open(o, func(recovered func(int64, []byte) error) (store, error) {
		return journal.Open(dir, o.Journal, recovered)
	})
}

func open(o Options, journal func(recovered func(int64, []byte) error) (store, error)) (*Log, error) {
	if o.Capacity == 0 {
		o.Capacity = 4096
	}
	if o.IDs == 0 {
		o.IDs = 1_000_000
	}
	if o.IDs < 0 {
		return nil, fmt.Errorf("eventlog: %d IDs to know", o.IDs)
	}
	l := &Log{options: o, ids: newIDs(o.IDs), index: index{keys: make(map[string]KeyInfo)}, ended: make(chan struct{})}
	var err error
	l.events, err = disruptor.New[event](disruptor.Config{Name: "events", Capacity: o.Capacity, Clear: true})
	if err != nil {
		return nil, err
	}
	l.live, err = disruptor.New[message](disruptor.Config{Name: "live", Capacity: o.Capacity, Producers: disruptor.Single})
	if err != nil {
		return nil, err
	}
	if l.journal, err = journal(l.recover); err != nil {
		return nil, err
	}
	l.first = l.journal.Next()
	l.durable = newDurable(l.first)
	l.producer, l.out = l.events.MultiProducer(), l.live.SingleProducer()
	written := l.events.Handle("journal", l.write)
	indexed := l.events.Handle("index", disruptor.Each(l.note))
	l.events.Handle("broadcast", l.broadcast, written, indexed)
	go l.run()
	return l, nil
}

// recover takes a record of the journal into the index.
func (l *Log) recover(seq int64, text []byte) error {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("record %d: %w", seq, err)
	}
	l.index.add(r.Key, seq)
	if r.ID != "" {
		l.ids.recover(r.ID, seq)
	}
	return nil
}

func (l *Log) run() {
	err := l.events.Run(context.Background())
	if err != nil {
		l.durable.fail(err)
	}
	l.live.Close()
	l.err = errors.Join(err, l.journal.Close())
	close(l.ended)
}

// A Receipt says where an event is.
type Receipt struct {
	Seq       int64 `json:"seq"`
	Duplicate bool  `json:"duplicate,omitempty"` // it is a retry, and Seq that of the first
}

// Append puts e into the log. It waits for room until ctx ends. The event is safe once Wait has
// returned. It fails with ErrInvalid, with the cause of ctx, or when the log has ended.
func (l *Log) Append(ctx context.Context, e Event) (Receipt, error) {
	now := time.Now()
	record, err := Record(e)
	if err != nil {
		return Receipt{}, err
	}
	slot := event{e.Key, e.ID, record, now}
	if e.ID == "" {
		seq, err := l.claim(ctx, slot)
		return Receipt{Seq: seq}, err
	}
	f, isFirst := l.ids.begin(e.ID)
	if isFirst {
		seq, err := l.claim(ctx, slot)
		l.ids.settle(e.ID, f, seq, err)
		return Receipt{Seq: seq}, err
	}
	select {
	case <-f.claimed:
		return Receipt{f.seq, true}, f.err
	case <-ctx.Done():
		return Receipt{}, context.Cause(ctx)
	}
}

func (l *Log) claim(ctx context.Context, e event) (seq int64, err error) {
	b, err := l.producer.Claim(ctx, 1)
	if err != nil {
		return 0, err
	}
	*b.At(0) = e
	l.producer.Publish(b)
	return l.first + b.From(), nil
}

// Wait waits until the event with that sequence is on disk. It returns the cause of ctx if that
// ends first, and an error if the event will not be on disk.
func (l *Log) Wait(ctx context.Context, seq int64) error { return l.durable.wait(ctx, seq) }

// Next returns the sequence after the last event on disk.
func (l *Log) Next() int64 { return l.durable.load() }

// First returns the sequence of the first event that the rings have had since Open.
func (l *Log) First() int64 { return l.first }

// Read calls f with the message of each event of [from, to), in order, until f fails. The text is
// valid during the call only.
func (l *Log) Read(from, to int64, f func(text []byte) error) error {
	var text []byte
	return l.journal.Read(from, to, func(seq int64, record []byte) error {
		text = appendMessage(text[:0], seq, record)
		return f(text)
	})
}

// Key returns what the index knows of a key.
func (l *Log) Key(key string) (KeyInfo, bool) { return l.index.get(key) }

// Observed is what can be seen of a ring from outside.
type Observed interface {
	Stats() disruptor.Stats
	Explain() string
	Var() disruptor.Var
}

// Rings returns the rings of the log.
func (l *Log) Rings() (events, live Observed) { return l.events, l.live }

// Journal returns figures of the journal.
func (l *Log) Journal() journal.Stats { return l.journal.Stats() }

// Shutdown refuses further events, waits until those that are in the log are on disk and in the
// stream, and ends the streams of clients. If ctx ends first it returns an error, and what is not
// on disk yet may be lost.
func (l *Log) Shutdown(ctx context.Context) error {
	if err := l.events.Shutdown(ctx); err != nil {
		return err
	}
	select {
	case <-l.ended:
		return l.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Ended is closed when the log has ended: by Shutdown, or because the journal failed.
func (l *Log) Ended() <-chan struct{} { return l.ended }

// Err returns why the log has ended, and nil if by Shutdown. Call it when Ended is closed.
func (l *Log) Err() error { return l.err }
