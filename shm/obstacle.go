package shm

import (
	"fmt"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// An obstacle is what is in the way of a wait: a consumer that has something to read, or an open
// sequence.
type obstacle struct {
	place int   // of the consumer, or nobody
	open  int64 // the sequence, or -1
}

// nothing means that nothing is in the way: nothing has been claimed.
var nothing = obstacle{nobody, -1}

// open returns the obstacle of an open sequence, or nothing if seq isn't claimed.
func (c *core) open(seq int64) obstacle {
	if end, _ := c.claimed(); seq < 0 || seq >= end {
		return nothing
	}
	return obstacle{nobody, seq}
}

// behind returns what holds the consumer at place i back: the consumer itself, or what it waits
// for.
func (c *core) behind(i int) obstacle {
	at := c.place(i).position.Load()
	for range ringfile.MaxRoles {
		next := c.follows(i, at)
		if next == nobody {
			break
		}
		i = next
	}
	if end, _ := c.claimed(); at >= 0 && at < end && !mark(c.mark(at).Load()).Resolved(at) {
		return obstacle{nobody, at}
	}
	return obstacle{i, -1}
}

// follows returns a consumer that the one at place i follows and that has come no further than
// at.
func (c *core) follows(i int, at int64) int {
	p := c.place(i)
	for k := range p.after {
		word := p.after[k].Load()
		j := int(word&0xff) - 1
		if j < 0 || j >= c.geometry.Consumers {
			break
		}
		q := c.place(j)
		if position := q.position.Load(); position <= at && state(q.state.Load()).epoch() == word>>8 {
			return j
		}
	}
	return nobody
}

// examine removes an obstacle if it can: it recovers the dead, and evicts a slow consumer that
// agreed.
func (c *core) examine(o obstacle) {
	if o.open >= 0 {
		if i, st := c.coveredBy(o.open, nil); i == nobody || !c.lives(st.owner()) {
			c.recover()
		}
		return
	}
	switch st := state(c.place(o.place).state.Load()); {
	case st.phase() != live || !c.lives(st.owner()):
		c.recover()
	case c.place(o.place).maxLag.Load() > 0:
		c.evict(o.place)
	}
}

// describe says who is in the way, and what it does.
func (c *core) describe(o obstacle) (who, what string) {
	switch {
	case o == nothing:
		return "", "nothing is published"
	case o.open >= 0:
		return c.whoClaims(o.open)
	}
	p := c.place(o.place)
	st := state(p.state.Load())
	who = fmt.Sprintf("consumer %d%s", o.place, quoted(p.name.load()))
	if st.phase() == held {
		who += ", which died and is waited for,"
	} else {
		who += " of " + c.process(st.owner())
	}
	end, _ := c.claimed()
	return who, fmt.Sprintf("is %d behind", max(0, end-p.position.Load()))
}

// whoClaims names the producer that has claimed seq, or is about to, and has not published it: a
// record comes before its claim.
func (c *core) whoClaims(seq int64) (who, what string) {
	i, st := c.coveredBy(seq, nil)
	if i == nobody {
		return "", fmt.Sprintf("sequence %d was claimed by a process that is dead and not recovered yet", seq)
	}
	who = fmt.Sprintf("producer %d%s of %s", i, quoted(c.record(i).name.load()), c.process(st.owner()))
	return who, fmt.Sprintf("has claimed %d, or is about to, and not published it", seq)
}

// process names the owner of an attachment.
func (c *core) process(i int) string {
	if i < 0 || i >= c.geometry.Processes {
		return "nobody"
	}
	a := c.attachment(i)
	who := fmt.Sprintf("process %d%s", a.pid.Load(), quoted(a.name.load()))
	if !c.lives(i) {
		who += ", which is dead and not recovered yet,"
	}
	return who
}

func quoted(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" %q", name)
}
