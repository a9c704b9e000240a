//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"fmt"

	"github.com/be395dad/disruptor/shm"
)

// An Auditor checks the batches of one life of a consumer: each event must be whole and the next
// one of its incarnation. The consumer's row of the ledger says what it has handled. If an
// earlier life of the consumer was killed, the first batch may begin with events that were
// handled before, as many as were in hand then.
type Auditor struct {
	ledger *Ledger
	row    int
	late   bool // it may have joined while producers were at work: its first counter may be any
	inHand int  // how many events may come again

	begun    bool
	replayed int
}

// NewAuditor returns the auditor for one life of the consumer of that row, which is handed
// batches of at most inHand events. late says that it joins while producers are at work, and
// that its row is new.
func NewAuditor(l *Ledger, row, inHand int, late bool) *Auditor {
	return &Auditor{ledger: l, row: row, inHand: inHand, late: late}
}

// Handle checks a batch before it is handed back.
func (a *Auditor) Handle(b shm.Batch[Event]) error {
	for seq, slot := range b.All() {
		if err := a.handle(seq, *slot); err != nil {
			return fmt.Errorf("consumer %d, sequence %d: %w", a.row, seq, err)
		}
	}
	a.begun = true
	return nil
}

func (a *Auditor) handle(seq int64, e Event) error {
	if !e.whole() || e.Incarnation >= MaxIncarnations {
		return fmt.Errorf("torn: %x", e)
	}
	row, last := a.ledger.row(a.row), a.ledger.last(a.row, int(e.Incarnation))
	progress, counter := row.Load(), last.Load()
	if next := int64(progress >> 32); seq < next {
		if a.replayed++; a.begun || a.replayed > a.inHand {
			return fmt.Errorf("handled before: it was at %d", next)
		}
		// A kill between the two stores below may have left the counter one behind.
		if e.Counter > counter+1 {
			return fmt.Errorf("counter %d of incarnation %d comes again, after %d", e.Counter, e.Incarnation, counter)
		}
		last.Store(max(counter, e.Counter))
		return nil
	}
	if e.Counter != counter+1 && (counter != 0 || !a.late) {
		return fmt.Errorf("counter %d of incarnation %d after %d", e.Counter, e.Incarnation, counter)
	}
	row.Store(uint64(seq+1)<<32 | uint64(uint32(progress)+1))
	last.Store(e.Counter)
	return nil
}
