package disruptor

import (
	"context"
	"runtime"
	"time"
)

// A WaitStrategy says what a goroutine does while what it waits for has not come. The loop around it, the context,
// Close and the parking belong to the ring, so no strategy can lose a wake-up, hang or overrun a context.
//
// The built-in strategies are SpinWait, YieldWait, SleepWait and BlockWait. An own strategy is any value with an
// Idle method; it is shared by all goroutines of a ring and called by several of them at once.
type WaitStrategy interface {
	// Idle returns what to do at the n-th empty look of one wait, counted from 0.
	Idle(n int) Action
}

// An Action is one step of a wait: Spin, Yield, Park, or a Sleep.
type Action int64

const (
	// Spin executes the CPU's spin hint for about 30 ns, during which the sibling hyper-thread runs and the cache line
	// waited for is left alone; at the first looks of a wait for up to half a microsecond, where events come as fast as
	// they are taken. With GOMAXPROCS at 1, or under a cgroup's quota of one CPU or less, it yields instead.
	Spin Action = 0
	// Yield lets other goroutines run, by runtime.Gosched.
	Yield Action = -1
	// Park sleeps until what is waited for has come. A consumer may wake early; Idle is then asked again, with a higher
	// n. A claim that has parked stays in the queue of claims, and Idle is asked no more.
	Park Action = -2
)

// Sleep is the action that sleeps for d, or until the context of the wait or the ring ends. It is not woken by what
// it waits for, nor by Close of a consumer that Run serves. A d of 0 or less is Yield.
func Sleep(d time.Duration) Action {
	if d <= 0 {
		return Yield
	}
	return Action(d)
}

// idling is a ring's strategy. The built-in ones are told apart by kind, without a call through the interface.
type idling struct {
	kind  waitKind
	parks bool // a wait may park, so who moves a position has to look for sleepers
	fence bool // BlockWait.Fence
	looks int  // BlockWait: Spins before it parks
	rests int  // the most Spins between two looks of a consumer
	max   time.Duration
	own   WaitStrategy
}

type waitKind uint8

const (
	waitSpin waitKind = iota
	waitYield
	waitSleep
	waitBlock
	waitOwn
)

func newIdling(s WaitStrategy) idling {
	switch s := s.(type) {
	case nil:
		return newIdling(BlockWait{})
	case SpinWait:
		return idling{kind: waitSpin}
	case YieldWait:
		return idling{kind: waitYield}
	case SleepWait:
		return idling{kind: waitSleep, max: s.max()}
	case BlockWait:
		return idling{kind: waitBlock, parks: true, fence: s.Fence, looks: s.looks()}
	default:
		return idling{kind: waitOwn, parks: true, own: s}
	}
}

// A wait is one wait of one goroutine, from its first empty look to its end.
type wait struct {
	idling   *idling
	ctx      context.Context
	over     <-chan struct{} // closed when the ring has ended
	deadline time.Time       // zero: none
	n        int             // looks so far
	spins    int             // Spins before the first look: 1, for a consumer up to idling.rests; each empty look halves them
	spun     int             // Spins so far, each about spinTime
	checked  int             // of them, before the last look at the context
	parked   bool            // has slept, and its end has not come
}

// action asks the strategy. A look may stand for several Spins; BlockWait's budget is in those.
func (w *wait) action() Action {
	switch s := w.idling; s.kind {
	case waitSpin:
		return spinAction(w.n)
	case waitYield:
		return yieldAction(w.n)
	case waitSleep:
		return sleepAction(w.n, s.max)
	case waitBlock:
		if w.spun >= s.looks {
			return Park
		}
		return yieldAction(w.n)
	default:
		return s.own.Idle(w.n)
	}
}

func checkContext(ctx context.Context) {
	if ctx == nil {
		panicf("nil context")
	}
}

func newWait(s *idling, ctx context.Context, over <-chan struct{}) wait {
	w := wait{idling: s, ctx: ctx, over: over, spins: 1}
	w.deadline, _ = ctx.Deadline()
	return w
}

const (
	// contextPeriod is how many Spins pass between two looks at the context and the clock: about a microsecond.
	contextPeriod = 32
	// fewSlots found by hitsPerRest looks in a row are answered by a rest.
	fewSlots    = 64
	hitsPerRest = 3
	// restPeriod is how many Spins of a long rest pass between two calls of Gosched.
	restPeriod = 8

	defaultBackoff = 500 * time.Nanosecond
	maxBackoff     = time.Millisecond
)

// restsFor returns how many Spins a consumer rests at most for Config.Backoff.
func restsFor(backoff time.Duration) int {
	switch {
	case backoff > maxBackoff:
		panicf("Backoff of %v: more than %v", backoff, maxBackoff)
	case backoff < 0:
		return 1
	case backoff == 0:
		backoff = defaultBackoff
	}
	return int(max(backoff/spinTime, 1))
}

// idle does what the strategy says at the next empty look. It reports that the caller has to park, or that the
// context has ended.
func (w *wait) idle() (park bool, err error) {
	action := w.action()
	spins := max(w.spins>>min(w.n, 62), 1)
	w.n++
	w.spun += spins
	if w.spun-w.checked >= contextPeriod || action != Spin {
		w.checked = w.spun
		if err := w.expired(); err != nil {
			return false, err
		}
	}
	switch {
	case action == Spin && procs.load() > 1:
		w.rest(spins)
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

// rest executes Spins. A rest of more than a microsecond leaves the processor to others, but with SpinWait. It is bounded
// by a count, because the clock may stand still.
func (w *wait) rest(spins int) {
	if spins <= contextPeriod || w.idling.kind == waitSpin {
		pause(spins * hintsPerSpin)
		return
	}
	begin := time.Now()
	for n := 0; n < spins && time.Since(begin) < time.Duration(spins)*spinTime; n += restPeriod {
		runtime.Gosched()
		pause(restPeriod * hintsPerSpin)
	}
}

// adapt returns the first rest of the next wait of this consumer, which has found that many slots at its end. More than
// one after a look or two means that a producer publishes faster than the consumer looks: each look then takes the line
// away from it, for few events. To look half as often makes both faster. A single one is an answer, or an event that came
// by itself, and is waited for closely; so is what comes after several empty looks, each of which halves the rest.
func (w *wait) adapt(found, capacity int64) int {
	if found > 1 && w.n <= 2 && found <= capacity/4 {
		return min(2*w.spins, w.idling.rests)
	}
	return max(w.spins>>max(w.n-2, 1), 1)
}

// expired returns the cause if the context has ended. The deadline is compared with the clock, because with every P
// spinning nobody runs the timer that would end the context.
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

// yieldToTimer lets the context's timer run, which knows the cause. The timer may be another P's, and that P busy, so it
// is waited for half a millisecond and a few yields; and if the clock stands still, as in a test's bubble, many more of
// them: the system may have stopped the other P's thread for some milliseconds.
func (w *wait) yieldToTimer() {
	begin := time.Now()
	for n := 0; w.ctx.Err() == nil && n < 1_000_000 && (n < 16 || time.Since(begin) < 500*time.Microsecond); n++ {
		runtime.Gosched()
	}
}

// sleep sleeps for d, no longer than to the deadline. A short sleep can't be interrupted; a long one ends with the
// context and with the ring.
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

// procs caches how many goroutines can run at once: GOMAXPROCS, which takes a lock, or 1 under a quota that lets no two
// run all the time. It is refreshed by New, after each Sleep and with one park in procsPeriod: often enough, since every
// strategy yields now and then even if it believes that there are more processors.
var procs word

const procsPeriod = 64

func refreshProcs() {
	n := runtime.GOMAXPROCS(0)
	if quota := cpuQuota(); quota > 0 && quota <= 1 {
		n = 1
	}
	procs.store(int64(n))
}
