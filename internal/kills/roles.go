//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"errors"
	"fmt"

	"github.com/be395dad/disruptor/shm"
)

// produces is a producer that claims Batch events at a time. It has two points besides those of
// package shm: "half", when half of the events of a claim and half of the next event are
// written, and "filled", when all are.
func produces(c *child) error {
	p, err := c.ring.Producer(c.Name)
	if err != nil {
		if errors.Is(err, shm.ErrClosed) {
			return nil
		}
		return err
	}
	defer p.Close()
	c.ready()
	n := max(c.Batch, 1)
	sent := uint64(0)
	for i := 0; c.Claims == 0 || i < c.Claims; i++ {
		c.ledger.About(c.Incarnation, sent+uint64(n))
		aborts := c.Aborts && i%7 == 3
		err := p.Do(context.Background(), n, func(b shm.Batch[Event]) error {
			for k := range n {
				if k == n/2 {
					b.At(k).half(uint64(c.Incarnation), sent+uint64(k)+1)
					point("half")
				}
				b.At(k).fill(uint64(c.Incarnation), sent+uint64(k)+1)
			}
			point("filled")
			if aborts {
				return errAborts
			}
			return nil
		})
		if errors.Is(err, errAborts) {
			continue
		}
		if err != nil {
			return c.end(err)
		}
		sent += uint64(n)
		c.ledger.Published(c.Incarnation, sent)
	}
	say("done")
	return nil
}

var errAborts = errors.New("aborted")

// consumes is a consumer that checks its batches. Its points are "in hand", when it has a batch,
// "handled", when it has checked the batch, and "handed back".
func consumes(c *child) error {
	consumer, err := c.ring.Consumer(c.Consumer)
	if err != nil {
		return err
	}
	defer consumer.Close()
	inHand := c.Consumer.MaxBatch
	if inHand == 0 {
		inHand = c.ring.Cap()
	}
	ledger := c.ledger
	if c.Private {
		ledger = privateLedger()
	}
	a := NewAuditor(ledger, c.Row, inHand, c.Late)
	c.ready()
	for {
		b, err := consumer.Next(context.Background())
		if err != nil {
			return c.end(err)
		}
		point("in hand")
		if err := a.Handle(b); err != nil {
			return err
		}
		point("handled")
		consumer.Done(b)
		point("handed back")
	}
}

// end tells the parent why the ring, or the role, has ended. A corrupt ring is a failure.
func (c *child) end(err error) error {
	switch {
	case errors.Is(err, shm.ErrEvicted):
		say("evicted")
	case errors.Is(err, shm.ErrUpstreamDead):
		say("upstream dead")
	case errors.Is(err, shm.ErrFailed):
		say("failed")
	case err == shm.ErrClosed:
		say("closed")
	default:
		return fmt.Errorf("ends with: %w", err)
	}
	return nil
}

// sits is a consumer that reads nothing until it is told, and then leaves.
func sits(c *child) error {
	consumer, err := c.ring.Consumer(c.Consumer)
	if err != nil {
		return err
	}
	c.ready()
	c.listen()
	consumer.Close()
	return nil
}

// comesAndGoes is a producer and a consumer that leave at once.
func comesAndGoes(c *child) error {
	p, err := c.ring.Producer(c.Name)
	if err != nil {
		return err
	}
	consumer, err := c.ring.Consumer(c.Consumer)
	if err != nil {
		return err
	}
	consumer.Close()
	p.Close()
	return nil
}

// stays attaches, and detaches when it is told.
func stays(c *child) error {
	say("ready")
	c.listen()
	return nil
}

// isAWreck is two consumers, one of them held, and a producer that claims Batch events and
// publishes the first. It waits to be killed.
func isAWreck(c *child) error {
	if err := c.wreck(); err != nil {
		return err
	}
	say("ready")
	c.listen()
	return nil
}

func (c *child) wreck() error {
	if _, err := c.ring.Consumer(shm.ConsumerConfig{Name: "evicted"}); err != nil {
		return err
	}
	if _, err := c.ring.Consumer(c.Consumer); err != nil {
		return err
	}
	p, err := c.ring.Producer("wrecked")
	if err != nil {
		return err
	}
	b, err := p.Claim(context.Background(), c.Batch)
	if err != nil {
		return err
	}
	if c.ledger != nil {
		c.ledger.About(c.Incarnation, 1)
	}
	first, _ := b.Split(1)
	first.At(0).fill(uint64(c.Incarnation), 1)
	p.Publish(first)
	if c.ledger != nil {
		c.ledger.Published(c.Incarnation, 1)
	}
	return nil
}

// recovers looks for dead processes when it is told, as each consumer that joins does, and stays
// until it is told again.
func recovers(c *child) error {
	say("ready")
	c.listen()
	consumer, err := c.ring.Consumer(c.Consumer)
	if err != nil {
		return err
	}
	say("recovered")
	c.listen()
	consumer.Close()
	return nil
}
