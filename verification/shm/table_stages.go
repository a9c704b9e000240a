package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/policies/stages"
)

// ends says which of the upstreams, first and second, end in a way.
type ends = [2]bool

// stageConfigs are those of a consumer that comes after another, which comes after a third.
var stageConfigs = map[string]stages.Config{
	"stage":         {Seqs: 2, Newcomers: two{0, 1}, Leaves: ends{false, true}, Evictable: ends{false, true}, Holds: true, Crashes: 1, EvictorCrashes: 1},
	"stage-left":    {Seqs: 2, Newcomers: two{1, 1}, Leaves: ends{true, true}, Crashes: 1},
	"stage-evicted": {Seqs: 2, Newcomers: two{1, 1}, Leaves: ends{true, true}, Evictable: ends{true, true}, Crashes: 1},
	"stage-held":    {Seqs: 2, Newcomers: two{1, 1}, Leaves: ends{true, true}, Holds: true, Crashes: 2},
	"stage-joins":   {Seqs: 2, Newcomers: two{0, 1}, Leaves: ends{true, true}, Evictable: ends{false, true}, Crashes: 1, Joins: true},
	"stage-noted":   {Seqs: 2, Newcomers: two{0, 2}, Leaves: ends{true, true}, Evictable: ends{true, true}, Crashes: 1, ByEvicted: true, Strict: true},
}

func stageEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*stages.Config)) {
		all = append(all, broken(k, name, in, stageConfigs, change, func(c stages.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&stages.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".stage", ".stage-left", "stage-evicted", "stage-held", ".stage-joins", ".stage-noted"} {
		add(design, in, in, func(*stages.Config) {})
	}
	add(bug, "down-looks-before", ".stage", func(c *stages.Config) { c.Bug.LooksBefore = true })
	add(variant, "down-looks-after", ".stage .stage-left stage-evicted stage-held .stage-joins", func(c *stages.Config) { c.Bug.LooksAfter = true })
	add(bug, "down-compares-no-epoch", ".stage .stage-left", func(c *stages.Config) { c.Bug.NoEpoch = true })
	add(variant, "down-notes-joiner", ".stage-joins", func(c *stages.Config) { c.Bug.NotesJoiner = true })
	add(bug, "down-notes-joiner-looks-after", ".stage-joins", func(c *stages.Config) { c.Bug.NotesJoiner, c.Bug.LooksAfter = true, true })
	add(variant, "down-takes-leaving-for-left", ".stage .stage-left stage-evicted", func(c *stages.Config) { c.Bug.LeavingLeft = true })
	add(bug, "down-looks-who-left-first", ".stage", func(c *stages.Config) { c.Bug.LeftEarly = true })
	add(bug, "down-takes-gone-for-left", ".stage", func(c *stages.Config) { c.Bug.GoneIsLeft = true })
	add(bug, "left-noted-late", ".stage", func(c *stages.Config) { c.Bug.LeftLate = true })
	add(bug, "left-noted-first", ".stage", func(c *stages.Config) { c.Bug.LeftFirst = true })
	add(bug, "left-not-noted-of-dead", ".stage", func(c *stages.Config) { c.Bug.ForgetsLeft = true })
	add(bug, "expiry-as-leaving", ".stage", func(c *stages.Config) { c.Bug.AsLeaving = true })
	add(bug, "resume-new-epoch", ".stage", func(c *stages.Config) { c.Bug.NewEpoch = true })
	add(bug, "left-noted-only", ".stage-noted", func(c *stages.Config) { c.ByEvicted = false })
	add(bug, "evicted-noted-late", ".stage-noted", func(c *stages.Config) { c.Bug.EvictedLate = true })
	add(bug, "evicted-noted-not", ".stage-noted", func(c *stages.Config) { c.Bug.AckSilent = true })
	return all
}
