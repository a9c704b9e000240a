package disruptor

import "time"

// BlockWait spins and yields for a short while and then parks the goroutine until the position it
// waits for is reached: an idle ring uses no CPU. A consumer whose last wait ended behind a yield or
// a park yields first, and one that has others beside it in the ring now and then. It is the
// default. Any goroutine may share the value.
//
// A sleeper costs the goroutine that wakes it about as much as a channel does. As long as nobody
// sleeps, Publish and Done pay one load of a word that seldom changes.
type BlockWait struct {
	// Spin is how long a wait looks before it parks, about, not counting what other goroutines do
	// when it yields to them; 0 means 5 µs, negative parks at once. Longer than a wake-up takes,
	// some 10 µs, is seldom worth it.
	Spin time.Duration
	// Set Fence if unrelated threads of the process must not be interrupted. Publish and Done then
	// order their stores and their looks for sleepers by a locked instruction. Otherwise, on amd64
	// with Linux, a goroutine that parks after thousands of events for which nobody did has the
	// kernel interrupt the other threads of this process, which costs it and each of them some
	// microseconds.
	Fence bool
}

// Idle is what BlockWait does at the n-th empty look, if each look before it took one Spin.
func (b BlockWait) Idle(n int) Action {
	s := newStrategy(b)
	return Action(s.Action(n, int64(n)))
}
