package main

import "slices"

// A breakage is one mistake, and the test that must notice it. Some wait a little between two
// steps in the wrong order: the order alone is the mistake, and the wider gap only saves rounds.
type breakage struct {
	name string
	file string // by its path in the module
	old  string // occurs once in the file
	new  string
	test string // what -run is given
	why  string
}

// The tests, by what they make likely.
const (
	late     = `^TestWhoSeesNothingIsWokenThoughTheStoreIsLate$`
	readers  = late + `/a_publish`
	single   = late + `/a_Single`
	stages   = late + `/stage`
	claims   = late + `/a_claim$`
	turns    = late + `/turn`
	unpinned = late + `/an_unpin`
	ends     = `^TestWhoSeesNoEndIsWokenByIt$`
	asleep   = `^TestBlockWaitParksWithoutATimerUntilWhatItWaitsForHasCome$`
	lastLook = `^TestWhoIsAboutToParkLooksAgain$`
	roomLook = `^TestAClaimIsRegisteredBeforeItsLastLook$`
	publish  = `^TestAPublishWakesOnlyThoseWhoWaitForIt$`
	room     = `^TestDoneWakesTheFirstClaimWhenThereIsRoomForAllOfIt$`
	everyone = `^TestTheEndWakesEveryoneWhoSleeps$`
	turn     = `^TestAClaimThatGoesPassesItsTurnOn$`
	aborts   = `^TestAnAbortWakesWhoIsToStepOverIt$`
	nobody   = `^TestAPublishWakesAClaimWhereNobodyConsumes$`
	ownKey   = `^TestEachIsWokenByWhatItWaitsFor$`
	leaving  = `^TestAHandledConsumerThatSleepsHearsItsClose$`
	endLook  = `^TestAClaimThatIsAboutToParkLooksAtTheEnds$`
	spared   = `^TestNobodyIsSparedWhileSomebodySleeps$`
	calm     = `^TestTheProcessIsFencedOnceAfterManySlotsWithoutAPark$`
	alertCAS = `^TestTheAlertIsNotTakenDownUnderWhoRaisesIt$`
	settled  = `^TestTheAlertIsSettledOnlyOnceTheProcessIsFenced$`
	pair     = `^TestStoreReleasePair$`
	givesWay = `^TestWaitsGiveWayOnceOneHasEndedByAYieldOrAPark$`
	yieldNow = `^TestConsumersOfSeveralYieldAtEachWaitOrNowAndThenInAStream$`
	crowded  = `^TestAConsumerOfACrowdedRingYieldsFirst$`
	learns   = `^TestAConsumerLearnsFromHowItsParksEnd$`
	patient  = `^TestAParkThatEndsWithMuchToTakeMakesWaitsLookForLonger$`
	anyOne   = `^TestASecondTimeIsFoundThroughAnyHandle$`
	noLook   = `^TestToGiveWayIsNoLook$`
	runway   = `^TestTheRunwayStaysWithinTheRoom$`
	keyThrow = `^TestAWorkerWhoseKeyPanicsAsItParksLeavesNoSleeper$`
)

// elsewhere lists the tests that are not in the root, by folder.
var elsewhere = map[string][]string{
	"internal/behaviour": {
		publish, room, everyone, turn, aborts, nobody, ownKey, leaving, twice, inTime, lateSend, noDrop,
		policies, countEach, ringFails, ringEnds, leaves,
		outOfOrder, stays, leftWakes, groupEnds, oneWakes, inHand, groupWakes, stepsOver, handsOut,
		keyMoves, keysFirst, seatLeft, ownWake, barrier, keyedClose,
		ranges, told, many, inVain, nextPushes, donePushes, sleeps, anyOne,
	},
	"internal/machine": {pair, coarse},
	"internal/waiting": {billion, givesWay, noLook, yieldNow, patient},
}

// folder returns where the test of b is.
func (b breakage) folder() string {
	for folder, tests := range elsewhere {
		if slices.Contains(tests, b.test) {
			return folder
		}
	}
	return "."
}

// tags returns the build tags that the test of b needs.
func (b breakage) tags() string {
	if slices.Contains(debug, b.test) {
		return "disruptor_debug"
	}
	return ""
}

// Some breaks are not here because they lose nothing: leaving out the second look of lot.wake (a
// key only rises, so a goroutine that moves after the first look finds this key or a lower one
// announced, and looks itself), the comparison of ready with the key in finder.park (for the
// same reason), and the emptying of a sleeper's channel (a stale wake-up is only a wake-up in
// vain).
var breaks = slices.Concat(fences, looks, wakes, alerts, groups, keyed, orders, rooms, bounds, remedies, mishaps, pins, selects)

// fences are missing, or in the wrong place.
var fences = []breakage{
	{
		"no fence after a mark", "core.go",
		"\tmachine.Fence()                  // park edge: the mark or cursor before the look at wanted\n", "",
		readers + `/wakers`, "the look at wanted runs ahead of the mark in the store buffer",
	},
	{
		"no fence after a position, for a stage", "core.go",
		"\tmachine.Fence()                 // park edge: the position before the looks at wanted\n", "",
		stages + `/wakers`, "the look at wanted runs ahead of the position in the store buffer",
	},
	{
		"no fence after a position, for a claim", "core.go",
		"\tmachine.Fence()                 // park edge: the position before the looks at wanted\n", "",
		claims + `/wakers`, "the same, where the words are not on one line",
	},
	{
		"no process fence: publish", "alert.go",
		"\t\tprocessFence()       // park edge: stands in for a fence in each waker that found 0\n", "",
		readers + `/fences`, "a waker that found 0 may still have its mark in the store buffer",
	},
	{
		"no process fence: Done", "alert.go",
		"\t\tprocessFence()       // park edge: stands in for a fence in each waker that found 0\n", "",
		stages + `/fences`, "a waker that found 0 may still have its position in the store buffer",
	},
	{
		"process fence before the alert", "alert.go",
		"\tif a.raised.add(oneSleep)&settled == 0 { // park edge\n\t\tprocessFence()       // park edge: stands in for a fence in each waker that found 0\n",
		"\tprocessFence()\n\tif a.raised.add(oneSleep)&settled == 0 {\n",
		readers + `/fences`, "a waker may find 0 after the fence",
	},
	{
		"publish looks at the alert first", "multi.go",
		"\tp.at(from).storeRelease(to) // publish edge, park edge\n\treturn p.raised.load() != 0 // park edge\n",
		"\traised := p.raised.load()\n\tfor range 200_000 {\n\t}\n\tp.at(from).storeRelease(to)\n\treturn raised != 0\n",
		readers + `/fences`, "the alert is raised between the look and the mark",
	},
	{
		"a Single publish looks at the alert first", "single.go",
		"\tp.cursor.storeRelease(to)   // publish edge, park edge\n\treturn p.raised.load() != 0 // park edge\n",
		"\traised := p.raised.load()\n\tfor range 200_000 {\n\t}\n\tp.cursor.storeRelease(to)\n\treturn raised != 0\n",
		single + `/fences`, "the alert is raised between the look and the mark",
	},
	{
		"Done looks at the alert first", "reader.go",
		"\tr.member.storeRelease(r.boundary(), to) // boundary edge, stage edge, reuse edge, park edge\n\tif r.watch.load() != 0 {                // park edge\n",
		"\twatch := r.watch.load()\n\tfor range 200_000 {\n\t}\n\tr.member.storeRelease(r.boundary(), to)\n\tif watch != 0 {\n",
		stages + `/fences`, "the alert is raised between the look and the position",
	},
	{
		"position before avail", "internal/machine/atomic_amd64.go",
		"\t*(*int64)(base) = first\n\t*(*int64)(unsafe.Add(base, WordBytes)) = second\n",
		"\t*(*int64)(unsafe.Add(base, WordBytes)) = second\n\tPause(8)\n\t*(*int64)(base) = first\n",
		pair, "a goroutine that sees the position sees an older boundary",
	},
}

// looks are missing, or come before the registration.
var looks = []breakage{
	{
		"a consumer parks without a look", "finder.go",
		"if !f.comes(seq) && f.ready == key && f.ended(seq) == nil {", "if f.ended(seq) == nil {",
		lastLook, "what is published between the last look and the registration wakes nobody",
	},
	{
		"a consumer parks without a look at the end", "finder.go",
		"if !f.comes(seq) && f.ready == key && f.ended(seq) == nil {", "if !f.comes(seq) && f.ready == key {",
		lastLook, "Close wakes those that are registered, once",
	},
	{
		"a stage parks without a look", "finder.go",
		"if slowest.position.load() <= seq && f.core.members.list.load() == f.seen && f.ended(seq) == nil {",
		"if f.core.members.list.load() == f.seen && f.ended(seq) == nil {",
		lastLook, "the position passes between the last look and the registration",
	},
	{
		"a stage sleeps on one that has left", "finder.go",
		"if slowest.position.load() <= seq && f.core.members.list.load() == f.seen && f.ended(seq) == nil {",
		"if slowest.position.load() <= seq && f.ended(seq) == nil {",
		lastLook, "the position of one that has left never moves",
	},
	{
		"a stage parks without a look at the end", "finder.go",
		"if slowest.position.load() <= seq && f.core.members.list.load() == f.seen && f.ended(seq) == nil {",
		"if slowest.position.load() <= seq && f.core.members.list.load() == f.seen {",
		lastLook, "Close wakes those that are registered, once",
	},
	{
		"a claim looks, then registers its need", "await.go",
		"\tcase a.core.claims.isFirst(a.place): // park edge: the need is registered, now look\n\t\ta.from, a.to = a.claimer.attempt(a.slots, itsTurn)\n",
		"\tdefault:\n\t\ta.from, a.to = a.claimer.attempt(a.slots, itsTurn)\n\t\ta.core.claims.isFirst(a.place)\n",
		roomLook, "room that comes in between wakes nobody",
	},
	{
		"a claim parks without a look at the end", "await.go",
		"\t\t\tif err := a.core.err(); err != nil {\n", "\t\t\tif err := a.core.err(); err != nil && a.place == nil {\n",
		endLook, "Close wakes those that are registered, once",
	},
	{
		"a turn looks, then registers its need", "queue.go",
		"\tq.wanted.store(need) // park edge\n\tif q.hasRoom(need) {\n",
		"\troom := q.hasRoom(need)\n\tq.wanted.store(need)\n\tif room {\n",
		turns, "room that comes in between wakes nobody",
	},
	{
		"a turn registers nothing", "queue.go",
		"\tq.wanted.store(need) // park edge\n\tif q.hasRoom(need) {\n", "\tif q.hasRoom(need) {\n",
		turns, "nobody knows what the next claim needs",
	},
	{
		"a claim registers one slot more", "core.go",
		"return c.claimed() + n - c.capacity }", "return c.claimed() + n - c.capacity + 1 }",
		room, "a threshold above what satisfies it: enough room wakes nobody",
	},
	{
		"a consumer registers the next mark", "finder.go",
		"f.core.readers.enter(key, seq+1)", "f.core.readers.enter(key+1, seq+1)",
		publish, "a threshold above: the mark it waits for wakes nobody",
	},
	{
		"a stage registers the next position", "finder.go",
		"slowest.sleepers.enter(seq, seq+1)", "slowest.sleepers.enter(seq+1, seq+1)",
		asleep, "a threshold above: the position it waits for wakes nobody",
	},
	{
		"a sleeper is put off by one too many", "sleepers.go",
		"s.key, again = at, true", "s.key, again = at+1, true",
		ownKey, "a sleeper that was checked and not satisfied is registered too high",
	},
	{
		"the highest key is announced", "sleepers.go",
		"low = min(low, s.key)", "low = max(low%never, s.key)",
		ownKey, "the next step concerns the lowest",
	},
	{
		"a mark wakes only those above it", "core.go",
		"if c.wantedMark.load() <= from {", "if c.wantedMark.load() < from {",
		publish, "the mark that is waited for is the one at the key",
	},
	{
		"a position wakes one step late", "core.go",
		"if m.wanted.load() < position {", "if m.wanted.load() < position-1 {",
		asleep, "the position that is waited for is the one above the key",
	},
	{
		"room wakes one step late", "core.go",
		"if c.wantedRoom.load() <= position {", "if c.wantedRoom.load() < position {",
		room, "the gate that is waited for is enough",
	},
}
