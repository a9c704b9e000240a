package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/policies/holds"
)

// holdConfigs are those of a consumer whose place is held when it has died.
var holdConfigs = map[string]holds.Config{
	"hold":         {Slots: 1, Processes: 2, Evictors: 1, Expirers: 1, Claims: 3, Runs: three{1, 1}, Ticks: 1, Crashes: 1, ExpirerCrashes: 1, EvictorCrashes: 1},
	"hold-again":   {Slots: 1, Processes: 2, Evictors: 1, Expirers: 1, Claims: 2, Runs: three{2, 1}, Ticks: 2, Crashes: 2, NoLeave: true},
	"hold-two":     {Slots: 2, Processes: 2, Evictors: 1, Expirers: 2, Claims: 3, Runs: three{1, 1}, Ticks: 1, Crashes: 1, ExpirerCrashes: 1},
	"hold-names":   {Slots: 1, Processes: 3, Evictors: 1, Expirers: 1, Claims: 1, Runs: three{1, 1, 1}, Name: three{0, 1, 0}, Ticks: 1, Crashes: 2, NoLeave: true},
	"hold-evictor": {Slots: 1, Processes: 2, Evictors: 2, Expirers: 1, Claims: 1, Runs: three{1, 1}, Ticks: 1, Crashes: 1, ExpirerCrashes: 1, EvictorCrashes: 1, NoLeave: true},
}

func holdEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*holds.Bug)) {
		all = append(all, broken(k, name, in, holdConfigs, func(c *holds.Config) { change(&c.Bug) }, func(c holds.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&holds.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".hold", "hold-again", "hold-two", "hold-names", "hold-evictor"} {
		add(design, in, in, func(*holds.Bug) {})
	}
	add(bug, "hold-frees", ".hold", func(b *holds.Bug) { b.Frees = true })
	add(bug, "hold-clears-bit", ".hold", func(b *holds.Bug) { b.ClearsBit = true })
	add(bug, "hold-of-joiner", ".hold", func(b *holds.Bug) { b.HoldsJoiner = true })
	add(bug, "hold-notes-time-late", ".hold", func(b *holds.Bug) { b.NotesLate = true })
	add(bug, "expiry-clears-bit-first", ".hold", func(b *holds.Bug) { b.BitFirst = true })
	add(bug, "expiry-frees-at-once", ".hold", func(b *holds.Bug) { b.FreesAtOnce = true })
	add(bug, "expiry-without-clock", ".hold", func(b *holds.Bug) { b.Clockless = true })
	add(bug, "expiry-unfinished", ".hold", func(b *holds.Bug) { b.Unfinished = true })
	add(variant, "expiry-by-owner", "hold hold-again hold-two hold-evictor", func(b *holds.Bug) { b.ByOwner, b.Turns = true, true })
	add(bug, "expiry-by-owner-same-turn", "hold-again", func(b *holds.Bug) { b.ByOwner = true })
	add(bug, "resume-by-store", ".hold", func(b *holds.Bug) { b.Stores = true })
	add(bug, "resume-resets", ".hold", func(b *holds.Bug) { b.Resets = true })
	add(bug, "resume-through-joining", "hold-again", func(b *holds.Bug) { b.ThroughJoin = true })
	add(bug, "resume-reads-name-first", "hold-names", func(b *holds.Bug) { b.NameFirst = true })
	add(variant, "resume-in-steps", "hold hold-again hold-names", func(b *holds.Bug) { b.InSteps = true })
	add(variant, "resume-new-epoch", "hold-again", func(b *holds.Bug) { b.NewEpoch = true })
	return all
}
