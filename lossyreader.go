package disruptor

import (
	"context"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A lossyReader is a lossy consumer without its type. It pins the slots that it finds, has them
// copied and unpins them before it returns. One goroutine uses it.
//
// pos is where it goes on; a push may have moved position beyond. Between two calls it has no
// slots in hand, so handed is not used.
type lossyReader struct {
	reader
	newest bool
	copy   func(from, to int64) // copies slots
	gap    int64                // first missed sequence that no call has reported yet; never: none
	found  int64                // slots found by the last take that returned something
	copied span                 // the range that the last take has returned
}

// joinLossy makes a lossy reader. Until it is pushed it sees the same events as a consumer that
// joins now.
func (c *core) joinLossy(name string, maxBatch int64) *lossyReader {
	m := newMember(name, &c.parking)
	m.lossy = newLossyWords()
	l := &lossyReader{
		reader: reader{
			finder: c.enter(m, nil), watch: c.watch,
			maxBatch: maxBatch, backoff: waiting.NewBackoff(c.rests, c.capacity, maxBatch),
		},
		gap: never,
	}
	l.pos = l.ready
	m.tallies.add(&l.tally)
	l.copied = span{l.pos, l.pos}
	m.lossy.taken.store(l.pos)
	if l.gone {
		m.position.store(l.pos)
	} else {
		c.unpin(m, l.ready, l.pos) // it was pinned until now, so no push has moved position
	}
	m.joined.store(1)
	return l
}

// peek reports whether a pin may find something, for a lossy consumer that goes on at pos:
// either more is published, or the consumer has been pushed. It holds nothing back, so the mark
// may be of a later lap; then it has been pushed.
func (f *finder) peek(pos int64) bool {
	switch {
	case f.gone:
		return false
	case f.ready > pos || f.member.position.load() != ^pos: // push edge
		return true
	case f.core.single:
		return f.core.cursor.load() > f.ready // publish edge
	}
	return f.core.reach(f.ready) > f.ready
}

// take copies the next slots and returns their range, and how many sequences before it were
// missed. The range is empty if there is nothing to copy, and after a failure. It is also empty
// after as many aborted ranges as the ring has slots, so that a wait looks at its context.
func (l *lossyReader) take() (from, to, missed int64) {
	l.copied = span{l.pos, l.pos}
	for n := l.core.capacity; n > 0 && l.core.failed.load() == 0 && l.peek(l.pos); n-- { // close edge
		point(pointPeeked)
		if from, to = l.takePinned(); to > from {
			missed, l.gap = from-min(from, l.gap), never
			l.copied = span{from, to}
			return from, to, missed
		}
	}
	return l.pos, l.pos, 0
}

// takePinned pins the member, copies the slots that it finds, and unpins the member. If it
// returns an empty range it has stepped over aborted slots, or learnt that it was pushed.
func (l *lossyReader) takePinned() (from, to int64) {
	m := l.member
	at := m.pin(l.pos)
	point(pointPinned)
	if at > l.pos {
		l.miss(at)
		l.ready = max(l.ready, at) // at is a boundary; below it, marks are of later laps
	}
	found := l.maxBatch
	if l.newest {
		found = l.core.capacity
	}
	l.extend(l.pos + found)
	if newest := l.ready - l.maxBatch; l.newest && newest > l.pos {
		l.miss(newest)
	}
	from, to = l.pos, min(l.ready, l.pos+l.maxBatch)
	if l.aborted > from {
		from = l.core.aborts.skip(from, l.ready)
		to = l.core.aborts.clean(from, min(l.ready, from+l.maxBatch))
	}
	if to > from {
		l.found = l.ready - from
		l.copy(from, to)
		l.tally.add(to - from)
		l.tally.saw(l.found)
	}
	l.count(from, to)
	l.pos = to
	l.core.unpin(m, l.ready, to)
	return from, to
}

// miss skips ahead to pos and notes the gap.
func (l *lossyReader) miss(pos int64) {
	l.gap = min(l.gap, l.pos)
	l.pos = pos
}

// count counts [from, to) as taken, and the aborted slots just before it as well. If sequences
// before those were missed, the aborted slots count as missed.
func (l *lossyReader) count(from, to int64) {
	words := l.member.lossy
	if l.gap == never {
		from = l.pos
	}
	taken := words.taken.load() + to - from
	words.taken.store(taken)
	if missed := to - taken; missed != words.missed.load() {
		words.missed.store(missed)
	}
}

// next waits until there is something to copy.
func (l *lossyReader) next(ctx context.Context) (from, to, missed int64, err error) {
	checkContext(ctx)
	if l.found < l.backoff.Few() && l.peek(l.pos) && l.backoff.Hit() {
		// Several calls have found few: rest before the pin, as other consumers do before they
		// hand out.
		l.core.parking.alert.relax()
		l.giveWay.Rest(&l.core.strategy, l.company(), l.backoff.Spins())
		defer l.adapt()
	}
	if from, to, missed = l.take(); to > from {
		return from, to, missed, nil
	}
	l.backoff.Miss()
	for {
		if err := l.await(ctx, l.pos); err != nil {
			return 0, 0, 0, err
		}
		if from, to, missed = l.take(); to > from {
			l.adapt()
			return from, to, missed, nil
		}
		// Only aborted slots came, or a push has moved it to the end of what is published.
		if ctx.Err() != nil {
			return 0, 0, 0, context.Cause(ctx)
		}
	}
}

func (l *lossyReader) adapt() { l.backoff.Adapt(l.found, 1) }
