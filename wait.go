package disruptor

import (
	"context"
	"runtime"
	"time"
)

// A WaitStrategy says what a goroutine does while what it waits for has not come. The loop around
// it, the context, Close and the parking belong to the ring, so no strategy can lose a wake-up or
// overrun a context. An Idle that blocks delays what its goroutine waits for by as long.
//
// The built-in strategies are [SpinWait], [YieldWait], [SleepWait] and [BlockWait], as values or
// pointers. Any other type with an Idle method is user-defined, also one that embeds a built-in
// strategy: the ring asks its Idle, and no field of what it embeds has an effect of its own. All
// goroutines of a ring share it and call it at once.
type WaitStrategy interface {
	// Idle returns what to do at the n-th empty look of one wait. n counts from 0; after some
	// billion looks it falls back to half of that.
	Idle(n int) Action
}

// An Action is one step of a wait: [Spin], [Yield], [Park], or a [Sleep].
type Action int64

const (
	// Spin executes the CPU's spin hint for about 30 ns, during which the sibling hyper-thread runs
	// and the cache line waited for is left alone. The first looks of a wait may rest for longer,
	// up to Config.Backoff, where events come as fast as they are taken. With GOMAXPROCS at 1, or
	// under a cgroup's quota of one CPU or less, Spin yields instead.
	Spin Action = 0
	// Yield lets other goroutines run, by runtime.Gosched.
	Yield Action = -1
	// Park sleeps until what is waited for has come. A consumer may wake early; Idle is then asked
	// again, with a higher n. A claim that has parked stays in the queue of claims, and Idle is
	// asked no more.
	Park Action = -2
)

// Sleep is the action that sleeps for d, or until the context of the wait or the ring ends. What the
// goroutine waits for does not wake it, nor does Close of a consumer that Run serves. A d of 0 or
// less is Yield.
func Sleep(d time.Duration) Action {
	if d <= 0 {
		return Yield
	}
	return Action(d)
}

// strategy is a ring's WaitStrategy. The built-in ones are told apart by kind, without a call
// through the interface.
type strategy struct {
	kind  waitKind
	parks bool      // a wait may park, so whoever moves a position has to look for sleepers
	fence bool      // BlockWait.Fence
	spins int64     // BlockWait: how many before it parks
	sleep SleepWait // SleepWait
	user  WaitStrategy
}

type waitKind uint8

const (
	waitSpin waitKind = iota
	waitYield
	waitSleep
	waitBlock
	waitUser
)

func newStrategy(s WaitStrategy) strategy {
	switch s := s.(type) {
	case nil:
		return newStrategy(BlockWait{})
	case SpinWait:
		return strategy{kind: waitSpin}
	case YieldWait:
		return strategy{kind: waitYield}
	case SleepWait:
		return strategy{kind: waitSleep, sleep: s}
	case BlockWait:
		return strategy{kind: waitBlock, parks: true, fence: s.Fence, spins: s.spins()}
	case *SpinWait:
		return newStrategy(pointed(s))
	case *YieldWait:
		return newStrategy(pointed(s))
	case *SleepWait:
		return newStrategy(pointed(s))
	case *BlockWait:
		return newStrategy(pointed(s))
	default:
		return strategy{kind: waitUser, parks: true, user: s}
	}
}

func pointed[S any](s *S) S {
	if s == nil {
		panicf("Config.Wait is a nil %T", s)
	}
	return *s
}

// action returns what to do at the n-th look of a wait that has spun for that many Spins. A look may
// stand for several of them; BlockWait's budget is a time, and so counted in Spins.
func (s *strategy) action(n int, spun int64) Action {
	switch s.kind {
	case waitSpin:
		return SpinWait{}.Idle(n)
	case waitYield:
		return YieldWait{}.Idle(n)
	case waitSleep:
		return s.sleep.Idle(n)
	case waitBlock:
		if spun >= s.spins {
			return Park
		}
		return YieldWait{}.Idle(n)
	default:
		return s.user.Idle(n)
	}
}

// A wait is one wait of one goroutine, from its first empty look to its end.
type wait struct {
	strategy *strategy
	ctx      context.Context
	over     <-chan struct{} // closed when the ring has ended
	deadline time.Time       // zero: none
	n        int             // looks so far, or as many less as nextLook has taken back
	spins    int             // Spins before the first look; each empty look halves them
	spun     int64           // Spins so far, each about machine.SpinTime
	checked  int64           // of them, before the last look at the context
	parked   bool            // has slept, and its end has not come
	queued   bool            // is in the queue of claims: to park is all that is left to do
}

const (
	// contextPeriod is how many Spins pass between two looks at the context and the clock: about a
	// microsecond.
	contextPeriod = 32

	// looksPeriod is a multiple of the periods of all built-in strategies, and mostLooks one of it.
	// A wait that has looked that often counts on from half of it, so that it neither overflows an
	// int of 32 bits nor starts again as if it had just begun.
	looksPeriod = spinPeriod * (yieldPeriod + 1)
	mostLooks   = looksPeriod * 34_000 // 1.05e9

	// procsLooks is how many looks pass between two of a wait that never sleeps at GOMAXPROCS: about
	// a millisecond.
	procsLooks = 1 << 15
)

func checkContext(ctx context.Context) {
	if ctx == nil {
		panicf("nil context")
	}
}

// begin begins a wait of which the first rest takes that many Spins.
func (w *wait) begin(s *strategy, ctx context.Context, over <-chan struct{}, spins int) {
	w.strategy, w.ctx, w.over, w.spins = s, ctx, over, spins
	w.deadline, _ = ctx.Deadline()
}

// step does what the strategy says at the next empty look. It reports that the caller has to park,
// or that the context has ended.
func (w *wait) step() (park bool, err error) {
	action := Park
	if !w.queued {
		action = w.strategy.action(w.n, w.spun)
	}
	spins := max(w.spins>>min(w.n, 62), 1)
	w.nextLook()
	w.spun += int64(spins)
	if w.spun-w.checked >= contextPeriod || action != Spin {
		w.checked = w.spun
		if err := w.expired(); err != nil {
			return false, err
		}
	}
	switch {
	case action == Spin && procs.load() > 1:
		w.strategy.rest(spins)
	case action == Spin || action == Yield:
		runtime.Gosched()
	case action == Park:
		return true, nil
	case action > 0:
		w.sleep(time.Duration(action))
	default:
		panicf("WaitStrategy.Idle returned the unknown action %d", action)
	}
	return false, nil
}

func (w *wait) nextLook() {
	if w.n++; w.n == mostLooks {
		w.n = mostLooks / 2
	}
	if w.n&(procsLooks-1) == 0 {
		refreshProcs()
	}
}

// expired returns the cause if the context has ended. The deadline is compared with the clock,
// because with every P spinning nobody runs the timer that would end the context.
func (w *wait) expired() error {
	if w.ctx.Err() == nil {
		if w.deadline.IsZero() || time.Until(w.deadline) > 0 {
			return nil
		}
		w.yieldToTimer()
	}
	if cause := context.Cause(w.ctx); cause != nil {
		return cause
	}
	return context.DeadlineExceeded
}

// yieldToTimer lets the context's timer run, which knows the cause. The timer may be another P's,
// and that P busy, so it is waited for half a millisecond and a few yields; and if the clock stands
// still, as in a test's bubble, many more of them: the system may have stopped the other P's thread
// for some milliseconds.
func (w *wait) yieldToTimer() {
	begin := time.Now()
	for n := 0; w.ctx.Err() == nil && n < 1_000_000 && (n < 16 || time.Since(begin) < 500*time.Microsecond); n++ {
		runtime.Gosched()
	}
}

// sleep sleeps for d, no longer than to the deadline. A short sleep can't be interrupted; a long one
// ends with the context and with the ring.
func (w *wait) sleep(d time.Duration) {
	refreshProcs()
	if !w.deadline.IsZero() {
		d = min(d, time.Until(w.deadline))
	}
	select {
	case <-w.over: // and can't interrupt any more: an open claim holds the end back, or a failure may come
		d = min(d, time.Millisecond)
	default:
	}
	if d <= time.Millisecond {
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.ctx.Done():
	case <-w.over:
	}
}

// procs caches how many goroutines can run at once: GOMAXPROCS, which takes a lock, or 1 under a
// quota that lets no two run all the time. It is refreshed by New, after each Sleep, by one park in
// procsPeriod and by one look in procsLooks: often enough, since every built-in strategy yields now
// and then even if it believes that there are more processors.
var procs word

const procsPeriod = 64

func refreshProcs() {
	n := runtime.GOMAXPROCS(0)
	if quota := cpuQuota(); quota > 0 && quota <= 1 {
		n = 1
	}
	procs.store(int64(n))
}
