package shm

import (
	"slices"
	"unsafe"

	"github.com/be395dad/disruptor/internal/faults"
	"github.com/be395dad/disruptor/internal/machine"
)

// publish publishes [from, to), a part of the open claim. It is not inlined, so that the caller's
// accesses to the slots come before the call and thus before the marks (see machine.StoreRelease).
//
//go:noinline
func (p *claimer) publish(from, to int64) {
	p.check("Publish", from, to)
	base, mask, stride := p.core.markBase, p.core.mask, p.core.MarkStride
	for s := from; s < to; s++ {
		machine.StoreRelease(base, (s&mask)*stride, int64(published(s))) // publish edge
		faults.Point("marked")
	}
	p.settle(from, to)
}

// abort has readers step over [from, to), a part of the open claim. It counts slots one by one:
// after a kill in between, recovery counts the rest as lost.
func (p *claimer) abort(from, to int64) {
	p.check("Abort", from, to)
	p.core.raiseGap(to)
	for s := from; s < to; s++ {
		p.core.control.aborted.Add(1)
		p.core.mark(s).Store(int64(gap(s))) // publish edge
		faults.Point("marked")
	}
	p.settle(from, to)
}

// settle takes [from, to) off the open claim and wakes the goroutines waiting for it.
func (p *claimer) settle(from, to int64) {
	p.left -= to - from
	switch {
	case p.left > 0:
		p.note(from, to)
		if !p.unfenced {
			machine.Fence() // sleep edge: the marks are visible before the look for sleepers
		}
	case p.unfenced:
		machine.StoreRelease(unsafe.Pointer(&p.record.to), 0, 0) // record edge
	default:
		p.clear()
	}
	faults.Point("cleared")
	p.event.signal()
}

// check panics unless [from, to) is in the open claim and none of it is published or aborted.
func (p *claimer) check(method string, from, to int64) {
	if from < p.from || to > p.to || uint64(to-from)-1 >= uint64(p.left) || p.left < p.to-p.from && p.settled(from, to) {
		p.misused(method, from, to)
	}
	// So far about this program. A mark that says otherwise was stored by another process.
	if m := mark(p.core.mark(from).Load()); m.Resolved(from) {
		_ = p.core.corrupt("the mark of sequence %d is %d, and its producer has not published it", from, m)
	}
}

func (p *claimer) misused(method string, from, to int64) {
	if from == to {
		panicf("%s of an empty batch", method)
	}
	if p.left == 0 {
		panicf("%s of [%d, %d): no claim is open", method, from, to)
	}
	if from < p.from || to > p.to || to-from > p.left {
		panicf("%s of [%d, %d): the open claim is [%d, %d), and %d slots of it are left", method, from, to, p.from, p.to, p.left)
	}
	panicf("%s of [%d, %d), which was published or aborted already", method, from, to)
}

// settled reports whether any of [from, to) is published or aborted.
func (p *claimer) settled(from, to int64) bool {
	return slices.ContainsFunc(p.parts, func(part span) bool { return from < part.to && part.from < to })
}

// note notes that [from, to) is published or aborted.
func (p *claimer) note(from, to int64) {
	for i := range p.parts {
		switch part := &p.parts[i]; {
		case part.to == from:
			part.to = to
			return
		case part.from == to:
			part.from = from
			return
		}
	}
	p.parts = append(p.parts, span{from, to})
}

// raiseGap makes lastGap at least end. It comes before the marks, so a reader that passes a gap
// has seen it.
func (c *core) raiseGap(end int64) {
	for range maxAttempts {
		last := c.control.lastGap.Load()
		if last >= end || c.control.lastGap.CompareAndSwap(last, end) { // gap edge
			return
		}
	}
}
