package main

// The tests of what is not a wake-up.
const (
	overtakes = `^TestASmallClaimThatQueuesDoesNotOvertakeALargeOne$`
	queues    = `^TestASmallClaimIsWokenThoughALargeOneQueuesBehindIt$`
	asks      = `^TestCloseAsksAServedConsumerBeforeItWakesIt$`
	boundary  = `^TestAStageNeverStoresABoundaryThatIsNone$`
	follows   = `^TestFollowingVisitsEachMemberOnce$`
	lap       = `^TestALookOverAbortedSlotsEndsAfterALap$`
	timer     = `^TestTheTimerOfATimeoutIsStoppedBetweenWaits$`
	gate      = `^TestTheGateFencesBeforeItReadsTheListAgain$`
	list      = `^TestAddAndRemoveDoNotWalkTheList$`
	billion   = `^TestAWaitCountsOnAfterABillionLooks$`
	coarse    = `^TestAClockTooCoarseToSeeAHintIsUnknown$`
	block     = `^TestABlockOfAnEarlierLapIsReplaced$`
	twice     = `^TestASecondTimeIsFoundAndLosesNothing$`
	inTime    = `^TestASenderWaitsForRoomAsLongAsItsPolicySays$`
	lateSend  = `^TestTheEndOfItsContextIsWhatASenderReports$`
	noDrop    = `^TestAClosedRingIsNeverADrop$`
	lapped    = `^TestAnAbortThatIsLappedBehindTheGapIsNotASecondOne$`
	lateEnd   = `^TestTheContextOfRunMayEndOnceShutdownHasReturned$`
)

// debug has the tests that need the build tag disruptor_debug.
var debug = []string{
	asks, boundary, follows, lapped, found, heldSlots, latePush, openClaim, joins, second, unpins, hasLeft, goesOn,
	lateHelper, tailAgain, claimKnown, claimLap, claimOnce, noMore,
	seatsBack, leavesNow, lastKeyed, movesOver,
	besideIt, lateEnd,
}

// orders are wrong: what comes first, or what may go first.
var orders = []breakage{
	{
		"any claim in the queue looks for room", "queue.go",
		"\tif q.first != s {\n\t\treturn false\n\t}\n", "",
		overtakes, "a small claim takes the room for which a large one waits",
	},
	{
		"any claim in the queue registers its need", "queue.go",
		"\tif q.first != s {\n\t\treturn false\n\t}\n", "",
		queues, "the need of the first one is forgotten",
	},
	{
		"Close wakes a served consumer, then asks it", "graph.go",
		"\t\tc.member.leaving.store(1) // leave edge\n\t\tpoint(pointAsked)\n\t\tc.core.wakeAll()\n",
		"\t\tc.core.wakeAll()\n\t\tpoint(pointAsked)\n\t\tc.member.leaving.store(1)\n",
		asks, "it looks, finds nothing and sleeps on",
	},
	{
		"no fence in the gate", "core.go",
		"\t\tmachine.Fence() // join edge: own marks or cursor, and positions, before the list\n", "",
		gate, "the second look at the list runs ahead of the own mark in the store buffer",
	},
	{
		"a stage says that what it has found is a boundary", "finder.go",
		"\tif f.direct {\n\t\treturn f.ready\n\t}\n\treturn f.joined\n", "\treturn f.ready\n",
		boundary, "a position of another consumer may be inside a range, where no walk gets on",
	},
	{
		"a block of aborts keeps the bits of an earlier lap", "aborts.go",
		"if old != nil && old.index == index {", "if old != nil {",
		block, "what is published would be taken for aborted",
	},
	{
		"Abort looks only at the marks of its own range", "multi.go",
		"for s := max(published, from-p.core.capacity+1); s < to && !lapped; s++ {", "for s := from; s < to && !lapped; s++ {",
		twice, "behind a gap it misses a range that begins before it",
	},
	{
		"Abort takes a later lap's mark for this one's", "multi.go",
		"lapped = reach > s+p.core.capacity; !lapped", "lapped = false; !lapped",
		lapped, "behind a gap the slots are not held back while it looks",
	},
	{
		"a handle does not say that it has published what another claimed", "multi.go",
		"\t\tp.handedOn.store(1)\n", "\t\t_ = from\n",
		anyOne, "the other one publishes it a second time without a look",
	},
	{
		"an abort is not forgotten by the handle that claimed it", "multi.go",
		"\tp.settle(from)\n\tp.core.aborts.add", "\tp.core.aborts.add",
		anyOne, "Publish does not look, and aborted slots are shown",
	},
	{
		"a handle remembers a claim that was refused", "multi.go",
		"p.attempt(n, newcomer); to > from {\n\t\tp.note(from)\n\t}",
		"p.attempt(n, newcomer); to >= from {\n\t\tp.note(from)\n\t}",
		anyOne, "another handle claims there, and what it publishes is published again without a look",
	},
	{
		"the end of Run's context fails a ring that has drained", "graph.go",
		"if before || !g.drained(r.core) {", "if before || r.core.cause() == nil {",
		lateEnd, "Shutdown has returned nil, and Run returns an error",
	},
}

// rooms are passed, or given up for the wrong reason, or for none.
var rooms = []breakage{
	{
		"claims go on to the end of their line of marks, room or not", "runway.go",
		"n >= marksPerLine || room-next < roomToFetch", "n >= marksPerLine",
		runway, "they write slots that consumers have not read",
	},
	{
		"a claim behind the runway looks for no more room than it knows", "multi.go",
		"if to > p.room.load() { // reuse edge\n\t\t\t\tif p.core.mustQueue(t) {", "if to > p.room.load()+p.core.capacity {\n\t\t\t\tif p.core.mustQueue(t) {",
		runway, "the same",
	},
	{
		"a sleeper does not hear its time-out", "sleepers.go",
		"case <-t.late():", "case <-t.Context.Done():",
		inTime, "nothing else wakes it",
	},
	{
		"a time-out begins with the first wait", "timeout.go",
		"t.Context, t.until = parent, time.Time{}", "t.Context = parent",
		inTime, "the second wait is over when it begins",
	},
	{
		"a sender takes the end of its context for a full ring", "overflow.go",
		"case ctx.Err() != nil, o.blocks(v):", "case o.blocks(v):",
		lateSend, "a sender that is told to stop drops, or runs inline, all that is left",
	},
	{
		"a sender takes a closed ring for a full one", "overflow.go",
		"\tif err := s.core.err(); err != nil {\n\t\treturn err\n\t}\n", "",
		noDrop, "a drop promises that later events may be sent",
	},
}

// bounds are missing: what should take a few steps takes many, or never ends.
var bounds = []breakage{
	{
		"a look over aborted slots goes on for ever", "reader.go",
		"for lap := r.pos + r.core.capacity; r.pos < lap; {", "for {",
		lap, "a producer that goes on aborting keeps a wait from its context",
	},
	{
		"a time-out's timer runs on", "timeout.go",
		"\tif t.timer != nil {\n\t\tt.timer.Stop()\n\t}\n", "",
		timer, "it fires while there is always something to hand out, and after the end",
	},
	{
		"following visits a member again and again", "members.go",
		"\t\t\tif seen[m] {\n\t\t\t\tcontinue\n\t\t\t}\n", "",
		follows, "there are exponentially many ways through members that have left",
	},
	{
		"a sleeper is added by a walk", "sleepers.go",
		"\ts.prev, s.next = l.last, nil\n",
		"\ts.prev, s.next = l.first, nil\n\tfor s.prev != nil && s.prev.next != nil {\n\t\ts.prev = s.prev.next\n\t}\n",
		list, "thousands that park would take a time that grows with their square",
	},
	{
		"a wait counts its looks without end", "internal/waiting/wait.go",
		"\tif w.n++; w.n == mostLooks {\n\t\tw.n = mostLooks / 2\n\t}\n", "\tw.n++\n",
		billion, "an int of 32 bits overflows after two minutes",
	},
	{
		"a hint of unknown length is the shortest", "internal/machine/hint.go",
		"\tif d <= 0 {\n\t\treturn 1\n\t}\n", "\tif d <= 0 {\n\t\treturn MaxPause\n\t}\n",
		coarse, "each Spin takes a microsecond where the clock is coarse",
	},
}
