//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// MaxIncarnations is the most incarnations of producers that a ledger has room for.
	MaxIncarnations = 1 << 19
	// MaxRows is the most consumers that it has room for.
	MaxRows = 16

	ledgerWords = 2*MaxIncarnations + MaxRows*(1+MaxIncarnations)
)

// A Ledger records what producers are about to publish and have published, and what consumers have
// handled. It is in memory that processes share: a kill loses no store.
type Ledger struct {
	mem   []byte
	words []uint64
}

// OpenLedger opens the ledger in the file path, and creates it if it isn't there.
func OpenLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if err := f.Truncate(ledgerWords * 8); err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, ledgerWords*8, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	return &Ledger{mem, unsafe.Slice((*uint64)(unsafe.Pointer(&mem[0])), ledgerWords)}, nil
}

// privateLedger returns a ledger of this process, for a consumer whose records nobody needs
// after its death.
func privateLedger() *Ledger { return &Ledger{words: make([]uint64, ledgerWords)} }

// Close unmaps the ledger.
func (l *Ledger) Close() error { return unix.Munmap(l.mem) }

func (l *Ledger) about(incarnation int) *atomic.Uint64 { return l.word(2 * incarnation) }
func (l *Ledger) done(incarnation int) *atomic.Uint64  { return l.word(2*incarnation + 1) }

// About records that incarnation is about to publish up to counter.
func (l *Ledger) About(incarnation int, counter uint64) { l.about(incarnation).Store(counter) }

// Published records that incarnation has published up to counter.
func (l *Ledger) Published(incarnation int, counter uint64) { l.done(incarnation).Store(counter) }

// row returns the progress of a consumer: in the upper half the sequence after the last one that
// it has handled, in the lower half how many it has handled. It is one word because a kill may
// come between two stores.
func (l *Ledger) row(row int) *atomic.Uint64 { return l.word(2*MaxIncarnations + row) }

// last returns the last counter of an incarnation that a consumer has handled.
func (l *Ledger) last(row, incarnation int) *atomic.Uint64 {
	return l.word(2*MaxIncarnations + MaxRows + row*MaxIncarnations + incarnation)
}

func (l *Ledger) word(i int) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&l.words[i])) }

// Handled returns how many events a consumer has handled, not counting events handed to it again.
func (l *Ledger) Handled(row int) int64 { return int64(uint32(l.row(row).Load())) }

// Next returns the sequence after the last event that a consumer has handled.
func (l *Ledger) Next(row int) int64 { return int64(l.row(row).Load() >> 32) }

// HandledOf returns how many events of an incarnation a consumer has handled.
func (l *Ledger) HandledOf(row, incarnation int) int64 { return int64(l.last(row, incarnation).Load()) }

// Check checks a consumer that has handled everything: of each incarnation it must have handled all
// events that were published, and no more than were about to be published.
func (l *Ledger) Check(row, incarnations int) error {
	for i := range incarnations {
		about, published, handled := l.about(i).Load(), l.done(i).Load(), l.last(row, i).Load()
		if handled < published || handled > about {
			return fmt.Errorf("consumer %d has handled %d events of incarnation %d, which has published %d and was about to publish %d",
				row, handled, i, published, about)
		}
	}
	return nil
}
