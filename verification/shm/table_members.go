package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/members"
)

type two = [2]int8

// memberConfigs are those of consumers that come and go.
var memberConfigs = map[string]members.Config{
	"join":         {Producers: 1, Slots: 1, Processes: 1, Evictors: 1, Places: 1, Claims: two{3}, Runs: three{1}, Crashes: 1},
	"rejoin":       {Producers: 1, Slots: 1, Processes: 2, Evictors: 1, Places: 1, Claims: two{3}, Runs: three{2, 1}, Crashes: 1, EvictorCrashes: 1},
	"join-open":    {Producers: 2, Slots: 2, Processes: 1, Evictors: 1, Places: 1, Claims: two{2, 2}, Runs: three{1}, NoLeave: true},
	"join-two":     {Producers: 1, Slots: 2, Processes: 2, Evictors: 1, Places: 2, Claims: two{4}, Runs: three{1, 1}, Crashes: 1},
	"join-parked":  {Producers: 1, Slots: 1, Processes: 2, Evictors: 1, Places: 1, Claims: two{3}, Runs: three{1, 1}, Crashes: 1, Parks: true, Bounded: true},
	"join-tso":     {Producers: 2, Slots: 1, Processes: 1, Evictors: 1, Places: 1, Claims: two{2, 1}, Runs: three{1}, Crashes: 1, NoLeave: true, TSO: true},
	"evictors":     {Producers: 1, Slots: 1, Processes: 2, Evictors: 2, Places: 1, Claims: two{1}, Runs: three{2, 1}, Crashes: 1},
	"evictors-2":   {Producers: 1, Slots: 1, Processes: 2, Evictors: 2, Places: 2, Claims: two{1}, Runs: three{2, 1}, Crashes: 1, EvictorCrashes: 1},
	"query":        {Producers: 1, Slots: 1, Processes: 2, Evictors: 2, Places: 1, Claims: two{1}, Runs: three{2, 1}, Crashes: 1, Query: true},
	"join-all":     {Producers: 2, Slots: 2, Processes: 2, Evictors: 1, Places: 2, Claims: two{2, 1}, Runs: three{1, 1}, Crashes: 1, NoLeave: true},
	"join-fenced":  {Producers: 2, Slots: 2, Processes: 1, Evictors: 1, Places: 1, Claims: two{2, 2}, Runs: three{1}, NoLeave: true, TSO: true},
	"join-leave":   {Producers: 2, Slots: 2, Processes: 2, Evictors: 1, Places: 2, Claims: two{2, 1}, Runs: three{1, 1}, Crashes: 1},
	"rejoin-two":   {Producers: 2, Slots: 1, Processes: 2, Evictors: 1, Places: 1, Claims: two{2, 1}, Runs: three{1, 1}, Crashes: 2, EvictorCrashes: 1},
	"rejoin-tso":   {Producers: 2, Slots: 1, Processes: 2, Evictors: 1, Places: 1, Claims: two{2, 1}, Runs: three{1, 1}, Crashes: 1, TSO: true},
	"join-third":   {Producers: 2, Slots: 1, Processes: 3, Places: 2, Claims: two{2, 1}, Runs: three{0, 0, 1}, Here: 2},
	"third-killed": {Producers: 2, Slots: 1, Processes: 3, Evictors: 1, Places: 2, Claims: two{2, 1}, Runs: three{0, 0, 1}, Here: 2, Crashes: 1, NoLeave: true},
	"orphans":      {Producers: 2, Slots: 2, Processes: 1, Evictors: 1, Places: 1, Claims: two{2, 2}, Runs: three{1}, Crashes: 1, ProducerCrashes: 1},
}

func memberEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*members.Config)) {
		all = append(all, broken(k, name, in, memberConfigs, change, func(c members.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&members.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".join", ".rejoin", ".join-open", "join-two", ".join-parked", ".join-tso", ".evictors", "evictors-2", ".query", "orphans", ".join-fenced", "join-all", "join-leave", "rejoin-two", "rejoin-tso", "join-third", "third-killed"} {
		add(design, in, in, func(*members.Config) {})
	}
	add(bug, "join-looks-first", ".join", func(c *members.Config) { c.Bug.LooksFirst = true })
	add(variant, "looks-twice", ".join rejoin join-tso", func(c *members.Config) { c.Bug.LooksTwiceToJoin = true })
	add(variant, "position-after-bit", ".join rejoin", func(c *members.Config) { c.Bug.PositionLate = true })
	add(bug, "position-after-bit", ".join-parked", func(c *members.Config) { c.Bug.PositionLate = true })
	add(bug, "place-taken-by-store", ".rejoin", func(c *members.Config) { c.Bug.TakesByStore = true })
	add(bug, "join-without-fence", ".join", func(c *members.Config) { c.Bug.NoFenceJoin = true })
	add(bug, "passes-before-reading", ".join", func(c *members.Config) { c.Bug.PassesFirst = true })
	add(bug, "join-begins-at-claim", ".join-open", func(c *members.Config) { c.Bug.BeginsAtClaim = true })
	add(bug, "gate-of-claim", ".join-open", func(c *members.Config) { c.Bug.GateOfClaim = true })
	add(bug, "gate-and-join-at-claim", ".join-open", func(c *members.Config) { c.Bug.GateOfClaim, c.Bug.BeginsAtClaim = true, true })
	add(variant, "claim-looks-at-its-slot", ".join-open join-all join-leave rejoin orphans", func(c *members.Config) {
		c.Bug.GateOfClaim, c.Bug.BeginsAtClaim, c.Bug.ClaimLooks = true, true, true
	})
	add(bug, "gate-reads-bits-once", ".join-open", func(c *members.Config) { c.Bug.MapOnce = true })
	add(bug, "gate-reads-bits-once-if-any", "join-all", func(c *members.Config) { c.Bug.MapOnceHeld = true })
	add(bug, "gate-without-fence", ".join-tso", func(c *members.Config) { c.Bug.NoFenceGate = true })
	add(bug, "attaches-over-the-dead", ".rejoin", func(c *members.Config) { c.Bug.AttachesOver = true })
	add(bug, "leaves-bit-late", ".rejoin", func(c *members.Config) { c.Bug.LeavesLate = true })
	add(bug, "evicts-without-proof", ".rejoin", func(c *members.Config) { c.Bug.NoProof = true })
	add(variant, "evicts-without-lock", ".evictors evictors-2", func(c *members.Config) { c.Bug.NoLock = true })
	add(bug, "evicts-without-lock", ".query", func(c *members.Config) { c.Bug.NoLock = true })
	add(bug, "evicts-without-recheck", ".rejoin", func(c *members.Config) { c.Bug.NoRecheck = true })
	add(variant, "evicts-with-recheck", ".rejoin", func(c *members.Config) { c.Bug.LooksTwice = true })
	add(bug, "evicts-bit-late", ".rejoin", func(c *members.Config) { c.Bug.FreesFirst = true })
	add(bug, "evicts-attachment-first", "evictors-2", func(c *members.Config) { c.Bug.DetachesFirst = true })
	add(bug, "evicts-only-live", ".rejoin", func(c *members.Config) { c.Bug.OnlyLive = true })
	add(bug, "evictors-share-description", ".evictors", func(c *members.Config) { c.Bug.OneDescription = true })
	add(bug, "position-parked", ".rejoin", func(c *members.Config) { c.Parks = true })
	add(variant, "gate-always-bounded", ".join rejoin join-open", func(c *members.Config) { c.Bounded = true })
	add(bug, "parks-late", ".join-parked", func(c *members.Config) { c.Bug.ParksLate = true })
	return all
}
