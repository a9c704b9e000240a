//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/shm"
)

// A Storm runs many producers, each a process, and consumers that are processes or belong to
// this one. It kills, stops and restarts processes at random until there were Kills kills, or
// For has passed, or the ledger is full.
type Storm struct {
	Producers int
	Consumers []Member
	Capacity  int // of the ring; 0: 64
	Marks     shm.Marks
	Kills     int64         // 0: any number
	For       time.Duration // 0: however long it takes
	// Progress is called a few times a second; it may be nil.
	Progress func(Tally)
}

// A Member is a consumer of a storm.
type Member struct {
	Name  string
	After []string
	// Here: it belongs to this process, and checks all events.
	Here bool
	// Held: it is a process whose place is held when it is killed, and it checks all events. A
	// process that is neither is evicted when it is killed, and checks the events that it gets.
	Held bool
	// Evictable is as in shm.ConsumerConfig.
	Evictable int64
}

// stall is how long a storm may stand still before it counts as hanging.
const stall = time.Minute

// storm is a Storm that runs.
type storm struct {
	Storm
	path      string
	ring      *shm.Ring[Event]
	ledger    *Ledger
	enough    chan struct{} // closed when the keepers are to stop
	abandoned chan struct{} // and when something has failed
	ctx       context.Context

	incarnations               atomic.Int64
	kills, stops, starts       atomic.Int64
	evictedDead, evictedJoined atomic.Int64 // killed at any time, and killed after they had joined
	evictedAlive               atomic.Int64 // evicted while alive, and have said so
	evictedUnawares            atomic.Int64 // perhaps evicted: they have left by themselves

	mu        sync.Mutex
	err       error
	processes map[*Process]struct{} // that have not ended
	rows      map[string]int        // of the consumers that check all events
	done      bool
}

// Run runs a storm and returns its tally. It fails if any check fails.
func (o Storm) Run(ctx context.Context) (t Tally, err error) {
	dir, err := MemoryDir()
	if err != nil {
		return t, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &storm{
		Storm: o, path: dir + "/ring", ctx: ctx, enough: make(chan struct{}), abandoned: make(chan struct{}),
		processes: map[*Process]struct{}{}, rows: map[string]int{},
	}
	if s.Capacity == 0 {
		s.Capacity = 64
	}
	config := shm.Config{Capacity: s.Capacity, Marks: o.Marks, Options: shm.Options{Name: "storm", Wait: disruptor.BlockWait{}}}
	if s.ring, err = shm.Create[Event](s.path, config); err != nil {
		return t, err
	}
	if s.ledger, err = OpenLedger(s.path + ".ledger"); err != nil {
		return t, err
	}
	defer s.discard()
	if err := s.run(); err != nil {
		return s.tally(), fmt.Errorf("%w\n%s", err, s.describe())
	}
	s.done = true
	t = s.tally()
	if err := s.check(t); err != nil {
		return t, fmt.Errorf("%w\n%s", err, s.describe())
	}
	return t, errors.Join(s.ring.Detach(ctx), s.ledger.Close())
}

// run runs it until the ring has ended and everybody is done.
func (s *storm) run() error {
	var consumers, producers, readers sync.WaitGroup
	for _, m := range s.Consumers { // in order: some follow others
		row := len(s.rows)
		if m.Here || m.Held {
			s.rows[m.Name] = row
		}
		if m.Here {
			c, err := s.ring.Consumer(shm.ConsumerConfig{Name: m.Name, After: m.After})
			if err != nil {
				return err
			}
			behind := s.rowsOf(m.After)
			readers.Go(func() { s.read(c, row, behind) })
			continue
		}
		first, err := s.consume(m, row, false)
		if err != nil {
			return err
		}
		consumers.Go(func() { s.keepConsumer(m, row, first) })
	}
	for i := range s.Producers {
		producers.Go(func() { s.keepProducer(i) })
	}
	s.watch()
	close(s.enough)
	// Close the ring only when the last lives of the held consumers, which must get all events,
	// run.
	consumers.Wait()
	s.ring.Close()
	producers.Wait()
	s.awaitEnds()
	if s.failure() == nil {
		readers.Wait()
	}
	return s.failure()
}

// watch waits until the storm has done enough, and fails if it hangs.
func (s *storm) watch() {
	began, moved, was := time.Now(), time.Now(), int64(-1)
	for s.failure() == nil && !s.isEnough(began) {
		stats := s.ring.Stats()
		if stats.Claimed != was {
			moved, was = time.Now(), stats.Claimed
		}
		if time.Since(moved) > stall {
			s.fail(fmt.Errorf("nothing was claimed for %v", stall))
		}
		if s.Progress != nil {
			s.Progress(s.tally())
		}
		select {
		case <-s.ctx.Done():
			s.fail(context.Cause(s.ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *storm) isEnough(began time.Time) bool {
	return s.Kills > 0 && s.kills.Load() >= s.Kills || s.For > 0 && time.Since(began) >= s.For ||
		s.incarnations.Load() > MaxIncarnations-1000 || s.ring.Stats().Claimed > 1<<31 // what the ledger has room for
}

// rowsOf returns the rows of the consumers of those names.
func (s *storm) rowsOf(names []string) (rows []int) {
	for _, name := range names {
		rows = append(rows, s.rows[name])
	}
	return rows
}

// read is the goroutine of a consumer of this process, which follows the consumers of the rows
// behind.
func (s *storm) read(c *shm.Consumer[Event], row int, behind []int) {
	defer c.Close()
	a := NewAuditor(s.ledger, row, 0, false)
	for b := range c.Batches(s.ctx) {
		for _, r := range behind {
			if next := s.ledger.Next(r); next < b.To() {
				s.fail(fmt.Errorf("consumer %d is handed [%d, %d), and %d, which it follows, is at %d", row, b.From(), b.To(), r, next))
				return
			}
		}
		if err := a.Handle(b); err != nil {
			s.fail(err)
			return
		}
	}
	s.fail(c.Err())
}

// awaitEnds waits for the remaining processes after the ring has ended.
func (s *storm) awaitEnds() {
	ctx, cancel := context.WithTimeout(s.ctx, 2*stall)
	defer cancel()
	for _, p := range s.left() {
		s.ended(ctx, p)
	}
}

// fail records the first error.
func (s *storm) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && err != nil {
		s.err = err
		close(s.abandoned)
	}
}

func (s *storm) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Downpour returns a storm of four producers and three consumers, one of them in another process, in two stages.
func Downpour(kills int64, long time.Duration) Storm {
	return Storm{
		Producers: 4,
		Consumers: []Member{
			{Name: "first", Here: true},
			{Name: "held", Held: true},
			{Name: "last", After: []string{"first", "held"}, Here: true},
		},
		Kills: kills, For: long,
	}
}

// Torture returns a storm of eight producers and six consumers, of all kinds, in three stages.
func Torture(kills int64, long time.Duration) Storm {
	return Storm{
		Producers: 8,
		Consumers: []Member{
			{Name: "first", Here: true},
			{Name: "held", Held: true},
			{Name: "second", After: []string{"first", "held"}, Here: true},
			{Name: "evicted", After: []string{"first"}},
			{Name: "evictable", After: []string{"second"}, Evictable: 48},
			{Name: "last", After: []string{"second", "held"}, Here: true},
		},
		Kills: kills, For: long,
	}
}
