package main

// The tests of worker groups.
const (
	atOnce     = `^TestTwoThatFinishAtOnceMoveTheTail$`
	outOfOrder = `^TestThePositionOfAGroupIsWhatAllBeforeItHaveFinished$`
	lateHelper = `^TestALateHelperDoesNotTakeTheTailBack$`
	tailAgain  = `^TestWhoFinishesLooksForTheTailAgain$`
	claimKnown = `^TestAWorkerMakesItsBoundaryKnownBeforeItClaims$`
	claimLap   = `^TestAWorkerThatIsLappedStartsAgain$`
	claimOnce  = `^TestTwoWorkersThatFindTheSameRun$`
	noMore     = `^TestAWorkerSleepsElsewhereOnceTheRingIsClosed$`
	stays      = `^TestAWorkerThatSleepsStaysUntilAllIsFinished$`
	leftWakes  = `^TestWhatIsLeftWakesAWorker$`
	parkLooks  = `^TestAWorkerThatIsAboutToParkLooksAgain$`
	groupEnds  = `^TestWorkersThatSleepHearOfTheEnd$`
	oneWakes   = `^TestWhatIsPublishedWakesWorkers$`
	inHand     = `^TestAGroupIsClosedOnceNothingIsInHand$`
	stepsOver  = `^TestWorkersStepOverAbortedSlots$`
	watchGoes  = `^TestAWorkerThatParksNoMoreLeavesTheWatchToAnother$`
	groupWakes = `^TestWhoWaitsForAGroupIsWokenByItsTail$`
	handsOut   = `^TestAClosedGroupHandsOutNothing$`
)

// groups are the rules of a worker group, each left out.
var groups = []breakage{
	{
		"no order between a finished run's mark and the look at the tail", "crew.go",
		"\t\tw.finished.at(from).store(to) // group edge\n", "\t\tw.finished.at(from).storeRelease(to)\n",
		atOnce, "two finish at once, and each misses what the other has in its store buffer",
	},
	{
		"no order between the tail and the look at the next run's mark", "crew.go",
		"\t\ttail.store(to) // group edge, stage edge, reuse edge, park edge\n", "\t\ttail.storeRelease(to)\n",
		atOnce, "the same, the other way round",
	},
	{
		"a worker that finishes looks at the tail once", "crew.go",
		"\tpoint(pointFinished)\n\tfor {\n", "\tpoint(pointFinished)\n\tfor moved != never {\n",
		tailAgain, "the tail comes and goes between the look and the mark",
	},
	{
		"a worker that moves the tail over its run looks no further", "crew.go",
		"\tpoint(pointFinished)\n\tfor {\n", "\tpoint(pointFinished)\n\tfor moved == never {\n",
		outOfOrder, "the next run was finished earlier: nobody comes back to it",
	},
	{
		"a worker that moves the tail over another's run looks no further", "crew.go",
		"\tpoint(pointFinished)\n\tfor {\n", "\tpoint(pointFinished)\n\tfor range 1 {\n",
		outOfOrder, "the same, with several runs that were finished earlier",
	},
	{
		"the tail is stored", "crew.go",
		"\t\tif tail.cas(at, end) {", "\t\tif tail.store(end); true {",
		lateHelper, "a late helper takes it back",
	},
	{
		"a worker keeps its boundary to itself", "taker.go",
		"\t\t\t\tc.published.raise(hi) // boundary edge: before taken\n", "",
		claimKnown, "the position passes all boundaries that are known",
	},
	{
		"a worker reads marks as if it held the slots", "taker.go",
		"hi, ok := c.walk(lo, limit+lookAhead)", "hi, _ := c.scan(lo, limit+lookAhead)\n\t\t\tok := true",
		claimLap, "a later lap's mark takes it over a claim that is open",
	},
	{
		"a run is taken by a store", "taker.go",
		"\t\tif w.taken.cas(n, end) {", "\t\tif w.taken.store(end); true {",
		claimOnce, "two workers have the same run",
	},
	{
		"a worker goes when all is taken", "taker.go",
		"\treturn t.ended(t.member.position.load()) // group edge\n", "\treturn t.ended(t.crew.taken.load() &^ closedBit)\n",
		stays, "what another worker leaves then, nobody is handed",
	},
	{
		"the tail wakes nobody", "crew.go",
		"\t\tw.core.passed(w.member, position)\n", "",
		groupWakes, "followers, claims and, at the end, idle workers sleep on",
	},
	{
		"what is left wakes nobody", "crew.go",
		"\t\tw.rouse()         // park edge: behind runsLeft\n", "",
		leftWakes, "all other workers sleep",
	},
	{
		"what is left wakes idle workers only", "idle.go",
		"\tif w.watcher != nil {\n\t\tw.watcher.rouse()\n\t}\n", "",
		leftWakes, "the worker that watches is the only one, and nothing is published",
	},
	{
		"a worker of a closed group is handed the rest of its run", "taker.go",
		"\t\tt.finish(t.to) // the rest of a run, behind aborted slots, of a crew that is closed\n\t\treturn t.from, t.from\n", "",
		handsOut, "what nobody has received is dropped",
	},
	{
		"a worker steps over aborted slots and does not finish them", "taker.go",
		"\t\t\t\tt.finish(start)\n", "\t\t\t\tt.from = start\n",
		stepsOver, "the tail stands before them for ever",
	},
	{
		"a worker hands out aborted slots", "taker.go",
		"if core.aborts.last.load() > t.from {", "if core.aborts.last.load() > t.to {",
		stepsOver, "what lies in the run is looked for only behind it",
	},
	{
		"an idle worker parks without a look at what is left", "idle.go",
		"\tif w.runsLeft.load() == 0 && !t.behind() && t.stopped() == nil {", "\tif !t.behind() && t.stopped() == nil {",
		parkLooks, "it was left between the last look and the registration",
	},
	{
		"an idle worker parks without a look at the end", "idle.go",
		"\tif w.runsLeft.load() == 0 && !t.behind() && t.stopped() == nil {", "\tif w.runsLeft.load() == 0 && !t.behind() {",
		parkLooks, "the group was closed between the last look and the registration",
	},
	{
		"the worker that watches parks without a look", "idle.go",
		"found := t.take() || t.stopped() != nil ||", "found := t.stopped() != nil ||",
		parkLooks, "an event was published between the last look and the registration",
	},
	{
		"the worker that watches parks without a look at the end", "idle.go",
		"found := t.take() || t.stopped() != nil ||", "found := t.take() ||",
		parkLooks, "the group was closed between the last look and the registration",
	},
	{
		"a worker that sleeps on the ring misses its end", "idle.go",
		" || t.core.end.load() != end // park edge", " // park edge",
		noMore, "nothing is published any more",
	},
	{
		"a worker that follows a stage sleeps on one that has left", "idle.go",
		"found = found || least(t.follows) > key || t.core.members.list.load() != list", "found = found || least(t.follows) > key || list == nil",
		parkLooks, "it follows the ring now",
	},
	{
		"a worker that has a run leaves the others asleep", "idle.go",
		"\tif s := w.idle.first; s != nil {\n\t\tw.idle.rouse(s)\n\t}\n", "",
		oneWakes, "nobody watches any more",
	},
	{
		"a worker keeps the watch though it may not park again", "idle.go",
		"\tif w.watcher = s; s == nil {\n\t\tt.relieveUser()\n\t}\n", "\tw.watcher = s\n",
		watchGoes, "a user-defined strategy may sleep for an hour next",
	},
	{
		"Close of a group wakes nobody", "crew.go",
		"\tw.rouse()           // park edge: behind leaving\n", "",
		groupEnds, "workers of a group that is gone sleep on",
	},
	{
		"a group leaves with runs in hand", "crew.go",
		"\tif position != w.taken.load()&^closedBit { // group edge\n\t\treturn\n\t}\n", "",
		inHand, "what a worker has in hand is overwritten",
	},
}
