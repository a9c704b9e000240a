package disruptor

import (
	"fmt"
	"unsafe"

	"github.com/be395dad/disruptor/internal/machine"
)

// hotWords are the ring's shared words, grouped by the goroutines that write them. Each group has a
// stride to itself.
type hotWords struct {
	claim  *word // the end of the last claim; Multi: and closedBit
	cursor *word // Single: the end of what is published or aborted, instead of marks

	end    *word // no sequence at or above it will ever be published; never while the ring is open
	closed *word // not 0: a Single producer may claim no more
	failed *word // not 0: stop now, do not drain

	published *word // the highest boundary that a look at what is published, or a leaver, has stored

	cleared  *word // Config.Clear: slots below it are zeroed; the producers' gate
	clearing *word // Config.Clear: requests for clearing that are not served yet

	raised     *word // of the alert; 0: nobody sleeps
	wantedMark *word // the lowest boundary at which a reader sleeps
	wantedRoom *word // the gate for which the first claim in the queue sleeps
	queued     *word // how many claims are in the queue
	handedOn   *word // Multi: not 0: a handle has published or aborted what it did not claim last

	lastAborted *word // the greatest end of an aborted range
}

func newHotWords() hotWords {
	a := newArena(6)
	at := func(group, i int) *word { return (*word)(unsafe.Add(a.group(group), machine.WordBytes*i)) }
	return hotWords{
		claim: at(0, 0), cursor: at(0, 1),
		end: at(1, 0), closed: at(1, 1), failed: at(1, 2),
		published: at(2, 0),
		cleared:   at(3, 0), clearing: at(3, 1),
		raised: at(4, 0), wantedMark: at(4, 1), wantedRoom: at(4, 2), queued: at(4, 3), handedOn: at(4, 4),
		lastAborted: at(5, 0),
	}
}

func newMemberWords() *memberWords { return (*memberWords)(newArena(1).group(0)) }

// overflowWords count the events for which Senders found no room, by what became of them.
type overflowWords struct{ dropped, inlined, timedOut word }

func newOverflowWords() *overflowWords { return (*overflowWords)(newArena(1).group(0)) }

// allocate makes n slots and, for Multi, their marks. It touches each page of them: otherwise the
// first lap would pay for the page faults.
func allocate[T any](n int, producers Producers) (slots []T, m marks, err error) {
	var zero T
	size := int(unsafe.Sizeof(zero))
	defer func() {
		if recover() != nil { // make panics if the address space is too small, and only make knows its limit
			slots, err = nil, fmt.Errorf("%w: %d slots of %d bytes exceed the address space", ErrCapacity, n, size)
		}
	}()
	slots = make([]T, n)
	if size > 0 {
		for i := 0; i < n; i += max(1, pageSize/size) {
			slots[i] = zero
		}
	}
	if producers == Multi {
		m = newMarks(n)
	}
	return slots, m, nil
}
