package main

// The tests of lossy consumers.
const (
	found      = `^TestAPinFindsThatItWasPushed$`
	heldSlots  = `^TestNoClaimTakesWhatIsPinned$`
	latePush   = `^TestAPushThatIsLateMovesNothing$`
	raises     = `^TestAPushRaisesTheBoundary$`
	openClaim  = `^TestAPushStopsAtAnOpenClaim$`
	joins      = `^TestWhoJoinsIsNotPushed$`
	second     = `^TestAPushComesBeforeTheSecondLookAtTheList$`
	unpins     = `^TestAnUnpinWakesAClaimThatNeedsMore$`
	hasLeft    = `^TestALatePushOfWhoHasLeft$`
	goesOn     = `^TestALossyConsumerGoesOnFromWhereItWasPushed$`
	ranges     = `^TestALossyConsumerGoesOnWhereARangeBegins$`
	told       = `^TestNoClaimWaitsForALossyConsumer$`
	many       = `^TestManyLossyConsumers$`
	inVain     = `^TestARangeIsNotMissedForNothing$`
	nextPushes = `^TestTheNextClaimPushesALossyConsumer$`
	donePushes = `^TestADoneLetsAClaimPush$`
	sleeps     = `^TestASleepingLossyConsumerIsWokenByAPublishAndByAnAbort$`
)

// pins are of the wrong position, pushes to the wrong place, or their sleepers not woken.
var pins = []breakage{
	{
		"a push stores", "pin.go",
		"\t\tm.position.cas(p, ^to) // push edge\n", "\t\tm.position.store(^to)\n",
		latePush, "it moves what is pinned, or goes back",
	},
	{
		"a pin stores", "pin.go",
		"\tfor !m.position.cas(^at, at) { // push edge\n", "\tfor m.position.store(at); m.position.load() < 0; {\n",
		found, "it takes the position back below a limit that was given out",
	},
	{
		"no pin", "pin.go",
		"\tfor !m.position.cas(^at, at) { // push edge\n", "\tfor !m.position.cas(^at, ^at) {\n",
		heldSlots, "what is copied is written meanwhile",
	},
	{
		"a push to what is needed", "pin.go",
		"\tif c.single {\n\t\treturn max(lo", "\tif c.base != nil || c.single {\n\t\treturn max(lo",
		ranges, "it may be no boundary, and a mark there says nothing",
	},
	{
		"a push to what is claimed", "pin.go",
		"\tif to >= need {\n", "\tif to = max(to, min(need, c.claimed())); to >= need {\n",
		openClaim, "a claim laps one that is open",
	},
	{
		"a push raises no boundary", "pin.go",
		"\tc.published.raise(to) // boundary edge: before the position, above which no avail may be\n", "",
		raises, "all that are stored are lapped, and a look at what is published never ends",
	},
	{
		"what was found before a push is kept", "lossyreader.go",
		"\t\tl.ready = max(l.ready, at) // at is a boundary; below it, marks are of later laps\n", "",
		goesOn, "the marks there are of a later lap",
	},
	{
		"a lossy consumer joins unpinned", "members.go",
		"\t\tm.position.store(hold(*old))\n", "\t\tif m.position.store(hold(*old)); m.lossy != nil {\n\t\t\tm.position.store(^hold(*old))\n\t\t}\n",
		joins, "it is pushed, and its own store takes the position back",
	},
	{
		"a push without a second look at the list", "core.go",
		"\t\t\tlow = c.slowestPushed(*list, need)\n", "\t\t\treturn c.slowestPushed(*list, need)\n",
		second, "a consumer that joins meanwhile loses events",
	},
	{
		"misses are counted from what was found", "lossyreader.go",
		"\tl.gap = min(l.gap, l.pos)\n", "\tl.gap = min(l.gap, max(l.pos, l.ready))\n",
		many, "what was found and not copied is missed, too",
	},
	{
		"what is missed is counted when it is told", "pin.go",
		"\t\t\treturn ^p - taken\n", "\t\t\treturn min(^p-taken, m.lossy.missed.load())\n",
		told, "a consumer that hangs has missed nothing then",
	},
	{
		"an unpin wakes by its position", "pin.go",
		"\tif c.watch.load() != 0 {         // park edge\n\t\tc.unpinned()\n", "\tif c.watch.load() != 0 {\n\t\tmachine.Fence()\n\t\tc.freed(position)\n",
		unpins, "a claim that needs more could push now",
	},
	{
		"an unpin wakes nobody", "pin.go",
		"\tif c.zero != nil || c.wantedRoom.load() != never { // park edge\n", "\tif c.zero != nil {\n",
		unpins, "a claim may wait for the copy",
	},
	{
		"a turn pushes nobody", "core.go",
		"c.gate(need) >= need // clear edge", "c.gate(noNeed) >= need // clear edge",
		nextPushes, "nothing else would wake the claim",
	},
	{
		"clearing pushes nobody", "core.go",
		"\t\t\tneed = max(need, first)\n", "\t\t\tneed = max(need, noNeed)\n",
		donePushes, "a consumer that the claim waits for makes room only if others are pushed",
	},
	{
		"no fence after an unpin", "pin.go",
		"\tmachine.Fence()                                    // park edge: the position before the look at wanted\n", "\t_ = machine.Fence\n",
		unpinned + `/wakers`, "the look at wanted runs ahead of the position in the store buffer",
	},
	{
		"a push in vain", "pin.go",
		"&& need <= held && c.push(", "&& c.push(",
		inVain, "events are missed for a claim that another consumer keeps from its room",
	},
	{
		"a consumer that has left is pushed", "join.go",
		"\t\tr.pos = m.pin(r.pos) // no late push moves what Position and Missed say\n", "\t\tr.pos = m.place()\n",
		hasLeft, "its missed count changes afterwards",
	},
	{
		"a lossy consumer sleeps on slots that it has found", "lossyreader.go",
		"\treturn f.core.reach(f.ready) > f.ready\n", "\treturn false\n",
		sleeps, "nothing pushes it that it could wait for",
	},
}
