package disruptor

import (
	"context"
	"time"

	"github.com/be395dad/disruptor/internal/waiting"
)

// A WaitStrategy says what a goroutine does while it waits. The loop around it, the context,
// Close and parking belong to the ring, so no strategy can lose a wake-up or overrun a context.
// An Idle that blocks delays its goroutine by as long.
//
// The built-in strategies are [SpinWait], [YieldWait], [SleepWait] and [BlockWait], as values or
// pointers. Any other type with an Idle method is user-defined, even one that embeds a built-in
// strategy: the ring calls its Idle, and ignores the fields of what it embeds. All goroutines of
// a ring share the strategy and call it at once.
type WaitStrategy interface {
	// Idle returns what to do at the n-th empty look of one wait. n counts from 0; after some
	// billion looks it falls back to half of that.
	Idle(n int) Action
}

// An Action is one step of a wait: [Spin], [Yield], [Park], or a [Sleep].
type Action int64

const (
	// Spin executes the CPU's spin hint for about 30 ns, during which the sibling hyper-thread
	// runs and the cache line waited for is left alone. The first looks of a wait may rest for
	// longer, up to [Config.Backoff], where events come as fast as they are taken. With
	// GOMAXPROCS at 1, or under a cgroup's quota of one CPU or less, Spin yields instead.
	Spin Action = 0
	// Yield lets other goroutines run, with runtime.Gosched.
	Yield Action = -1
	// Park sleeps until what is waited for has come. A consumer may wake early; Idle is then
	// called again, with a higher n. A claim that has parked stays in the queue of claims, and
	// Idle is not called for it again.
	Park Action = -2
)

// Sleep returns the action that sleeps for d, or until the context of the wait or the ring ends.
// What the goroutine waits for does not wake it; neither does Close of a consumer that Run
// serves. If d is 0 or less, Sleep returns Yield.
func Sleep(d time.Duration) Action {
	if d <= 0 {
		return Yield
	}
	return Action(d)
}

func init() {
	waiting.StrategyOf = func(s any) waiting.Strategy {
		known, _ := s.(WaitStrategy)
		return newStrategy(known)
	}
}

// newStrategy returns what waits use for a WaitStrategy. They tell the built-in ones apart by
// kind, without a call through the interface.
func newStrategy(s WaitStrategy) waiting.Strategy {
	switch s := s.(type) {
	case nil:
		return newStrategy(BlockWait{})
	case SpinWait:
		return waiting.Strategy{Kind: waiting.KindSpin}
	case YieldWait:
		return waiting.Strategy{Kind: waiting.KindYield}
	case SleepWait:
		return waiting.Strategy{Kind: waiting.KindSleep, Max: s.Max}
	case BlockWait:
		return waiting.Strategy{
			Kind: waiting.KindBlock, Parks: true, Fence: s.Fence,
			Spins: waiting.SpinsFor(s.Spin), Extra: waiting.ExtraFor(s.Spin),
		}
	case *SpinWait:
		return newStrategy(pointed(s))
	case *YieldWait:
		return newStrategy(pointed(s))
	case *SleepWait:
		return newStrategy(pointed(s))
	case *BlockWait:
		return newStrategy(pointed(s))
	default:
		ask := func(n int) waiting.Action { return waiting.Action(s.Idle(n)) }
		return waiting.Strategy{Kind: waiting.KindUser, Parks: true, User: ask}
	}
}

func pointed[S any](s *S) S {
	if s == nil {
		panicf("Config.Wait is a nil %T", s)
	}
	return *s
}

// checkContext panics itself. A call of panicf might return, for all that the compiler knows, and fast paths would
// save their arguments for what follows.
func checkContext(ctx context.Context) {
	if ctx == nil {
		panic("disruptor: nil context")
	}
}
