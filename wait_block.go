package disruptor

import "time"

// BlockWait spins and yields for a short while and then parks the goroutine until the position
// it waits for is reached: an idle ring uses no CPU. It is the default. Some waits of a consumer
// yield before they spin: those after a wait that ended with a yield or a park, many if the ring
// has as many consumers as there are processors, and one now and then if it has other consumers.
// Any goroutine may share the value.
//
// A sleeper costs the goroutine that wakes it about as much as a channel does. Publish and Done
// otherwise pay one load of a word that seldom changes, on amd64 with Linux and without Fence. They
// also look for sleepers, after a locked instruction, until some 8,000 events have come after the
// last park. On other systems and CPUs they always look, and a Done does with Config.Clear.
type BlockWait struct {
	// Spin is about how long a wait looks before it parks, not counting what other goroutines do
	// when it yields to them. A negative Spin parks at once. More than a wake-up takes, some
	// 10 µs, is seldom worth it. 0 means 5 µs, and at times 85 µs: a consumer that finds 1,024
	// events or more when it is woken has slept while a stream went on, so it looks for longer
	// from then on, until it parks nevertheless.
	Spin time.Duration
	// Set Fence if unrelated threads of the process must not be interrupted. Publish and Done
	// then order their stores and their looks for sleepers by a locked instruction. Otherwise,
	// on amd64 with Linux, when a goroutine parks after thousands of events during which none
	// did, the kernel interrupts the other threads of this process. That costs the goroutine and
	// each of them some microseconds.
	Fence bool
}

// Idle returns what BlockWait does at the n-th empty look, if each look before it took one Spin.
func (b BlockWait) Idle(n int) Action {
	s := newStrategy(b)
	return Action(s.Action(n, int64(n)))
}
