package main

import (
	"github.com/be395dad/disruptor/verification/shm/internal/explore"
	"github.com/be395dad/disruptor/verification/shm/internal/wakes"
)

// wakeConfigs are those of the eventcount.
var wakeConfigs = map[string]wakes.Config{
	"wait":         {Waiters: 1, Wakers: 1, Stores: two{2}, Needs: three{2}},
	"wait-two":     {Waiters: 2, Wakers: 2, Stores: two{2, 2}, Needs: three{2, 2}},
	"wait-both":    {Waiters: 2, Wakers: 1, Stores: two{2}, Needs: three{2, 2}},
	"wait-three":   {Waiters: 3, Wakers: 2, Stores: two{2, 1}, Needs: three{1, 1, 2}},
	"wait-killed":  {Waiters: 2, Wakers: 1, Stores: two{3}, Needs: three{3, 3}, WaiterCrashes: 1},
	"waker-killed": {Waiters: 2, Wakers: 2, Stores: two{2, 2}, Needs: three{2, 2}, WakerCrashes: 1, Backstop: true},
	"unfenced":     {Waiters: 1, Wakers: 1, Stores: two{2}, Needs: three{2}, Unfenced: true},
	"unfenced-one": {Waiters: 1, Wakers: 1, Stores: two{1}, Needs: three{1}, Unfenced: true},
	"unfenced-two": {Waiters: 2, Wakers: 2, Stores: two{2, 2}, Needs: three{2, 2}, Unfenced: true},
	"both-killed":  {Waiters: 3, Wakers: 2, Stores: two{2, 1}, Needs: three{1, 1, 1}, WaiterCrashes: 1, WakerCrashes: 1, Backstop: true},
}

func wakeEntries() []entry {
	var all []entry
	add := func(k kind, name, in string, change func(*wakes.Config)) {
		all = append(all, broken(k, name, in, wakeConfigs, change, func(c wakes.Config) func(int) explore.Result {
			return func(limit int) explore.Result { return explore.Search(&wakes.Model{Config: c}, limit) }
		})...)
	}
	for _, in := range []string{".wait", ".wait-two", ".wait-both", "wait-three", ".wait-killed", ".waker-killed", "both-killed", ".unfenced", ".unfenced-one", "unfenced-two"} {
		add(design, in, in, func(*wakes.Config) {})
	}
	add(bug, "waker-looks-first", ".wait", func(c *wakes.Config) { c.Bug.WakerLooksFirst = true })
	add(bug, "waker-without-fence", ".wait", func(c *wakes.Config) { c.Bug.NoFence = true })
	add(bug, "waker-clears-last", ".wait .wait-two", func(c *wakes.Config) { c.Bug.ClearsLast = true })
	add(bug, "waker-wakes-before-adding", ".wait", func(c *wakes.Config) { c.Bug.WakesFirst = true })
	add(bug, "waker-does-not-add", ".wait", func(c *wakes.Config) { c.Bug.NoAdd = true })
	add(bug, "waker-wakes-one", ".wait-both", func(c *wakes.Config) { c.Bug.WakesOne = true })
	add(bug, "waker-leaves-bits", ".wait-killed", func(c *wakes.Config) { c.Bug.LeavesBits = true })
	add(variant, "waker-leaves-bits", ".wait-two wait-both", func(c *wakes.Config) { c.Bug.LeavesBits = true })
	add(variant, "waker-clears-all", ".wait-two wait-both waker-killed", func(c *wakes.Config) { c.Bug.ClearsAll = true })
	add(bug, "waiter-looks-first", ".wait", func(c *wakes.Config) { c.Bug.LooksFirst = true })
	add(bug, "waiter-without-fence", ".wait", func(c *wakes.Config) { c.Bug.NoFenceBit = true })
	add(bug, "waiter-looks-once", ".wait", func(c *wakes.Config) { c.Bug.NoSecondLook = true })
	add(bug, "waiter-counts-late", ".wait", func(c *wakes.Config) { c.Bug.CounterLate = true })
	add(bug, "waiter-counts-after-bit", ".wait-two", func(c *wakes.Config) { c.Bug.CounterAfter = true })
	add(variant, "waiter-keeps-bit", ".wait-two wait-both", func(c *wakes.Config) { c.Bug.KeepsBit = true })
	add(bug, "unfenced-waiter-asks-first", ".unfenced-one", func(c *wakes.Config) { c.Bug.AsksFirst = true })
	add(bug, "unfenced-never-fenced", ".unfenced", func(c *wakes.Config) { c.Bug.NeverFences = true })
	add(bug, "unfenced-fenced-late", ".unfenced", func(c *wakes.Config) { c.Bug.FencesLate = true })
	add(bug, "unfenced-said-late", ".unfenced-one", func(c *wakes.Config) { c.Bug.SaysSoLate = true })
	add(bug, "no-backstop", ".waker-killed", func(c *wakes.Config) { c.Backstop = false })
	add(bug, "backstop-without-look", ".waker-killed", func(c *wakes.Config) { c.Bug.SleepsOn = true })
	return all
}
