package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/policies/lagging"
)

// agrees says which of three consumers may be evicted.
type agrees = [3]bool

// laggingConfigs are those of consumers that may be evicted while they live.
var laggingConfigs = map[string]lagging.Config{
	"lag":           {Slots: 1, Processes: 1, Others: 1, Claims: 2, Runs: three{1}, Agrees: agrees{true}, OtherCrashes: 1, Crashes: 1},
	"lag-rejoin":    {Slots: 1, Processes: 2, Others: 1, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, true}, OtherCrashes: 1, NoLeave: true},
	"lag-agree":     {Slots: 1, Processes: 2, Others: 1, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, false}},
	"lag-two":       {Slots: 1, Processes: 2, Others: 2, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, true}, OtherCrashes: 1, NoLeave: true},
	"lag-killed":    {Slots: 1, Processes: 2, Others: 1, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, true}, Crashes: 1, OtherCrashes: 1, EvictorCrashes: 1, NoLeave: true},
	"lag-held":      {Slots: 1, Processes: 2, Others: 2, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, true}, Crashes: 1, OtherCrashes: 1, NoLeave: true, Holds: true},
	"lag-skip":      {Slots: 1, Processes: 2, Others: 1, Claims: 3, Runs: three{1, 1}, Agrees: agrees{true, true}, Crashes: 1, OtherCrashes: 1, NoLeave: true, Skips: true, Second: true},
	"lag-second":    {Slots: 1, Processes: 2, Others: 1, Claims: 3, Runs: three{1, 1}, Agrees: agrees{true, true}, OtherCrashes: 1, NoLeave: true, Second: true},
	"lag-skip-held": {Slots: 1, Processes: 2, Others: 2, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, true}, Crashes: 1, OtherCrashes: 1, NoLeave: true, Skips: true, Holds: true},
	"lag-by-word":   {Slots: 1, Processes: 2, Others: 2, Claims: 2, Runs: three{1, 1}, Agrees: agrees{true, true}, Crashes: 1, OtherCrashes: 1, NoLeave: true, ByWord: true},
}

func laggingEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*lagging.Config)) {
		all = append(all, broken(k, name, in, laggingConfigs, change, func(c lagging.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&lagging.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".lag", ".lag-rejoin", ".lag-agree", "lag-two", "lag-killed", "lag-second", "lag-held", "lag-skip", "lag-skip-held", "lag-by-word"} {
		add(design, in, in, func(*lagging.Config) {})
	}
	add(bug, "copy-not-validated", ".lag", func(c *lagging.Config) { c.Bug.NoValidation = true })
	add(bug, "copy-validated-first", ".lag", func(c *lagging.Config) { c.Bug.ValidateFirst = true })
	add(variant, "copy-validated-by-cursor", "lag lag-rejoin", func(c *lagging.Config) { c.Bug.ByCursor = true })
	add(bug, "evicted-place-taken", ".lag-rejoin", func(c *lagging.Config) { c.Bug.AtOnce = true })
	add(bug, "evicted-acknowledges-unlocked", ".lag-rejoin", func(c *lagging.Config) { c.Bug.AckUnlocked = true })
	add(bug, "evicted-leaves-bit", ".lag-rejoin", func(c *lagging.Config) { c.Bug.AckKeepsBit = true })
	add(bug, "leaves-by-store", ".lag-agree", func(c *lagging.Config) { c.Bug.LeavesByStore = true })
	add(bug, "evicts-live-unlocked", ".lag-rejoin .lag-agree", func(c *lagging.Config) { c.Bug.Unlocked = true })
	add(bug, "evicts-live-bit-first", ".lag", func(c *lagging.Config) { c.Bug.BitFirst = true })
	add(bug, "evicts-live-any", ".lag-agree", func(c *lagging.Config) { c.Bug.NoEpoch = true })
	add(bug, "evicts-live-flag-first", ".lag-agree", func(c *lagging.Config) { c.Bug.FlagFirst = true })
	add(bug, "evicts-live-no-help", ".lag", func(c *lagging.Config) { c.Bug.Leaves = true })
	add(bug, "evicts-dead-looks-once", "lag-by-word", func(c *lagging.Config) { c.Bug.LooksOnce = true })
	add(bug, "expiry-without-lock", "lag-held", func(c *lagging.Config) { c.Bug.Bare = true })
	add(bug, "gate-skips-without-second-look", "lag-skip", func(c *lagging.Config) { c.Bug.SkipsOnce = true })
	return all
}
