package disruptor

import "sync"

// A hookPoint is a place between two accesses of the protocol to shared words, or after one step
// of a walk. There a test counts, or forces an order of events that seldom happens. See
// debug_on.go.
type hookPoint uint8

const (
	pointAvail    hookPoint = iota // boundary has one avail, and has not read the next
	pointBoundary                  // publishedEnd has a boundary, and has not walked yet
	pointWalked                    // publishedEnd has walked, and has not raised published
	pointListed                    // slowest has the list, and has not read the positions in it
	pointGate                      // slowest has the positions, and has not read the list again
	pointJoined                    // a joiner is in the list, and has not looked at what is published
	pointLeaving                   // a leaver has raised published, and is still in the list
	pointClaimed                   // a Single producer has stored its claim, and has not looked at closed
	pointAsked                     // Close has asked a served consumer to leave, and has not woken it
	pointFollowed                  // following visits a member
	pointFound                     // a worker has found slots, and has not taken them
	pointBehind                    // a worker has found the tail below its run, and has not stored the mark
	pointFinished                  // a worker has stored the tail or the mark of its run, and has not looked on
	pointHelping                   // a worker has read the tail and the mark there, and has not moved the tail
	pointSettling                  // a worker has read all seats, and has not moved the position
	pointBlocked                   // a worker has found that the position has not come to the barrier
	pointWatching                  // the worker that watches knows where to sleep, and is not registered
	pointPush                      // push has found a target, and has not moved the member
	pointPeeked                    // a lossy consumer has seen that there is something, and is not pinned
	pointPinned                    // it is pinned, and has not looked at what there is
	pointEmpty                     // a consumer in a select has found nothing, and its signal is not registered
	pointSignal                    // the signal is registered, and the consumer has not looked again
	pointServing                   // Run has begun its handlers, and does not hear the end of its context yet
	pointOver                      // Run knows that the ring has ended, and does not wait for its handlers yet
)

// handled knows which goroutines serve consumers: they must not wait for their own ring. It is used
// with disruptor_debug only.
type handled struct {
	mu    sync.Mutex
	names map[int64]string // of the consumer that a goroutine serves
	lossy map[int64]bool   // no claim waits for it
}

func (h *handled) enter(goroutine int64, name string, lossy bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.names == nil {
		h.names, h.lossy = map[int64]string{}, map[int64]bool{}
	}
	h.names[goroutine], h.lossy[goroutine] = name, lossy
}

func (h *handled) leave(goroutine int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.names, goroutine)
	delete(h.lossy, goroutine)
}

// refuse panics if this goroutine serves a consumer, because the call named by what would wait for
// itself. lossy says that it would do so for a lossy consumer too.
func (h *handled) refuse(what string, lossy bool) {
	h.mu.Lock()
	name, found := "", false
	if len(h.names) > 0 {
		me := goroutineID()
		name, found = h.names[me]
		found = found && (lossy || !h.lossy[me])
	}
	h.mu.Unlock()
	if found {
		panicf("the handler of consumer %q %s, and would wait for itself", name, what)
	}
}
