package shm

import (
	"errors"
	"fmt"

	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// Recovered is what a call of [Recover] has done.
type Recovered struct {
	Processes int // dead processes whose entries were freed
	Lost      int // sequences that they had claimed and not published
	Evicted   int // consumers that were evicted; others may be held from now on
}

// Recover recovers the ring in the file path, whatever its events are, as a waiting process does
// that finds a dead one in its way. It is for operators, and for rings in which nobody waits. It
// takes nothing from the living, and attaches this process while it runs. It fails with [ErrFull]
// if Config.MaxProcesses processes are attached, and with [ErrRecovering] if another process is
// recovering the ring and makes no progress.
func Recover(path string) (did Recovered, err error) {
	err = operate(path, func(c *core) error {
		err := c.attachTo(path)
		if err == nil {
			err = c.recoverNow()
		}
		did = c.did
		return err
	})
	return did, err
}

// EvictConsumer evicts the consumer of that name from the ring in the file path, whatever its
// events are, if it is held or its process is dead. If its policy is [Fail] and its process is
// dead, that ends the ring. If living is true EvictConsumer also evicts a consumer whose process
// is alive, whatever its lag, if [ConsumerConfig.Evictable] allows it. It fails with [ErrName] if
// there is no such consumer, with [ErrInUse] if the consumer is alive and must not be evicted,
// and otherwise as [Recover] does.
func EvictConsumer(path, name string, living bool) error {
	return operate(path, func(c *core) error {
		i, st := c.named(name, nobody) // attaching may recover it
		if i == nobody {
			return fmt.Errorf("%w: no consumer is called %q", ErrName, name)
		}
		if err := c.attachTo(path); err != nil {
			return err
		}
		if err := c.recoverNow(); err != nil {
			return err
		}
		return c.evictNow(i, st.epoch(), living)
	})
}

// operate calls f with the core of the ring in the file path, whatever its events are. The core
// is not attached yet.
func operate(path string, f func(*core) error) error {
	file, err := mapfile.Open(path, mapfile.Options{NoPrefault: true})
	if err != nil {
		return err
	}
	h, _, g, err := ringfile.ReadHeader(file, file.Size())
	if err == nil {
		err = h.Joinable()
	}
	if err == nil {
		err = h.SameBoot()
	}
	if err == nil {
		_, err = file.Map(g.Size)
	}
	if err != nil {
		return errors.Join(err, file.Unmap())
	}
	c := newCore(file, g, Options{GuardFaults: true})
	err = errDuring(c, func() error { return f(c) })
	if c.self == nobody {
		return errors.Join(err, file.Unmap())
	}
	return errors.Join(err, c.detach())
}

// attachTo attaches this process, if the file still has that path.
func (c *core) attachTo(path string) error {
	if err := c.attach("operator"); err != nil {
		return err
	}
	if named, err := c.file.NamedBy(path); err != nil || !named {
		return fmt.Errorf("%w: %s", ErrRetired, path)
	}
	return nil
}

// evictNow evicts the consumer of that epoch from place i, if it is held, or is alive and may be
// evicted.
func (c *core) evictNow(i int, epoch uint64, living bool) (err error) {
	p := c.place(i)
	lockErr := c.lockedNow(func() {
		st := state(p.state.Load())
		switch {
		case st.epoch() != epoch || st.phase() == free:
			// It has been evicted or has left.
		case st.phase() == held:
			if c.expire(i, st) {
				c.clearExpelled()
			}
		case st.phase() != live:
			err = fmt.Errorf("%w: consumer %q is %v", ErrInUse, p.name.load(), st.phase())
		case p.maxLag.Load() <= 0:
			err = fmt.Errorf("%w: consumer %q is alive and not evictable", ErrInUse, p.name.load())
		case !living:
			err = fmt.Errorf("%w: consumer %q is alive", ErrInUse, p.name.load())
		default:
			c.expel(i, st)
			c.wakeAll() // it may be asleep: unlike one that holds producers up, it may have nothing to read
		}
	})
	return errors.Join(lockErr, err)
}
