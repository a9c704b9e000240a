package ringfile

import "bytes"

// Offsets of the words that change, from the beginning of their entry. Package shm lays its
// structs over them, and fails to compile if they differ.
const (
	ControlSize     = 640
	ControlCursor   = 0   // the end of what is claimed; its sign bit: the ring is closed
	ControlMembers  = 128 // a bit for each place that bounds the gate
	ControlUnfenced = 136 // a bit for each attachment whose process does not fence before it looks for sleepers
	ControlFailure  = 256
	ControlClosing  = 264 // 1: the ring is closed, or about to be: see the cursor
	ControlEvent    = 384 // eventcount
	ControlLost     = 512
	ControlAborted  = 520
	ControlEvicted  = 528
	ControlRecover  = 536 // recoveries
	ControlLastGap  = 544 // the end of the last lost or aborted sequence, or beyond

	EventSize      = 128
	EventCount     = 0
	EventConsumers = 8
	EventProducers = 16

	AttachmentSize  = 128
	AttachmentState = 0 // 0: free, 1: in use
	AttachmentPID   = 8
	AttachmentSince = 16 // nanoseconds since 1970
	AttachmentName  = 24

	RecordSize  = 256
	RecordFrom  = 0
	RecordTo    = 8
	RecordState = 128
	RecordName  = 136

	PlaceSize     = 512
	PlaceState    = 0
	PlacePosition = 8
	PlaceEvent    = 128 // eventcount
	PlaceEvicted  = 256 // the epoch of the last consumer here that was evicted
	PlacePolicy   = 264
	PlaceGrace    = 272 // nanoseconds
	PlaceMaxLag   = 280 // 0: never evicted while it lives
	PlaceDied     = 288 // while held: when it died, on the monotonic clock, in nanoseconds
	PlaceVersion  = 296
	PlaceName     = 304
	PlaceAfter    = 384 // MaxAfter words
)

// ClosedBit in the cursor says that the ring is closed. The rest of the word is the end of what is claimed.
const ClosedBit = -1 << 63

// Cursor splits the word at ControlCursor.
func Cursor(word int64) (end int64, closed bool) { return word &^ ClosedBit, word < 0 }

// The values of the word at ControlFailure.
const (
	Unfailed     = 0
	ConsumerDied = 1 // a consumer with the policy fail
	Corrupted    = 2
)

// Name returns the text in b, which ends at the first zero byte.
func Name(b []byte) string {
	if n := bytes.IndexByte(b, 0); n >= 0 {
		b = b[:n]
	}
	return string(b)
}

// A State is the word of a place or a record: its phase, its owner, and an epoch that counts
// owners.
type State uint64

// A Phase is the state of a place or a record in its life.
type Phase uint8

// The phases. A record is free, joining or live.
const (
	Free Phase = iota
	Joining
	Live
	Leaving
	Held     // the place of a dead consumer, kept for its successor
	Expelled // evicted while its owner lives, and the owner hasn't seen it yet
	Returned // evicted, and its owner has seen it, or no successor came in time
)

// String returns a word for people.
func (p Phase) String() string {
	if p <= Returned {
		return [...]string{"free", "joining", "live", "leaving", "held", "evicted", "evicted"}[p]
	}
	return "unknown"
}

// Nobody is the owner of a place or a record that has none.
const Nobody = -1

// StateOf returns the word for an epoch, an owner and a phase.
func StateOf(epoch uint64, owner int, p Phase) State {
	return State(epoch<<24 | uint64(uint16(owner+1))<<8 | uint64(p))
}

func (s State) Phase() Phase  { return Phase(s) }
func (s State) Owner() int    { return int(uint16(s>>8)) - 1 }
func (s State) Epoch() uint64 { return uint64(s) >> 24 }

// Upstream splits a word at PlaceAfter into the index of the place that is followed, or Nobody,
// and the epoch of its owner.
func Upstream(word uint64) (index int, epoch uint64) { return int(word&0xff) - 1, word >> 8 }

// A Mark says what became of the sequence that last had the slot. It is (sequence+1)*2 if it was
// published, and one more if readers must step over it. The marks of a slot never decrease.
type Mark int64

// Published returns the mark of a sequence that was published.
func Published(seq int64) Mark { return Mark(seq+1) << 1 }

// Gap returns the mark of a sequence that was lost or aborted.
func Gap(seq int64) Mark { return Published(seq) | 1 }

// Resolved reports whether seq has been published, lost or aborted.
func (m Mark) Resolved(seq int64) bool { return m>>1 > Mark(seq) }
