package main

// wakes are not sent, not kept, or not passed on.
var wakes = []breakage{
	{
		"a wake-up is not kept", "sleepers.go",
		"wake: make(chan struct{}, 1)", "wake: make(chan struct{})",
		readers + `/wakers`, "it comes before the sleep as often as not",
	},
	{
		"a consumer gives way for ever", "internal/waiting/giveway.go",
		"\t\tg.left = max(g.left-1, 0)\n", "",
		givesWay, "it never finds out that to spin would do, and be faster",
	},
	{
		"a consumer that is alone yields in a stream", "internal/waiting/giveway.go",
		"case consumers <= 1:", "case consumers < 1:",
		yieldNow, "several producers own the processors then",
	},
	{
		"a consumer of a crowded ring spins first", "await.go",
		"r.giveWay.Begin(&a.Wait, r.company())", "r.giveWay.Begin(&a.Wait, 1)",
		crowded, "it keeps the others from running for 10 ms",
	},
	{
		"a park teaches nothing", "await.go",
		"r.patience.End(&a.Wait, a.parked, r.ready-seq)", "",
		learns, "in a stream the ring is full and empty by turns",
	},
	{
		"a patient wait ends for good only", "internal/waiting/patience.go",
		"\t\tp.patient = false\n", "",
		patient, "an idle consumer uses more of a processor than it should",
	},
	{
		"to give way is the first look", "internal/waiting/giveway.go",
		"\tw.last = giveWay\n", "\tw.last = giveWay\n\tw.n++\n",
		noLook, "the first rest is lost, and the wait parks early",
	},
	{
		"a panic leaves the sleeper of a worker behind", "idle.go",
		"\tdefer func() {               // a key may panic\n\t\tt.sleepsAt(nil)\n\t\tplace.leave(s)\n\t}()\n", "",
		keyThrow, "each waker goes on looking for it",
	},
	{
		"a lot wakes one", "sleepers.go",
		"\t\t\t\tl.rouse(s)\n", "\t\t\t\tl.rouse(s)\n\t\t\t\tl.announce()\n\t\t\t\treturn\n",
		publish, "the mark satisfies all readers that wait for it",
	},
	{
		"the end wakes one of each list", "sleepers.go",
		"\tfor s := l.first; s != nil; s = s.next {\n\t\ts.rouse()\n\t}\n", "\tif s := l.first; s != nil {\n\t\ts.rouse()\n\t}\n",
		everyone, "nobody wakes the others afterwards",
	},
	{
		"the end wakes no stages", "ends.go",
		"\t\tm.sleepers.wakeAll()\n", "\t\t_ = m\n",
		everyone, "the stage before may have stopped as well",
	},
	{
		"the end wakes no claims", "ends.go",
		"\tc.claims.wakeAll()\n", "",
		everyone, "no room comes on a ring that has ended",
	},
	{
		"the end wakes no consumers", "ends.go",
		"\tc.readers.wakeAll()\n", "",
		everyone, "no mark comes on a ring that has ended",
	},
	{
		"Close wakes nobody", "ends.go",
		"\t\t<-c.over\n\t}\n\tc.wakeAll()\n", "\t\t<-c.over\n\t}\n",
		everyone, "no mark and no room comes on a ring that has ended",
	},
	{
		"Close wakes, then ends", "ends.go",
		"\t\t\tc.end.store(c.claim.or(closedBit)) // close edge\n\t\t}\n\t\tclose(c.over)\n\t} else {\n\t\t<-c.over\n\t}\n\tc.wakeAll()\n",
		"\t\t\tc.wakeAll()\n\t\t\tfor range 800 {\n\t\t\t}\n\t\t\tc.end.store(c.claim.or(closedBit))\n\t\t}\n\t\tclose(c.over)\n\t} else {\n\t\t<-c.over\n\t}\n",
		ends + `/Close`, "a woken sleeper finds no end and sleeps on",
	},
	{
		"a leave wakes no stages", "join.go",
		"\tf.member.sleepers.wakeAll()\n", "",
		asleep, "they have to follow others now",
	},
	{
		"a leave wakes stages, then leaves", "join.go",
		"\tf.core.members.leave(f.member)\n\tf.gone, f.direct = true, false\n\tf.ready, f.aborted = pos, 0\n\tf.member.sleepers.wakeAll()\n",
		"\tf.member.sleepers.wakeAll()\n\tf.core.members.leave(f.member)\n\tf.gone, f.direct = true, false\n\tf.ready, f.aborted = pos, 0\n",
		ends + `/stage`, "a woken sleeper finds the member in the list and sleeps on",
	},
	{
		"a leave wakes no claims", "join.go",
		"\tf.core.freed(never)\n", "",
		ends + `/a_leave_and_a_claim`, "the leaver may have been the gate",
	},
	{
		"a handled consumer's Close wakes nobody", "graph.go",
		"\t\tc.core.wakeAll()\n", "",
		leaving, "it sleeps, and never sees that it is to leave",
	},
	{
		"a claim keeps its turn", "queue.go",
		"\tif wasFirst {\n", "\tif wasFirst && s == nil {\n",
		turn, "the next claim was never looked after, as it was not the first",
	},
	{
		"the last claim in the queue is looked after", "queue.go",
		"\ts := q.first\n", "\ts := q.last\n",
		turn, "it finds that it is not its turn, and sleeps on",
	},
	{
		"an abort wakes nobody", "multi.go",
		"\tif p.mark(from, ^to) {\n", "\tif p.mark(from, ^to) && from < 0 {\n",
		aborts, "consumers have to step over the range",
	},
	{
		"a step over an abort wakes nobody", "core.go",
		"\tif c.watch.load() != 0 {        // park edge\n", "\tif position < 0 {\n",
		aborts, "it makes room as Done does",
	},
	{
		"without consumers a publish wakes no claim", "core.go",
		"\tif c.wantedRoom.load() != never { // park edge\n", "\tif from < 0 {\n",
		nobody, "what is published is the gate then",
	},
	{
		"clearing wakes no claim", "core.go",
		"\tif c.zero != nil {\n\t\tposition = c.gate(noNeed)\n\t}\n", "\tif c.zero != nil {\n\t\tc.gate(noNeed)\n\t\treturn\n\t}\n",
		roomLook, "the gate of a ring with Config.Clear is what is cleared",
	},
	{
		"a sleeper does not hear its context", "sleepers.go",
		"\t\tcase <-done:\n\t\t}\n", "\t\t}\n",
		`^TestACancelledContextWakesAtOnceAndLeavesNothingBehind$`, "nothing else wakes it",
	},
}

// alerts go down too early, or never.
var alerts = []breakage{
	{
		"settled before the fence", "alert.go",
		"\t\tprocessFence()       // park edge: stands in for a fence in each waker that found 0\n\t\ta.raised.or(settled) // park edge\n",
		"\t\ta.raised.or(settled)\n\t\tprocessFence()\n",
		settled, "another sleeper takes the fence for done",
	},
	{
		"settled by one that has not fenced", "alert.go",
		"\tif a.raised.add(oneSleep)&settled == 0 { // park edge\n", "\tif a.raised.add(oneSleep) == oneSleep {\n",
		settled, "the second sleeper trusts the first one to have fenced",
	},
	{
		"the alert goes down under a sleeper", "alert.go",
		"\tif a.raised.load() != settled {\n",
		"\tif a.raised.load() > settled {\n\t\ta.raised.store(0)\n\t}\n\tif a.raised.load() != settled {\n",
		spared, "wakers look no more",
	},
	{
		"the alert goes down by a store", "alert.go",
		"\t\ta.raised.cas(settled, 0) // park edge\n", "\t\tmachine.Pause(8)\n\t\ta.raised.store(0)\n",
		alertCAS, "somebody may have raised it since the look",
	},
	{
		"the alert never goes down", "alert.go",
		"\t\ta.raised.cas(settled, 0) // park edge\n", "",
		calm, "every Publish fences for ever after the first park",
	},
	{
		"a sleeper leaves the alert up", "alert.go",
		"func (a *alert) leave() { a.raised.add(-oneSleep) }", "func (a *alert) leave() {}",
		calm, "every Publish fences for ever after the first park",
	},
	{
		"nobody raises the alert", "alert.go",
		"\tif a.raised.add(oneSleep)&settled == 0 { // park edge\n", "\tif a.raised.load()&settled == 0 {\n",
		spared, "wakers look no more once it goes down",
	},
}
