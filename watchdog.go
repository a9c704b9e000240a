package disruptor

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// RunConfig describes a Run. The zero value is what [Ring.Run] does.
type RunConfig struct {
	// Watchdog is how long nothing may move while something is blocked; then a warning is logged with
	// the text of Explain, and the next one only after something has moved. Blocked means: a claim waits
	// for room; a consumer waits for an open claim behind which others have published; or the ring has
	// ended, and Run waits for its handlers. The ring is looked at four times in that time, so a warning
	// may be late by a quarter of it. A position moves only when a batch is handed back: choose more than
	// the longest batch takes. 0 means no watchdog.
	Watchdog time.Duration
	// Logger gets the warnings, with the attributes "ring" and "explain"; nil means slog.Default(). It may
	// be slow, and may publish to the ring: nothing waits for it, not even the end of Run.
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
	told  bool      // a warning has been logged since then
}

// progress is what changes when anything moves.
type progress struct {
	claimed, published int64
	members            []*member
	positions          []int64
}

func (p progress) equal(o progress) bool {
	return p.claimed == o.claimed && p.published == o.published &&
		slices.Equal(p.members, o.members) && slices.Equal(p.positions, o.positions)
}

func (w *watchdog) watch(ctx context.Context, stop <-chan struct{}) {
	tick := time.NewTicker(max(w.limit/4, time.Millisecond))
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

// stuck reports whether it is time to warn: nothing has moved for limit while somebody was blocked, and
// no warning has been logged since.
func (w *watchdog) stuck(now time.Time) bool {
	if !w.core.somebodyIsBlocked() {
		w.since = time.Time{}
		return false
	}
	s := w.core.snapshot()
	seen := progress{claimed: s.Claimed, published: s.Published, members: s.members}
	for _, c := range s.Consumers {
		seen.positions = append(seen.positions, c.Position)
	}
	if w.since.IsZero() || !seen.equal(w.last) {
		w.last, w.since, w.told = seen, now, false
		return false
	}
	if w.told || now.Sub(w.since) < w.limit {
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

// somebodyIsBlocked reports whether a claim waits for room, a consumer waits for an open claim behind which
// something is published, or the ring has ended. A Run that has not returned then waits for its handlers.
func (c *core) somebodyIsBlocked() bool {
	if c.blocked.count.load() > 0 || c.err() != nil {
		return true
	}
	if c.single { // claims are published in order, so nothing lies behind an open one
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
