package behaviour

import (
	"slices"

	"github.com/be395dad/disruptor"
)

// event is the event of the fuzz tests. A slot that is torn, stale or another producer's does
// not have the right sum.
type event struct {
	producer, count uint64
	sum             uint64
}

func newEvent(producer, count uint64) event {
	return event{producer, count, checksum(producer, count)}
}

func checksum(producer, count uint64) uint64 { return (producer+1)*0x9e3779b97f4a7c15 ^ ^count }

func (e *event) whole() bool { return e.sum == checksum(e.producer, e.count) }

// model is a ring as its documentation describes it, for one goroutine: a list of what became of each sequence. It
// knows nothing of marks, boundaries, cached limits or lists of aborted ranges.
type model struct {
	capacity, maxBatch int64
	single, clear      bool

	start  int64
	fates  []fate  // of the sequences from start on that are claimed
	events []event // what was published there
	slots  []event // what is in memory
	zeroed int64   // Config.Clear: slots below it have been zeroed

	consumers []*modelConsumer // without the ones that have left
	most      int64            // the greatest end so far: an abort may take a claim back
	closed    bool
	failed    bool
	failure   error // why; consumers report it
	cause     error // what everyone else reports: failure, or nil if Close came first
}

type fate uint8

const (
	claimed fate = iota
	published
	aborted
)

func newModel(cfg disruptor.Config, start int64) *model {
	m := &model{capacity: int64(cfg.Capacity), maxBatch: int64(cfg.MaxBatch), single: cfg.Producers == disruptor.Single,
		clear: cfg.Clear, start: start, zeroed: start, slots: make([]event, cfg.Capacity)}
	if m.maxBatch == 0 {
		m.maxBatch = m.capacity
	}
	return m
}

func (m *model) fail(why error) {
	if m.failed {
		return
	}
	if !m.closed {
		m.cause = why
	}
	m.closed, m.failed, m.failure = true, true, why
}

func (m *model) end() int64 { return m.start + int64(len(m.fates)) }

func (m *model) fate(s int64) fate { return m.fates[s-m.start] }

func (m *model) slot(s int64) *event { return &m.slots[s%m.capacity] }

func (m *model) write(s int64, e event) { *m.slot(s) = e; m.events[s-m.start] = e }

func (m *model) settle(f, t int64, to fate) { setAll(m.fates[f-m.start:t-m.start], to) }

func setAll(fates []fate, to fate) {
	for i := range fates {
		fates[i] = to
	}
}

// published returns the first sequence that is neither published nor aborted.
func (m *model) published() int64 {
	for i, f := range m.fates {
		if f == claimed {
			return m.start + int64(i)
		}
	}
	return m.end()
}

func (m *model) hasOpenClaim() bool { return m.published() < m.end() }

// gate returns the limit of claims minus a lap.
func (m *model) gate() int64 {
	gate := m.published()
	for _, c := range m.consumers {
		if !c.lossy {
			gate = min(gate, c.position)
		}
	}
	return gate
}

func (m *model) hasLossy() bool {
	return slices.ContainsFunc(m.consumers, func(c *modelConsumer) bool { return c.lossy })
}

func (m *model) free() int64 { return m.gate() + m.capacity - m.end() }

// A verdict is what becomes of an attempt to claim.
type verdict uint8

const (
	granted verdict = iota
	noRoom
	ended
	misuse // panics
)

func (v verdict) String() string {
	return [...]string{"granted", "without room", "on an ended ring", "misused"}[v]
}

func (m *model) verdict(n int) verdict {
	switch {
	case n < 1 || int64(n) > m.capacity:
		return misuse
	case m.single && m.hasOpenClaim():
		return misuse
	case m.closed:
		return ended
	case m.end()+int64(n) > lastSequence:
		return misuse
	case m.free() < int64(n):
		return noRoom
	}
	return granted
}

// claim claims n slots if the verdict is to grant them.
func (m *model) claim(n int) verdict {
	if v := m.verdict(n); v != granted {
		return v
	}
	m.clearBehind()
	m.clearTo(m.end() + int64(n) - m.capacity) // a lossy consumer has been pushed
	m.fates = append(m.fates, make([]fate, n)...)
	m.events = append(m.events, make([]event, n)...)
	m.most = max(m.most, m.end())
	return granted
}

func (m *model) publish(from, to int64) { m.settle(from, to, published) }

// abort reports whether the sequences will be claimed again. Those of a Single ring have been cleared then.
func (m *model) abort(from, to int64) (again bool) {
	if m.single && m.clear {
		for s := from; s < to; s++ {
			*m.slot(s) = event{}
		}
	}
	if m.single && to == m.end() && !m.closed {
		m.fates = m.fates[:from-m.start]
		m.events = m.events[:from-m.start]
		return true
	}
	m.settle(from, to, aborted)
	return false
}

// clearBehind zeroes the slots that every consumer has finished or missed.
func (m *model) clearBehind() {
	gate := m.gate()
	for _, c := range m.consumers {
		gate = min(gate, c.position)
	}
	m.clearTo(gate)
}

func (m *model) clearTo(end int64) {
	for ; m.clear && m.zeroed < end; m.zeroed++ {
		*m.slot(m.zeroed) = event{}
	}
}
