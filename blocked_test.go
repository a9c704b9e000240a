package disruptor

import (
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"
)

// After a burst of blocked claims later looks don't walk over their places, and later claims don't
// allocate.
func TestABurstOfBlockedClaimsIsForgotten(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	r.Consumer("c")
	c := r.core
	var places []int
	seen := map[int]bool{}
	for range 1000 {
		place := c.block(1)
		require.False(t, seen[place], "place %d belongs to another", place)
		seen[place] = true
		places = append(places, place)
	}
	require.Equal(t, 1000, r.Stats().Blocked)
	for i, place := range places {
		c.blocked.unblock(place)
		require.EqualValues(t, 999-i, c.blocked.count.load())
	}
	require.Zero(t, r.Stats().Blocked)
	require.Empty(t, c.blocked.claims)
	require.Zero(t, testing.AllocsPerRun(10, func() { c.blocked.unblock(c.block(1)) }))
}

// Two goroutines look at once: the one that gets the lock last must not have read the clock first.
func TestDurationsAreNotNegative(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	r.Consumer("c")
	claim(t, r.MultiProducer(), 1)
	seen := &r.core.sightings
	r.Stats()
	seen.mu.Lock()
	stats := make(chan Stats)
	go func() { stats <- r.Stats() }()
	eventually(t, func() bool {
		text := make([]byte, 1<<20)
		for _, g := range strings.Split(string(text[:runtime.Stack(text, true)]), "\n\n") {
			if strings.Contains(g, "sync.Mutex.Lock") && strings.Contains(g, "(*snapshot).date") {
				return true
			}
		}
		return false
	}, "the other waits for the lock")
	now := time.Now()
	for m, s := range seen.members {
		s.since = now
		seen.members[m] = s
	}
	seen.open.since = now
	seen.mu.Unlock()
	s := <-stats
	require.GreaterOrEqual(t, s.Consumers[0].For, time.Duration(0))
	require.GreaterOrEqual(t, s.OpenFor, time.Duration(0))
}

// Stats and the watchdog keep alive neither a consumer that has left, nor what it refers to.
func TestALookKeepsNoConsumer(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	w := &watchdog{core: r.core, limit: time.Second}
	publish(t, r.MultiProducer(), 1)
	make := func() (left []weak.Pointer[reader]) {
		a, b := r.Consumer("a"), r.LossyConsumer(LossyConfig[int64]{Name: "b"})
		r.Stats()
		place := r.core.block(1)
		w.stuck(time.Now())
		r.core.blocked.unblock(place)
		a.Close()
		b.Close()
		w.stuck(time.Now())
		return []weak.Pointer[reader]{weak.Make(a.reader), weak.Make(&b.reader)}
	}
	left := make()
	for _, p := range left {
		eventually(t, func() bool { runtime.GC(); return p.Value() == nil }, "it is garbage")
	}
	runtime.KeepAlive(r)
	runtime.KeepAlive(w)
}

// A process that was stopped for an hour did not get time to move.
func TestTheWatchdogLooksMoreThanTwice(t *testing.T) {
	r := newRing[int64](t, Config{Capacity: 4})
	r.Consumer("c")
	r.core.block(1)
	w := &watchdog{core: r.core, limit: time.Second}
	now := time.Now()
	require.False(t, w.stuck(now))
	now = now.Add(time.Hour)
	require.False(t, w.stuck(now), "nobody has looked meanwhile")
	for range 2 {
		now = now.Add(time.Second / 4)
		require.False(t, w.stuck(now))
	}
	require.True(t, w.stuck(now.Add(time.Second/4)))
}
