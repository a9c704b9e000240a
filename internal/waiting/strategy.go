// Package waiting implements what a wait does between two looks: it asks a strategy, spins, yields, sleeps and
// watches the context. The caller looks and parks.
package waiting

import (
	"time"

	"github.com/be395dad/disruptor/internal/machine"
)

// An Action is one step of a wait: [Spin], [Yield], [Park], or how long to sleep, in nanoseconds.
type Action int64

const (
	Spin  Action = 0  // execute spin hints
	Yield Action = -1 // let other goroutines run
	Park  Action = -2 // sleep until what is waited for has come
)

// Kind tells strategies apart without a call through an interface.
type Kind uint8

const (
	KindSpin Kind = iota
	KindYield
	KindSleep
	KindBlock
	KindUser // user-defined
)

// StrategyOf returns the strategy that a disruptor.WaitStrategy, or nil, stands for. Package disruptor sets
// it, and package shm calls it.
var StrategyOf func(s any) Strategy

// A Strategy says what to do at each empty look. It must not change once a wait has begun with it.
type Strategy struct {
	Kind  Kind
	Parks bool               // a wait may park, so a goroutine that moves a position looks for sleepers
	Fence bool               // a goroutine that looks for sleepers fences first
	Spins int64              // KindBlock: how many before it parks
	Extra int64              // KindBlock: how many more in a patient wait
	Max   time.Duration      // KindSleep: the longest sleep; 0 or less means 1 ms
	User  func(n int) Action // KindUser
}

// yieldPeriod is how many looks separate two calls of Gosched in Yielding. After 30, about a
// microsecond, a bystander's timer overran by 2 µs at the median, after 1,000 by 20 µs, without any
// Gosched by 19 ms (2 cores, both with a spinner); Gosched itself costs 150 ns when nobody else
// wants to run.
const (
	yieldPeriod = 30
	spinPeriod  = 1000
)

// Action returns what to do at the n-th look of a wait that has spun for spun Spins. One look may take
// several Spins. The budget of KindBlock is a time, so it is counted in Spins.
func (s *Strategy) Action(n int, spun int64) Action {
	switch s.Kind {
	case KindSpin:
		return Spinning(n)
	case KindYield:
		return Yielding(n)
	case KindSleep:
		return Sleeping(n, s.Max)
	case KindBlock:
		if spun >= s.Spins {
			return Park
		}
		return Yielding(n)
	default:
		return s.User(n)
	}
}

// Spinning returns what KindSpin does at the n-th empty look.
func Spinning(n int) Action {
	if n%spinPeriod == spinPeriod-1 {
		return Yield
	}
	return Spin
}

// Yielding returns what KindYield does at the n-th empty look.
func Yielding(n int) Action {
	if n%(yieldPeriod+1) == yieldPeriod {
		return Yield
	}
	return Spin
}

// Sleeping returns what KindSleep does at the n-th empty look: for 100 looks it does what KindYield does, and
// then it sleeps for 1 µs, 2 µs, 4 µs and so on, up to longest, or up to 1 ms if longest is 0 or less.
func Sleeping(n int, longest time.Duration) Action {
	const looks = 100
	if n < looks {
		return Yielding(n)
	}
	if longest <= 0 {
		longest = time.Millisecond
	}
	if doublings := n - looks; doublings < 20 {
		longest = min(time.Microsecond<<doublings, longest)
	}
	return Action(longest)
}

const blockSpin = 5 * time.Microsecond

// SpinsFor returns how many Spins KindBlock spends before it parks if it looks for d. 0 stands for 5 µs, and
// a negative value for none.
func SpinsFor(d time.Duration) int64 {
	switch {
	case d < 0:
		return 0
	case d == 0:
		return int64(blockSpin / machine.SpinTime)
	}
	return int64(d/machine.SpinTime) + 1
}
