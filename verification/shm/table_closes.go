package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/policies/closes"
)

// closeConfigs are those of a ring that is closed.
var closeConfigs = map[string]closes.Config{
	"close":          {Producers: 2, Slots: 2, Consumers: 1, Claims: two{2, 1}, Crashes: 1},
	"close-one-slot": {Producers: 2, Slots: 1, Consumers: 1, Claims: two{2, 2}, Crashes: 1},
	"close-two":      {Producers: 2, Slots: 2, Consumers: 2, Claims: two{2, 1}, Crashes: 2},
}

func closeEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*closes.Bug)) {
		all = append(all, broken(k, name, in, closeConfigs, func(c *closes.Config) { change(&c.Bug) }, func(c closes.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&closes.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".close", "close-one-slot", "close-two"} {
		add(design, in, in, func(*closes.Bug) {})
	}
	add(bug, "closed-in-its-own-word", ".close", func(b *closes.Bug) { b.FlagApart = true })
	add(bug, "claim-keeps-closed-bit", ".close", func(b *closes.Bug) { b.KeepsBit = true })
	add(bug, "claim-adds-when-closed", ".close", func(b *closes.Bug) { b.Adds = true })
	add(bug, "claim-refused-with-record", ".close", func(b *closes.Bug) { b.KeepsRecord = true })
	add(bug, "closed-by-store", ".close", func(b *closes.Bug) { b.ByStore = true })
	add(bug, "drain-ends-at-open", ".close", func(b *closes.Bug) { b.EndsAtOpen = true })
	add(bug, "drain-without-recovery", ".close", func(b *closes.Bug) { b.RecoveryStops = true })
	add(variant, "drain-looks-at-end-first", ".close close-two", func(b *closes.Bug) { b.EndFirst = true })
	return all
}
