package shm

import (
	"encoding/binary"
	"sync/atomic"
)

// What lies in the file behind the header. Every word that one process writes and another reads is
// atomic; words that are written often are alone on 128 bytes. The offsets are those of the format:
// a test has them, and so has docs/shm-format.md.

// control is one for the ring.
type control struct {
	cursor  atomic.Int64 // the end of what is claimed; its sign bit: the ring is closed
	_       [120]byte
	members atomic.Uint64 // a bit for each place that the gate goes by
	_       [120]byte
	failure atomic.Uint64 // why the ring has failed; 0: it hasn't
	lastGap atomic.Int64  // the end of the last lost or aborted sequence, or beyond
	_       [112]byte
	event   eventcount // something was published, lost or aborted, or the ring has ended

	lost, aborted, evicted, recoveries atomic.Int64
	_                                  [96]byte
}

// An attachment is a process that uses the ring. Its lock says whether it lives.
type attachment struct {
	state    atomic.Uint64 // 0: free
	pid      atomic.Uint64
	attached atomic.Int64 // nanoseconds since 1970, to look at only
	name     text
	_        [64]byte
}

// A record is the entry of a producer. It says what its producer owns or is about to own, and who that
// is.
type record struct {
	from, to atomic.Int64 // [from, to); from >= to: nothing
	_        [112]byte
	state    atomic.Uint64
	name     text
	_        [80]byte
}

// A place is the entry of a consumer.
type place struct {
	state    atomic.Uint64 // epoch, owner and what it is
	position atomic.Int64
	_        [112]byte
	event    eventcount // position has moved, or the place has been left

	evicted atomic.Uint64 // the epoch of the last consumer here that was evicted
	// What dies with it; stored while joining.
	policy atomic.Uint64
	grace  atomic.Int64 // nanoseconds
	maxLag atomic.Int64 // 0: not to be evicted while it lives
	died   atomic.Int64 // on the monotonic clock, in nanoseconds; while held
	// Whom it follows, changed between two steps of the version, which is odd meanwhile.
	version atomic.Uint64
	name    text
	_       [40]byte
	after   [maxAfter]atomic.Uint64 // epoch<<8 | index+1
}

// maxAfter is how many consumers another can follow directly.
const maxAfter = 16

// text is a short text. It is read while it may be written: a torn one only misleads people.
type text [maxName / 8]atomic.Uint64

func (t *text) store(s string) {
	var b [maxName]byte
	copy(b[:], s)
	for i := range t {
		t[i].Store(binary.LittleEndian.Uint64(b[i*8:]))
	}
}

func (t *text) load() string {
	var b [maxName]byte
	for i := range t {
		binary.LittleEndian.PutUint64(b[i*8:], t[i].Load())
	}
	n := 0
	for n < len(b) && b[n] != 0 {
		n++
	}
	return string(b[:n])
}

// The state of a place, a record or an attachment is one word: what it is, its owner, and an epoch that
// counts owners.
type state uint64

type phase uint8

const (
	free phase = iota
	joining
	live
	leaving
	held     // a dead consumer's place, kept for who comes back
	expelled // evicted while its owner lives, who hasn't seen it yet
	returned // its owner has, or nobody came back in time
)

func (p phase) String() string {
	if p <= returned {
		return [...]string{"free", "joining", "live", "leaving", "held", "evicted", "evicted"}[p]
	}
	return "unknown"
}

const nobody = -1

func stateOf(epoch uint64, owner int, p phase) state {
	return state(epoch<<24 | uint64(uint16(owner+1))<<8 | uint64(p))
}

func (s state) phase() phase  { return phase(s) }
func (s state) owner() int    { return int(uint16(s>>8)) - 1 }
func (s state) epoch() uint64 { return uint64(s) >> 24 }

// to returns s in another phase.
func (s state) to(p phase) state { return s&^0xff | state(p) }

// by returns s with another owner.
func (s state) by(owner int) state { return stateOf(s.epoch(), owner, s.phase()) }
