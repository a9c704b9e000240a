package behaviour

import "slices"

type modelConsumer struct {
	maxBatch int64
	joined   int64
	position int64
	handed   int64 // end of what was handed out
	follows  []*modelConsumer
	gone     bool
	late     bool // made after the end of the ring
	closed   bool // by Close
	lossy    bool // no claim waits for it

	retried, skipped, deadLettered int64
}

// join makes a consumer with that MaxBatch, 0 for the ring's.
func (m *model) join(after []*modelConsumer, maxBatch int64) *modelConsumer {
	c := &modelConsumer{gone: m.closed, late: m.closed, maxBatch: m.maxBatch}
	if maxBatch > 0 {
		c.maxBatch = maxBatch
	}
	for _, a := range after {
		c.follow(a)
	}
	c.position = m.published()
	c.joined, c.handed = c.position, c.position
	if !c.gone {
		m.consumers = append(m.consumers, c)
	}
	return c
}

// follow makes c follow a or, if a has left, the consumers that a followed.
func (c *modelConsumer) follow(a *modelConsumer) {
	if !a.gone {
		if !slices.Contains(c.follows, a) {
			c.follows = append(c.follows, a)
		}
		return
	}
	for _, b := range a.follows {
		c.follow(b)
	}
}

func (m *model) leave(c *modelConsumer) {
	for i, o := range m.consumers {
		if o == c {
			m.consumers = append(m.consumers[:i:i], m.consumers[i+1:]...)
		}
	}
	c.gone = true
	c.handed = c.position
	for _, o := range m.consumers {
		follows := o.follows
		o.follows = nil
		for _, a := range follows {
			o.follow(a)
		}
	}
}

// available returns the end of what c may read.
func (m *model) available(c *modelConsumer) int64 {
	if c.gone {
		return c.position
	}
	if len(c.follows) == 0 {
		return m.published()
	}
	low := never
	for _, a := range c.follows {
		low = min(low, a.position)
	}
	return max(c.position, low)
}

// next returns the range that c is handed; it is empty if there is nothing, and after a failure.
// It takes c over aborted slots.
func (m *model) next(c *modelConsumer) (from, to int64) {
	if m.failed {
		return c.position, c.position
	}
	from, to = m.look(c)
	c.position, c.handed = from, max(c.handed, to)
	return from, to
}

// look returns what next would return if the ring had not failed, and changes nothing.
func (m *model) look(c *modelConsumer) (from, to int64) {
	from = c.position
	end := m.available(c)
	for from < end && m.fate(from) == aborted {
		from++
	}
	for to = from; to < end && to-from < c.maxBatch && m.fate(to) == published; {
		to++
	}
	return from, to
}

// drained reports whether nothing will come to c any more.
func (m *model) drained(c *modelConsumer) bool { return m.closed && c.position == m.end() }

// received returns the sequences that c must have seen by now, derived from their fates alone.
func (m *model) received(c *modelConsumer) (seqs []int64) {
	for s := c.joined; s < c.position; s++ {
		if m.fate(s) == published {
			seqs = append(seqs, s)
		}
	}
	return seqs
}
