package shm

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/be395dad/disruptor/internal/waiting"
)

// core is a ring as this process sees it, without the type of its events. The geometry, which
// comes from the header, is kept in private memory: no length or offset is a word that another
// process can change.
type core struct {
	file *mapfile.File
	geometry
	self int // this process's attachment

	mask     int64
	markBase unsafe.Pointer
	control  *control

	strategy waiting.Strategy
	rests    int // Spins of a consumer's longest rest
	guarded  bool
	unfenced bool // stores are not fenced before looks for sleepers: a goroutine about to sleep fences them

	broken    atomic.Pointer[error] // the first error of this process with the ring itself
	detaching atomic.Bool

	recovering sync.Mutex // locks exclude processes, not goroutines
	did        Recovered  // by this process; recovering is held

	mu      sync.Mutex
	roles   map[role]bool // producers and consumers of this process that are not closed; false: being made
	emptied chan struct{} // closed when roles is empty and Detach has been called
	gone    bool          // Detach has unmapped the file
}

// A role is a producer or a consumer.
type role interface {
	describe() string
	sleeper() *waiter
}

// newCore returns the core of a mapped file that is a ring of that geometry. It is not attached
// yet.
func newCore(file *mapfile.File, g geometry, opts Options) *core {
	mem := file.Mem()
	c := &core{
		file: file, geometry: g, self: nobody, mask: g.Capacity - 1,
		markBase: unsafe.Pointer(&mem[g.Marks]),
		control:  (*control)(unsafe.Pointer(&mem[g.Control])),
		guarded:  opts.GuardFaults,
		roles:    map[role]bool{},
		emptied:  make(chan struct{}),
	}
	c.unfenced = opts.AsymmetricFence && canLeaveOutFences()
	c.strategy, c.rests = waiting.StrategyOf(opts.Wait), waiting.RestsFor(opts.Backoff)
	waiting.RefreshProcs()
	return c
}

func (c *core) at(off int64) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(c.control), off-c.geometry.Control)
}

func (c *core) attachment(i int) *attachment {
	return (*attachment)(c.at(c.Attachments + int64(i)*int64(unsafe.Sizeof(attachment{}))))
}

func (c *core) record(i int) *record {
	return (*record)(c.at(c.Records + int64(i)*int64(unsafe.Sizeof(record{}))))
}

func (c *core) place(i int) *place {
	return (*place)(c.at(c.Places + int64(i)*int64(unsafe.Sizeof(place{}))))
}

// mark returns the mark of the slot of seq.
func (c *core) mark(seq int64) *atomic.Int64 {
	return (*atomic.Int64)(unsafe.Add(c.markBase, (seq&c.mask)*c.MarkStride))
}

// closedBit in the cursor says that the ring is closed: the compare-and-swap of a claim fails,
// and the rest of the word is the end.
const closedBit = ringfile.ClosedBit

// claimed returns the end of what is claimed, and whether the ring is closed, so that this is its
// end.
func (c *core) claimed() (end int64, closed bool) {
	return ringfile.Cursor(c.control.cursor.Load()) // claim edge
}

// err returns why this process can't go on, except that a closed ring is drained.
func (c *core) err() error {
	if err := c.ownErr(); err != nil { // the memory may be gone
		return err
	}
	switch failure(c.control.failure.Load()) {
	case unfailed:
	case consumerDied:
		return fmt.Errorf("%w: %w", ErrClosed, ErrFailed)
	default:
		return fmt.Errorf("%w: %w", ErrClosed, ErrCorrupt)
	}
	return nil
}

// ownErr returns the error of err that concerns this process only. It doesn't look at the file.
func (c *core) ownErr() error {
	if err := c.broken.Load(); err != nil {
		return *err
	}
	if c.detaching.Load() {
		return fmt.Errorf("%w: %w", ErrClosed, ErrDetached)
	}
	return nil
}

// errAnytime is err for calls that any goroutine may make at any time.
func (c *core) errAnytime() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.errLocked()
}

// errLocked is err in a guard. c.mu is held, so a mapped file stays mapped. If it isn't mapped,
// ownErr has an error.
func (c *core) errLocked() (err error) {
	if err := c.ownErr(); err != nil {
		return err
	}
	c.guard(func() { err = c.err() })
	if err == nil {
		err = c.ownErr() // of a fault
	}
	return err
}

// failure is why a ring has failed, in the file.
type failure uint64

const (
	unfailed     failure = ringfile.Unfailed
	consumerDied failure = ringfile.ConsumerDied
	corrupted    failure = ringfile.Corrupted
)

// fail ends the ring for all processes. The first failure counts. It also closes the ring,
// whichever process has stored the failure: a claim looks only at the cursor.
func (c *core) fail(f failure) {
	c.control.failure.CompareAndSwap(uint64(unfailed), uint64(f)) // end edge
	c.close()
}

// corrupt ends the ring because of a value that no correct process stores.
func (c *core) corrupt(format string, args ...any) error {
	err := fmt.Errorf("%w: %w: %s", ErrClosed, ErrCorrupt, fmt.Sprintf(format, args...))
	c.broken.CompareAndSwap(nil, &err)
	c.fail(corrupted)
	return err
}

// breakWith remembers an error of the mapping itself, which ends the ring for this process.
func (c *core) breakWith(err error) {
	if err != nil {
		first := fmt.Errorf("%w: %w", ErrClosed, err) // not err, which would then be on the heap in each call
		c.broken.CompareAndSwap(nil, &first)
	}
}

// guard calls f, and turns a fault in it into an error if the options say so.
func (c *core) guard(f func()) {
	if !c.guarded {
		f()
		return
	}
	c.breakWith(c.file.Guard(f))
}

// close ends the ring for producers now, and for consumers at the end of what is claimed. Polling
// consumers look at the cursor, whose line producers need, only when closing tells them to.
func (c *core) close() {
	c.control.closing.Store(1)     // end edge: before the cursor, which decides
	c.control.cursor.Or(closedBit) // end edge
	c.wakeAll()
}

// wakeAll wakes every sleeper of the ring.
func (c *core) wakeAll() {
	c.control.event.wake()
	for i := range c.geometry.Consumers {
		c.place(i).event.wake()
	}
}
