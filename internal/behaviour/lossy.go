package behaviour

import (
	"fmt"

	"github.com/be395dad/disruptor"
)

// A ledger adds up the copies and the missed counts of a lossy consumer. Each event must be its
// sequence.
type ledger struct {
	joined  int64
	next    int64 // where the last copy ended
	got     int64
	missed  int64
	between int64 // sequences between two copies that were not missed: aborted ones
}

func newLedger(c *disruptor.LossyConsumer[int64]) *ledger {
	return &ledger{joined: c.Position(), next: c.Position()}
}

// enter adds a copy, and returns what is wrong with it, or "".
func (l *ledger) enter(c disruptor.Copy[int64]) error {
	between := c.From - c.Missed - l.next
	if between < 0 || c.Missed < 0 || c.To <= c.From || len(c.Events) != int(c.To-c.From) {
		return fmt.Errorf("[%d, %d) with %d events, after %d missed, at %d", c.From, c.To, len(c.Events), c.Missed, l.next)
	}
	for i, v := range c.Events {
		if v != c.From+int64(i) {
			return fmt.Errorf("the event of %d is %d", c.From+int64(i), v)
		}
	}
	l.got += c.To - c.From
	l.missed += c.Missed
	l.between += between
	l.next = c.To
	return nil
}

// close returns what is wrong once c has come to end, with or without aborted sequences.
func (l *ledger) close(c *disruptor.LossyConsumer[int64], end int64, aborts bool) error {
	total := c.Missed()
	untold := total - l.missed
	after := end - l.next - untold // aborted ones
	sum := fmt.Sprintf("%d got, %d missed, %d of them not told, %d and %d aborted, of [%d, %d)",
		l.got, total, untold, l.between, after, l.joined, end)
	switch {
	case untold < 0 || after < 0 || c.Position() != end:
		return fmt.Errorf("at %d: %s", c.Position(), sum)
	case !aborts && l.between+after != 0:
		return fmt.Errorf("nothing was aborted: %s", sum)
	}
	return nil
}
