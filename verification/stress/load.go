package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/be395dad/disruptor"
)

// counts are the figures of a line of output.
type counts struct{ parks, wakes, wasted, fences, events int64 }

func (c *counts) add(d counts) {
	c.parks += d.parks
	c.wakes += d.wakes
	c.wasted += d.wasted
	c.fences += d.fences
	c.events += d.events
}

// A load is a kind on rings of one configuration.
type load struct {
	*kind
	config disruptor.Config
	parks  int64     // run until there are so many, or
	until  time.Time // until then
	enough atomic.Bool
	ends   chan struct{} // closed when the load has ended

	mu    sync.Mutex
	ring  *disruptor.Ring[event] // the one that runs now
	ended int64                  // rings before it
	past  counts                 // of these
}

func (l *load) run() counts {
	var wg sync.WaitGroup
	wg.Go(l.watch)
	if l.rounds != nil {
		l.rounds(l)
	} else {
		g := newGraph(l, false)
		g.startReaders()
		g.startSenders()
		g.finish(false)
	}
	close(l.ends)
	wg.Wait()
	return l.past
}

// newRing makes a ring, which is watched from now on.
func (l *load) newRing() *disruptor.Ring[event] {
	ring, err := disruptor.New[event](l.config)
	if err != nil {
		l.fail("%v", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring = ring
	return ring
}

// retire counts what was done on the ring, of which every goroutine has ended.
func (l *load) retire(events int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.ring.Stats()
	if s.Blocked != 0 {
		l.fail("%d claims wait on a ring that nobody uses", s.Blocked)
	}
	l.past.add(counts{s.Parks, s.Wakes, s.Wasted, s.Fences, events})
	l.ring = nil
	l.ended++
}

// stuck is how long a load may stand still before a wake-up counts as lost: far longer than the
// system keeps a thread waiting.
const stuck = 20 * time.Second

// watch ends the load when it has done enough, and fails if it does not move. It reads
// everything from Stats, so that the goroutines it watches share only the ring.
func (l *load) watch() {
	var last movement
	moved := time.Now()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-l.ends:
			tick.Stop()
			return
		case <-tick.C:
		}
		now, parks, stats := l.look()
		if now != last { // to end a load that stands still would wake whoever it stands still for
			last, moved = now, time.Now()
			if l.parks > 0 && parks >= l.parks || l.parks == 0 && moved.After(l.until) {
				l.enough.Store(true)
			}
		} else if time.Since(moved) > stuck {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			l.fail("a wake-up is lost: nothing has moved for %v\n%+v\n\n%s", stuck, stats, stacks)
		}
	}
}

// movement is the figures that must change. Parks are not among them: a goroutine whose context
// ends parks again and again.
type movement struct{ ended, sequences int64 }

func (l *load) look() (m movement, parks int64, s disruptor.Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m, parks = movement{ended: l.ended}, l.past.parks
	if l.ring != nil {
		s = l.ring.Stats()
		m.sequences = s.Claimed + s.Published
		for _, c := range s.Consumers {
			m.sequences += c.Position
		}
		parks += s.Parks
	}
	return m, parks, s
}

func (l *load) fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "stress: %s, %+v: %s\n", l.name, l.config, fmt.Sprintf(format, args...))
	os.Exit(1)
}

// dawdle lets other goroutines run for a random moment.
func dawdle(rnd *rand.Rand, most int) {
	for range rnd.IntN(most) {
		runtime.Gosched()
	}
}
