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
	// MaxIncarnations is how many lives of producers a ledger has room for.
	MaxIncarnations = 1 << 19
	// MaxRows is how many consumers it has room for.
	MaxRows = 16

	ledgerWords = 2*MaxIncarnations + MaxRows*(1+MaxIncarnations)
)

// A Ledger is where producers write down what they are about to publish and what they have published, and consumers
// what they have handled. It lies in memory that processes share: a kill loses no store.
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

// privateLedger returns a ledger of this process, for a consumer of which nothing is to be known when it is dead.
func privateLedger() *Ledger { return &Ledger{words: make([]uint64, ledgerWords)} }

// Close unmaps the ledger.
func (l *Ledger) Close() error { return unix.Munmap(l.mem) }

func (l *Ledger) about(incarnation int) *atomic.Uint64 { return l.word(2 * incarnation) }
func (l *Ledger) done(incarnation int) *atomic.Uint64  { return l.word(2*incarnation + 1) }

// About is called before incarnation publishes up to that counter.
func (l *Ledger) About(incarnation int, counter uint64) { l.about(incarnation).Store(counter) }

// Published is called after it.
func (l *Ledger) Published(incarnation int, counter uint64) { l.done(incarnation).Store(counter) }

// row returns the progress of a consumer: the sequence after the last that it has handled in the upper half, and how
// many it has handled in the lower. One word, as a kill may come between two.
func (l *Ledger) row(row int) *atomic.Uint64 { return l.word(2*MaxIncarnations + row) }

// last returns the last counter of an incarnation that a consumer has handled.
func (l *Ledger) last(row, incarnation int) *atomic.Uint64 {
	return l.word(2*MaxIncarnations + MaxRows + row*MaxIncarnations + incarnation)
}

func (l *Ledger) word(i int) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&l.words[i])) }

// Handled returns how many events a consumer has handled, without those that it was handed again.
func (l *Ledger) Handled(row int) int64 { return int64(uint32(l.row(row).Load())) }

// Next returns the sequence after the last event that a consumer has handled.
func (l *Ledger) Next(row int) int64 { return int64(l.row(row).Load() >> 32) }

// HandledOf returns how many events of an incarnation a consumer has handled.
func (l *Ledger) HandledOf(row, incarnation int) int64 { return int64(l.last(row, incarnation).Load()) }

// Check checks, for a consumer that has handled all there was, that it has had of each incarnation all that was
// published, and no more than was about to be.
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
