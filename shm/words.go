package shm

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// These structs lie in the file behind the header. Every word that one process writes and another
// reads is atomic. A word that is written often is alone on 128 bytes. The offsets are those of the
// format, in internal/ringfile: offsets.go compares them.

// control is the control block; a ring has one.
type control struct {
	cursor  atomic.Int64 // the end of what is claimed; its sign bit: the ring is closed
	_       [120]byte
	members atomic.Uint64 // a bit for each place that the gate goes by
	// A bit for each attachment whose process does not fence before its looks for sleepers.
	unfenced atomic.Uint64
	_        [112]byte
	failure  atomic.Uint64 // why the ring has failed; 0: it hasn't
	closing  atomic.Uint64 // 1: the ring is closed or about to be, as the cursor says
	_        [112]byte
	event    eventcount // something was published, lost or aborted, or the ring has ended

	lost, aborted, evicted, recoveries atomic.Int64
	lastGap                            atomic.Int64 // the end of the last lost or aborted sequence, or beyond
	_                                  [88]byte
}

// An attachment is a process that uses the ring. Its lock says whether it lives.
type attachment struct {
	state    atomic.Uint64 // 0: free
	pid      atomic.Uint64
	attached atomic.Int64 // nanoseconds since 1970, to look at only
	name     text
	_        [64]byte
}

// A record is the entry of a producer. It says who the producer is, and what it owns or is about
// to own.
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
	// What happens when its process dies; stored while joining.
	policy atomic.Uint64
	grace  atomic.Int64 // nanoseconds
	maxLag atomic.Int64 // 0: must not be evicted while it lives
	died   atomic.Int64 // on the monotonic clock, in nanoseconds; while held
	// The consumers it follows. The version is odd while they change.
	version atomic.Uint64
	name    text
	_       [40]byte
	after   [ringfile.MaxAfter]atomic.Uint64 // epoch<<8 | index+1
}

// text is a short text. It may be read while it is written: a torn one only misleads people.
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
	return ringfile.Name(b[:])
}

// The state of a place, a record or an attachment is one word: its phase, its owner, and an epoch
// that counts its owners.
type state ringfile.State

type phase = ringfile.Phase

const (
	free     = ringfile.Free
	joining  = ringfile.Joining
	live     = ringfile.Live
	leaving  = ringfile.Leaving
	held     = ringfile.Held
	expelled = ringfile.Expelled
	returned = ringfile.Returned
)

const nobody = ringfile.Nobody

func stateOf(epoch uint64, owner int, p phase) state { return state(ringfile.StateOf(epoch, owner, p)) }

func (s state) phase() phase  { return ringfile.State(s).Phase() }
func (s state) owner() int    { return ringfile.State(s).Owner() }
func (s state) epoch() uint64 { return ringfile.State(s).Epoch() }

// to returns s in another phase.
func (s state) to(p phase) state { return s&^0xff | state(p) }

// by returns s with another owner.
func (s state) by(owner int) state { return stateOf(s.epoch(), owner, s.phase()) }

type mark = ringfile.Mark

func published(seq int64) mark { return ringfile.Published(seq) }
func gap(seq int64) mark       { return ringfile.Gap(seq) }
