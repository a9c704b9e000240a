package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/policies/gaps"
)

// gapConfigs are those of lost sequences that a consumer downstream steps over.
var gapConfigs = map[string]gaps.Config{
	"gap":      {Seqs: 3, Losses: 2, Crashes: 1},
	"gap-more": {Seqs: 4, Losses: 3, Crashes: 2},
}

func gapEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*gaps.Bug)) {
		all = append(all, broken(k, name, in, gapConfigs, func(c *gaps.Config) { change(&c.Bug) }, func(c gaps.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&gaps.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".gap", "gap-more"} {
		add(design, in, in, func(*gaps.Bug) {})
	}
	add(bug, "gap-noted-late", ".gap", func(b *gaps.Bug) { b.GapLate = true })
	add(bug, "gap-not-greatest", ".gap", func(b *gaps.Bug) { b.NotMaximum = true })
	add(bug, "gap-read-first", ".gap", func(b *gaps.Bug) { b.GapFirst = true })
	add(bug, "gap-in-range-only", ".gap", func(b *gaps.Bug) { b.InRangeOnly = true })
	add(bug, "gap-beyond-range-only", ".gap", func(b *gaps.Bug) { b.FromEnd = true })
	return all
}
