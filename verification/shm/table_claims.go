package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/claims"
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
)

// widths or claims of three producers
type three = [3]int8

// claimConfigs are those of claim, record, publish and recovery.
var claimConfigs = map[string]claims.Config{
	"claim":       {Producers: 2, Slots: 2, Consumers: 1, Width: three{1, 1}, Claims: three{2, 1}, Crashes: 1},
	"crashes":     {Producers: 2, Slots: 2, Consumers: 1, Width: three{1, 1}, Claims: three{2, 1}, Crashes: 2},
	"incarnation": {Producers: 2, Slots: 2, Consumers: 1, Width: three{2, 1}, Claims: three{1, 1}, Crashes: 2, RecoveryCrashes: 1, Incarnations: 1},
	"three":       {Producers: 3, Slots: 2, Consumers: 1, Width: three{1, 1, 1}, Claims: three{1, 1, 1}, Crashes: 1},
	"one-slot":    {Producers: 2, Slots: 1, Consumers: 1, Width: three{1, 1}, Claims: three{2, 2}, Crashes: 1, Incarnations: 1},
	"wide":        {Producers: 2, Slots: 4, Consumers: 1, Width: three{2, 2}, Claims: three{2, 1}, Crashes: 1, RecoveryCrashes: 1},
	"readers":     {Producers: 2, Slots: 2, Consumers: 2, Width: three{1, 1}, Claims: three{2, 1}, Crashes: 1},
	"host":        {Producers: 2, Slots: 2, Consumers: 1, Width: three{1, 1}, Claims: three{2, 1}, Crashes: 1, Host: 1},
	"tso":         {Producers: 2, Slots: 1, Consumers: 1, Width: three{1, 1}, Claims: three{2, 1}, Crashes: 1, TSO: true},
	"tso-laps":    {Producers: 2, Slots: 2, Consumers: 1, Width: three{1, 1}, Claims: three{2, 2}, Crashes: 1, Incarnations: 1, TSO: true},
	"tso-wide":    {Producers: 2, Slots: 2, Consumers: 1, Width: three{2, 1}, Claims: three{1, 1}, Crashes: 2, RecoveryCrashes: 1, Incarnations: 1, TSO: true},
	"tso-three":   {Producers: 3, Slots: 2, Consumers: 1, Width: three{1, 1, 1}, Claims: three{1, 1, 1}, Crashes: 1, TSO: true},
}

func claimEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*claims.Bug)) {
		all = append(all, broken(k, name, in, claimConfigs, func(c *claims.Config) { change(&c.Bug) }, func(c claims.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&claims.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".claim", ".crashes", ".incarnation", "three", ".one-slot", "wide", ".readers", ".host", ".tso", "tso-laps", "tso-wide", "tso-three"} {
		add(design, in, in, func(*claims.Bug) {})
	}
	add(bug, "record-after-swap", ".claim .crashes .tso", func(b *claims.Bug) { b.RecordAfterSwap = true })
	add(bug, "no-record", ".claim", func(b *claims.Bug) { b.NoRecord = true })
	add(bug, "clear-before-stamp", ".claim .tso", func(b *claims.Bug) { b.ClearFirst = true })
	add(bug, "different-not-older", ".one-slot .claim three", func(b *claims.Bug) { b.Different = true })
	add(bug, "no-proof-of-death", ".claim .host", func(b *claims.Bug) { b.NoProof = true })
	add(bug, "own-description", ".host", func(b *claims.Bug) { b.OwnDescription = true })
	add(bug, "record-not-reset", ".incarnation", func(b *claims.Bug) { b.KeepsRecord = true })
	add(bug, "waits-with-record", ".one-slot", func(b *claims.Bug) { b.WaitsWithRecord = true })
	add(bug, "adds-to-the-cursor", ".claim", func(b *claims.Bug) { b.Adds = true })
	add(bug, "tombstone-stored", ".claim three", func(b *claims.Bug) { b.Stores = true })
	add(variant, "tombstone-stored-after-look", ".claim one-slot incarnation", func(b *claims.Bug) { b.Stores, b.LooksAgain = true, true })
	add(variant, "looks-again", ".claim incarnation", func(b *claims.Bug) { b.LooksAgain = true })
	add(variant, "record-low-first", ".claim incarnation tso-laps", func(b *claims.Bug) { b.LowFirst = true })
	add(variant, "record-read-high-first", ".claim incarnation", func(b *claims.Bug) { b.HighFirst = true })
	add(variant, "record-both-orders", ".incarnation wide", func(b *claims.Bug) { b.LowFirst, b.HighFirst = true, true })
	add(variant, "locks-after-cursor", ".claim incarnation", func(b *claims.Bug) { b.LocksLate = true })
	add(variant, "recovery-from-gate", ".claim incarnation one-slot", func(b *claims.Bug) { b.FromGate = true })
	return all
}
