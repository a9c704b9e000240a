package shm

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// attach takes a free attachment. It recovers the dead before it gives up.
func (c *core) attach(name string) error {
	const tries = 200
	settled := false
	for range tries {
		transient := false
		for i := range c.geometry.Processes {
			done, again, err := c.tryAttach(i, name)
			if err != nil || done {
				return err
			}
			transient = transient || again
		}
		if !transient && settled {
			return fmt.Errorf("%w for another process: Config.MaxProcesses is %d", ErrFull, c.Processes)
		}
		if !transient {
			_ = c.recoverNow()
			settled = true
			continue
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%w for another process: Config.MaxProcesses is %d, and some are dead and not recovered", ErrFull, c.Processes)
}

// tryAttach tries to take attachment i. It reports again if the attachment may be free soon.
func (c *core) tryAttach(i int, name string) (done, again bool, err error) {
	a := c.attachment(i)
	if a.state.Load() != 0 {
		// Only a look: a process that takes the lock even for a moment seems to be its owner.
		if c.lives(i) {
			return false, false, nil
		}
		c.recover()
		return false, true, nil
	}
	err = c.file.Hold(attachmentByte(i))
	switch {
	case errors.Is(err, mapfile.ErrHeld) || errors.Is(err, mapfile.ErrForeignLock):
		return false, true, nil // another process is just taking it or giving it back
	case err != nil:
		return false, false, err
	}
	if a.state.Load() != 0 { // a process has taken it since, and died
		return false, true, c.file.Release(attachmentByte(i))
	}
	a.pid.Store(uint64(os.Getpid()))
	a.attached.Store(time.Now().UnixNano())
	a.name.store(name)
	a.state.Store(1)
	c.self = i
	if c.unfenced {
		c.control.unfenced.Or(1 << i) // sleep edge: before the first publication
	}
	// The mapping keeps the lock. A child of fork(2) has the descriptors, not the mapping: while it
	// lived, this process would seem to live.
	return true, false, c.file.CloseDescriptor()
}

// detach gives the attachment back and unmaps the file. No role uses the core any more.
func (c *core) detach() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return nil
	}
	c.gone = true
	c.guard(func() {
		c.control.unfenced.And(^(uint64(1) << c.self))
		c.attachment(c.self).state.Store(0)
	})
	return c.file.Unmap() // and so let the lock go
}

// visit calls f unless the file is unmapped, and keeps it mapped meanwhile. It is for calls that
// any goroutine may make at any time. Calls of roles don't need it: the file is unmapped only
// after them.
func (c *core) visit(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.gone {
		c.guard(f)
	}
}

// Bytes of the file whose locks mean something.
const recoveryByte = ringfile.RecoveryByte

func attachmentByte(i int) int { return ringfile.AttachmentByte(i) }

// enter counts a role that is about to be made.
func (c *core) enter(r role) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.errLocked(); err != nil {
		return err
	}
	c.roles[r] = false
	return nil
}

// made says that a role is made: other goroutines may look at it from now on.
func (c *core) made(r role) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.roles[r] = true
}

// leave forgets a role.
func (c *core) leave(r role) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.roles, r)
	c.signalEmptied()
}

// signalEmptied tells Detach that no role is left. c.mu is held.
func (c *core) signalEmptied() {
	if len(c.roles) == 0 && c.detaching.Load() {
		select {
		case <-c.emptied:
		default:
			close(c.emptied)
		}
	}
}
