package disruptor

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// RunConfig configures [Ring.RunWith]. With the zero value RunWith does what [Ring.Run] does.
type RunConfig struct {
	// Watchdog is how long nothing may move while something is blocked. After that a warning is
	// logged with the text of [Ring.Explain], and another one only after something has moved. 0
	// means no watchdog.
	//
	// Blocked means that a claim waits for room, that a consumer waits for an open claim after
	// which others have published, or that the ring has ended and Run waits for its handlers. A
	// position moves only when a batch is handed back: choose more than the longest batch takes.
	// A consumer that joins or leaves is a move too. The ring is looked at four times in the
	// time of Watchdog, so a warning may be late by a quarter of it.
	Watchdog time.Duration
	// Logger gets the warnings, with the attributes "ring" and "explain"; nil means
	// slog.Default(). It may be slow, and may publish to the ring: nothing waits for it, not
	// even the end of Run.
	Logger *slog.Logger
}

// RunWith is [Ring.Run] with a configuration. It panics if Watchdog is negative.
func (r *Ring[T]) RunWith(ctx context.Context, cfg RunConfig) error {
	if cfg.Watchdog < 0 {
		panicf("Watchdog of %v", cfg.Watchdog)
	}
	if cfg.Watchdog > 0 {
		w := &watchdog{core: r.core, limit: cfg.Watchdog, logger: cfg.Logger, explain: r.Explain}
		stop := make(chan struct{})
		defer close(stop)
		go w.watch(ctx, stop)
	}
	return r.Run(ctx)
}

// A watchdog looks at a ring again and again, and warns when it is stuck.
type watchdog struct {
	core    *core
	limit   time.Duration
	logger  *slog.Logger
	explain func() string

	last  progress
	since time.Time // when last was first seen; zero: nobody was blocked
	looks int       // that have seen last since
	told  bool      // a warning has been logged since then
}

// watchdogLooks is how many looks the watchdog takes in its limit. That many must find the same:
// time alone also passes while the process does not run.
const watchdogLooks = 4

// progress is what changes when anything moves.
type progress struct {
	claimed, published int64
	members            []*member
	positions          []int64
	handedBack         []int64 // slots: workers of a group may move while its position does not
}

func (p progress) equal(o progress) bool {
	return p.claimed == o.claimed && p.published == o.published &&
		slices.Equal(p.members, o.members) &&
		slices.Equal(p.positions, o.positions) && slices.Equal(p.handedBack, o.handedBack)
}

func (w *watchdog) watch(ctx context.Context, stop <-chan struct{}) {
	tick := time.NewTicker(max(w.limit/watchdogLooks, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			if w.stuck(time.Now()) {
				w.tell(ctx)
			}
		}
	}
}

// stuck reports whether it is time to warn: nothing has moved for limit while something was
// blocked, and no warning has been logged since.
func (w *watchdog) stuck(now time.Time) bool {
	if !w.core.somebodyIsBlocked() {
		w.since, w.last = time.Time{}, progress{} // keeps no consumer
		return false
	}
	s := w.core.snapshot()
	seen := progress{claimed: s.Claimed, published: s.Published, members: s.members}
	for _, c := range s.Consumers {
		seen.positions = append(seen.positions, c.Position)
		seen.handedBack = append(seen.handedBack, c.Batches.Slots)
	}
	if w.since.IsZero() || !seen.equal(w.last) {
		w.last, w.since, w.looks, w.told = seen, now, 0, false
		return false
	}
	if w.looks++; w.told || w.looks < watchdogLooks || now.Sub(w.since) < w.limit {
		return false
	}
	w.told = true
	return true
}

func (w *watchdog) tell(ctx context.Context) {
	logger := w.logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, slog.LevelWarn, "disruptor: ring is stuck",
		slog.String("ring", w.core.name), slog.String("explain", w.explain()))
}

// somebodyIsBlocked reports whether a claim waits for room, a consumer waits for an open claim
// after which something is published, or the ring has ended. A Run that has not returned then
// waits for its handlers.
func (c *core) somebodyIsBlocked() bool {
	if c.blocked.count.load() > 0 || c.err() != nil {
		return true
	}
	if c.single || len(*c.members.list.load()) == 0 { // nothing lies after an open claim, or nobody waits for it
		return false
	}
	claimed := c.claimed()
	for s := c.publishedEnd() + 1; s < claimed; s++ {
		if c.reach(s) > s { // publish edge
			return true
		}
	}
	return false
}
