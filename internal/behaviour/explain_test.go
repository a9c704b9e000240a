package behaviour

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The texts of Explain for rings that are stuck, and that are not. Each situation lasts 2.1 s of
// a clock that stands still while any goroutine works.

type situation struct {
	name  string
	make  func(s *stuckRing)
	text  string
	debug bool // not with the tag disruptor_debug, which refuses it
}

// A stuckRing is a named ring of four slots with the goroutines that are stuck on it.
type stuckRing struct {
	*disruptor.Ring[int64]
	p    *disruptor.MultiProducer[int64]
	hold chan struct{} // handlers wait until it is closed
	done []<-chan error
}

func newStuckRing(t *testing.T) *stuckRing {
	r := newRing[int64](t, disruptor.Config{Name: "orders", Capacity: 4})
	return &stuckRing{Ring: r, p: r.MultiProducer(), hold: make(chan struct{})}
}

// end ends the ring and waits for all.
func (s *stuckRing) end() {
	_ = s.Shutdown(expired)
	close(s.hold)
	for _, done := range s.done {
		<-done
	}
}

// holding returns a handler that stops at a sequence.
func (s *stuckRing) holding(at int64) disruptor.Handler[int64] {
	return disruptor.Each(func(seq int64, _ *int64) error {
		if seq == at {
			<-s.hold
		}
		return nil
	})
}

// oneByOne is a configuration of a consumer that is handed one event at a time.
func oneByOne(name string, after ...*disruptor.Consumer[int64]) disruptor.ConsumerConfig[int64] {
	return disruptor.ConsumerConfig[int64]{Name: name, After: after, MaxBatch: 1}
}

// A typedNil is an error that a handler returns by mistake: it is not nil, and its Error panics.
type typedNil struct{ text string }

func (e *typedNil) Error() string { return e.text }

func nothing(disruptor.Batch[int64]) error { return nil }

func (s *stuckRing) start(f func() error) { s.done = append(s.done, inBackground(f)) }

func (s *stuckRing) run() { s.start(func() error { return s.Run(context.Background()) }) }

// fill fills the ring, and makes n producers wait for room.
func (s *stuckRing) fill(n int) {
	for s.p.TrySend(0) {
		synctest.Wait()
	}
	for range n {
		s.start(func() error { return s.p.Send(context.Background(), 0) })
	}
}

var situations = []situation{
	{name: "nothing published", make: func(s *stuckRing) { s.Consumer("c") },
		text: `no producer is blocked: ring "orders" has 4 of 4 slots free; all that was published is handed back.`},
	{name: "no consumers", make: func(s *stuckRing) { s.p.TrySend(0) },
		text: `ring "orders" has no consumers: nobody receives what is published; 4 of 4 slots free.`},
	{name: "Run is to be called", make: func(s *stuckRing) { s.Handle("c", nothing) },
		text: `no producer is blocked: ring "orders" has 4 of 4 slots free; all that was published is handed back; Run has not been called.`},

	{name: "a slow handler", make: func(s *stuckRing) {
		s.HandleWith(oneByOne("notify"), s.holding(1))
		s.run()
		s.fill(3)
	}, text: `3 producers blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "notify" at 1, ` +
		`in its handler for at least 2.1 s. If that handler publishes to this ring, it waits for itself.`},
	{name: "a slow handler in a ring with room", make: func(s *stuckRing) {
		s.Handle("notify", s.holding(0))
		s.run()
		s.p.TrySend(0)
		synctest.Wait()
		s.Explain() // or nobody knows since when
	}, text: `no producer is blocked: ring "orders" has 3 of 4 slots free; consumer "notify" at 0, in its handler for at least 2.1 s.`},
	{name: "the first of three stages", make: func(s *stuckRing) {
		first := s.HandleWith(oneByOne("first"), s.holding(1))
		second := s.Handle("second", nothing, first)
		s.Handle("third", nothing, second)
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "first" at 1, ` +
		`in its handler for at least 2.1 s ("second" and "third" wait for it). If that handler publishes to this ring, it waits for itself.`},
	{name: "the last of three stages", make: func(s *stuckRing) {
		first := s.Handle("first", nothing)
		second := s.Handle("second", nothing, first)
		s.HandleWith(oneByOne("third", second), s.holding(2))
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "third" at 2, ` +
		`in its handler for at least 2.1 s. If that handler publishes to this ring, it waits for itself.`},
	{name: "two at once", make: func(s *stuckRing) {
		a := s.HandleWith(oneByOne("a"), s.holding(0))
		s.Handle("c", nothing, a)
		s.Consumer("b")
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "a" at 0, ` +
		`in its handler for at least 2.1 s ("c" waits for it) and by consumer "b" at 0, used by hand, which has never handed ` +
		`anything back for at least 2.1 s: it may be forgotten. If that handler publishes to this ring, it waits for itself.`},
	{name: "a handler that publishes to its own ring", make: func(s *stuckRing) {
		s.HandleWith(oneByOne("echo"), disruptor.Each(func(_ int64, event *int64) error {
			return s.p.Send(context.Background(), *event)
		}))
		s.fill(0)
		s.start(func() error { return s.p.Send(context.Background(), 0) })
		synctest.Wait()
		s.run()
	}, text: `2 producers blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "echo" at 0, ` +
		`in its handler for at least 2.1 s. If that handler publishes to this ring, it waits for itself.`, debug: true},
	{name: "Run forgotten", make: func(s *stuckRing) {
		s.Handle("notify", nothing)
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by Run, ` +
		`which has not been called ("notify" waits for it).`},
	{name: "a consumer forgotten", make: func(s *stuckRing) {
		s.Consumer("lazy")
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "lazy" at 0, ` +
		`used by hand, which has never handed anything back for at least 2.1 s: it may be forgotten.`},
	{name: "a consumer that has stopped", make: func(s *stuckRing) {
		c := s.Consumer("lazy")
		s.p.TrySend(0)
		b, _ := c.TryNext()
		c.Done(b)
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "lazy" at 1, ` +
		`used by hand, which has handed nothing back for at least 2.1 s.`},

	{name: "a claim never published", make: func(s *stuckRing) {
		s.Handle("a", nothing)
		s.Handle("b", nothing)
		s.run()
		s.p.TrySend(0)
		s.p.TryClaim(1)
		s.fill(2)
	}, text: `2 producers blocked for 2.1 s: ring "orders" is full (4 slots), held by sequence 1, ` +
		`which is claimed and has not been published for at least 2.1 s ("a" and "b" wait for it).`},
	{name: "a claim never published, and nobody blocked", make: func(s *stuckRing) {
		s.Consumer("a")
		s.p.TryClaim(1)
		s.p.TrySend(0)
		s.Explain()
	}, text: `no producer is blocked: ring "orders" has 2 of 4 slots free; ` +
		`the next is sequence 0, which is claimed and has not been published for at least 2.1 s.`},
	{name: "a claim never published without consumers", make: func(s *stuckRing) {
		s.p.TryClaim(1)
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by sequence 0, which is claimed and has not been published.`},
	{name: "a large claim", make: func(s *stuckRing) {
		s.Consumer("lazy")
		s.p.TrySend(0)
		s.start(func() error { _, err := s.p.Claim(context.Background(), 4); return err })
	}, text: `1 producer blocked for 2.1 s: the first wants 4 slots, and ring "orders" has 3 of 4 slots free, held by consumer "lazy" at 0, ` +
		`used by hand, which has never handed anything back for at least 2.1 s: it may be forgotten.`},

	{name: "a group without workers", make: func(s *stuckRing) {
		s.Group(disruptor.GroupConfig[int64]{Name: "jobs"})
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by group "jobs" at 0, which has no workers.`},
	{name: "a group whose Run is forgotten", make: func(s *stuckRing) {
		s.HandleGroup(disruptor.GroupConfig[int64]{Name: "jobs", Workers: 2}, nothing)
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by Run, ` +
		`which has not been called ("jobs" waits for it).`},
	{name: "a slow worker", make: func(s *stuckRing) {
		s.HandleGroup(disruptor.GroupConfig[int64]{Name: "jobs", Workers: 2, MaxBatch: 1}, s.holding(1))
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by group "jobs" at 1, ` +
		`where a worker is in its handler for at least 2.1 s. If that handler publishes to this ring, it waits for itself.`},
	{name: "a worker by hand", make: func(s *stuckRing) {
		w := s.Group(disruptor.GroupConfig[int64]{Name: "jobs"}).Worker()
		s.p.TrySend(0)
		w.TryNext()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by group "jobs" at 0, ` +
		`where a worker used by hand has not taken or not handed back what is next for at least 2.1 s.`},
	{name: "retries without end", make: func(s *stuckRing) {
		cfg := oneByOne("notify")
		cfg.OnFailure = disruptor.FailurePolicy{Retries: -1, Backoff: time.Hour}
		s.HandleWith(cfg, func(disruptor.Batch[int64]) error { return errors.New("mail is\ndown") })
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "notify" at 0, ` +
		`which waits before a call of its handler is repeated (0 retries so far): mail is\ndown.`},
	{name: "a lossy consumer is in nobody's way", make: func(s *stuckRing) {
		s.LossyConsumer(disruptor.LossyConfig[int64]{Name: "tap"})
		s.Consumer("lazy")
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "lazy" at 0, ` +
		`used by hand, which has never handed anything back for at least 2.1 s: it may be forgotten.`},
	{name: "more than can be named", make: func(s *stuckRing) {
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			s.Handle(name, nothing)
			s.Consumer(name + name)
		}
		s.p.TrySend(0)
	}, text: `no producer is blocked: ring "orders" has 3 of 4 slots free; ` +
		`Run, which has not been called ("a", "b", "c", "d", "e" and "f" wait for it), ` +
		`consumer "aa" at 0, used by hand, which has never handed anything back: it may be forgotten, ` +
		`consumer "bb" at 0, used by hand, which has never handed anything back: it may be forgotten, ` +
		`consumer "cc" at 0, used by hand, which has never handed anything back: it may be forgotten and 3 others.`},

	{name: "closed and drained", make: func(s *stuckRing) { s.Consumer("c"); s.Close() },
		text: `ring "orders" is closed, and all is handed back.`},
	{name: "closed and drains", make: func(s *stuckRing) {
		first := s.Handle("first", s.holding(0))
		s.Handle("second", nothing, first)
		s.p.TrySend(0)
		s.run()
		synctest.Wait()
		s.Close()
		s.Explain()
	}, text: `ring "orders" is closed and drains: consumer "first" at 0, in its handler for at least 2.1 s ("second" waits for it).`},
	{name: "closed with an open claim", make: func(s *stuckRing) {
		s.Handle("c", nothing)
		s.p.TryClaim(2)
		s.run()
		s.Close()
		s.Explain()
	}, text: `ring "orders" is closed and drains: sequence 0, which is claimed and has not been published for at least 2.1 s ("c" waits for it).`},
	{name: "closed after a life", make: func(s *stuckRing) {
		s.Handle("c", nothing)
		s.p.TrySend(0)
		s.Close()
		s.run()
	}, text: `ring "orders" is closed, and all is handed back.`},
	{name: "closed with an open claim and no consumers", make: func(s *stuckRing) {
		s.p.TryClaim(2)
		s.Close()
	}, text: `ring "orders" is closed and drains: sequence 0, which is claimed and has not been published.`},
	{name: "closed before Run", make: func(s *stuckRing) {
		s.Handle("c", nothing)
		s.p.TrySend(0)
		s.Close()
	}, text: `ring "orders" is closed and drains: Run, which has not been called ("c" waits for it).`},
	{name: "a handler that has handed back all and does not return", make: func(s *stuckRing) {
		var c *disruptor.Consumer[int64]
		c = s.Handle("c", func(b disruptor.Batch[int64]) error { c.Done(b); <-s.hold; return nil })
		s.p.TrySend(0)
		s.run()
		synctest.Wait()
		s.Close()
		s.Explain()
	}, text: `ring "orders" is closed, and all is handed back. Run waits for consumer "c" at 1, in its handler for at least 2.1 s.`},
	{name: "WaitFor of more than fits", make: func(s *stuckRing) {
		c := s.Consumer("c")
		s.start(func() error { _, err := c.WaitFor(context.Background(), 10); return err })
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "c" at 0, ` +
		`which is about to go on, or waits in WaitFor for more than it has.`},
	{name: "retries of an error that can't be printed", make: func(s *stuckRing) {
		cfg := oneByOne("notify")
		cfg.OnFailure = disruptor.FailurePolicy{Retries: -1, Backoff: time.Hour}
		s.HandleWith(cfg, func(disruptor.Batch[int64]) error { return (*typedNil)(nil) })
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by consumer "notify" at 0, ` +
		`which waits before a call of its handler is repeated (0 retries so far): <nil>.`},
	{name: "failed by an error that can't be printed", make: func(s *stuckRing) {
		ctx, cancel := context.WithCancelCause(context.Background())
		s.start(func() error { return s.Run(ctx) })
		cancel((*typedNil)(nil))
	}, text: `ring "orders" has failed: <nil>.`},
	{name: "a worker retries beside one that is slow", make: func(s *stuckRing) {
		s.HandleGroup(disruptor.GroupConfig[int64]{
			Name: "jobs", Workers: 2, MaxBatch: 1, OnFailure: disruptor.FailurePolicy{Retries: -1, Backoff: time.Hour},
		}, disruptor.Each(func(seq int64, _ *int64) error {
			if seq == 1 {
				return errHandler
			}
			<-s.hold
			return nil
		}))
		s.run()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by group "jobs" at 0, ` +
		`where a worker waits before a call of its handler is repeated (0 retries so far): sequence 1: no space left.`},
	{name: "a worker forgotten", make: func(s *stuckRing) {
		s.Group(disruptor.GroupConfig[int64]{Name: "jobs"}).Worker()
		s.fill(1)
	}, text: `1 producer blocked for 2.1 s: ring "orders" is full (4 slots), held by group "jobs" at 0, ` +
		`where a worker used by hand has not taken or not handed back what is next for at least 2.1 s.`},
	{name: "failed", make: func(s *stuckRing) {
		entered := make(chan struct{})
		s.Handle("slow", func(disruptor.Batch[int64]) error { close(entered); <-s.hold; return nil })
		s.Handle("bad", func(disruptor.Batch[int64]) error { <-entered; return errHandler })
		s.p.TrySend(0)
		s.run()
		synctest.Wait()
		s.Explain()
	}, text: `ring "orders" has failed: consumer "bad", batch [0, 1): no space left. Run waits for consumer "slow" at 0, in its handler for at least 2.1 s.`},
}

func TestExplainTellsSituationsApart(t *testing.T) {
	for _, c := range situations {
		t.Run(c.name, func(t *testing.T) {
			if c.debug && debugTag {
				t.Skip("refused before it waits")
			}
			synctest.Test(t, func(t *testing.T) {
				s := newStuckRing(t)
				c.make(s)
				synctest.Wait()
				time.Sleep(2100 * time.Millisecond)
				text := s.Explain()
				s.end()
				require.Equal(t, c.text, text)
			})
		})
	}
}
