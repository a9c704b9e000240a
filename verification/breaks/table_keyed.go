package main

// The tests of groups with a key.
const (
	keyMoves   = `^TestAKeyMovesToAWorkerThatJoinsWhenItsEventsAreFinished$`
	keysFirst  = `^TestKeysAreReadBeforeAnyWorkerIsHandedTheirEvents$`
	seatLeft   = `^TestAnotherWorkerGoesOnWhereOneHasLeft$`
	ownWake    = `^TestAWorkerThatSleepsIsWokenForItsKey$`
	barrier    = `^TestWorkersThatSleepBeforeABarrierAreWoken$`
	keyedClose = `^TestAKeyedGroupIsClosed$`
	seatsLate  = `^TestOfTwoSeatsThatMoveAtOnceOneSeesTheOther$`
	seatsBack  = `^TestThePositionOfAKeyedGroupNeverGoesBack$`
	leavesNow  = `^TestAWorkerGoesToSleepWhileAnotherLeaves$`
	lastKeyed  = `^TestAWorkerGoesToSleepWhileTheLastEventIsKeyed$`
	movesOver  = `^TestASeatThatMovesOverOthersEventsMovesThePosition$`
)

// keyed are wrong in groups with a key.
var keyed = []breakage{
	{
		"no barrier", "seats.go",
		"\ts.barrier.store(at)                 // seat edge: before the look at the position\n", "",
		keyMoves, "a key moves while its earlier events are in hand",
	},
	{
		"keyed is raised before the owners are stored", "seated.go",
		"\ts.assign(from, to)\n\treturn s.keyed.cas(from, to) // seat edge: unless the crew has been closed\n",
		"\traised := s.keyed.cas(from, to)\n\ts.assign(from, to)\n\treturn raised\n",
		keysFirst, "another worker goes by the owners of an earlier lap",
	},
	{
		"the position of seats is stored, not raised", "seats.go",
		"\t\tif position.cas(at, low) { // seat edge, stage edge, reuse edge, park edge\n",
		"\t\tif position.store(low); true {\n",
		seatsBack, "one that was late takes it back",
	},
	{
		"no fence behind a seat", "seated.go",
		"\tt.seat.position.store(at) // seat edge: before the looks at the others\n", "\tt.seat.position.storeRelease(at)\n",
		seatsLate, "two come to their end at once, each misses the other's seat in its store buffer, and the position stands for ever",
	},
	{
		"the barrier is looked at before what is published", "seated.go",
		"if t.find(at, at+1) <= at || s.blocked() != 0 {", "if s.blocked() != 0 || t.find(at, at+1) <= at {",
		leavesNow, "the position has come to the barrier since, and nobody looks what was published",
	},
	{
		"a worker sleeps where it would before the last event was keyed", "idle.go",
		"\tfound = found || t.own != nil && t.own.end != taken ", "\tfound = found || t.own != nil && t.own.end < 0 ",
		lastKeyed, "it waits for what is published, and nothing is any more",
	},
	{
		"a seat that moves over others' events does not look around", "seated.go",
		"\tcase t.period == 1:\n", "\tcase t.period == 0:\n",
		movesOver, "the position stands while the next event of the seat is in hand",
	},
	{
		"a seat begins at what is published", "seats.go",
		"\tat := s.keyed.load() &^ closedBit // seat edge\n\tst := ", "\tat := s.core.publishedEnd()\n\tst := ",
		seatLeft, "what is not keyed yet is handed to nobody",
	},
	{
		"a seat that is left is dropped", "seats_left.go",
		"\tif s.next(st) == st.end {\n\t\ts.finish(st)\n\t\treturn false\n\t}\n", "\ts.finish(st)\n\tif true {\n\t\treturn false\n\t}\n",
		seatLeft, "what its worker has not finished is handed to nobody",
	},
	{
		"a seat is left behind what is in hand", "seated.go",
		"\tif t.from < t.to {\n\t\tst.walked = t.from\n\t}\n", "",
		seatLeft, "what its worker has in hand is handed to nobody",
	},
	{
		"a worker that keys wakes nobody", "seated.go",
		"s.keyed.load() == st.end && t.key() { // seat edge\n\t\tt.rouseIdle()\n\t}\n", "s.keyed.load() == st.end { // seat edge\n\t\tt.key()\n\t}\n",
		ownWake, "the worker whose event it is sleeps on",
	},
	{
		"before a barrier a worker sleeps on what is published", "idle.go",
		"\tif barrier != 0 {\n", "\tif barrier < 0 {\n",
		barrier, "the events it waits for are there, and the position that comes to the barrier wakes nobody",
	},
	{
		"a worker whose seat moves the position wakes nobody", "seats.go",
		"\t\t\ts.moved(low)\n", "",
		barrier, "nobody hears that the barrier is reached",
	},
	{
		"a closed group keeps what nobody was handed", "seated.go",
		"\tif st.position.load() < st.end { // seat edge: its own\n\t\tt.settleAt(st.end)\n\t}\n}\n", "}\n",
		keyedClose, "it never leaves the ring",
	},
}
