package main

// The tests of consumers in a select.
const (
	besideIt  = `^TestWhatComesBesideARegistrationIsFoundOrTold$`
	whileNone = `^TestAConsumerInASelectIsRegisteredOnlyWhileItHasNothing$`
	afterFail = `^TestAConsumerInASelectIsHandedNothingAfterAFailure$`
	toldOnce  = `^TestAClosedRingIsToldOfOnceWhileSomethingMayCome$`
	pastAbort = `^TestAnAbortIsNotTheLastThatAConsumerInASelectHearsOf$`
	leftList  = `^TestAStageLeavesTheListOfWhoHasLeft$`
)

// selects have the signal of a consumer in a select registered too late, elsewhere, or too long.
var selects = []breakage{
	{
		"a signal without a second look", "ready.go",
		"\t\tfrom, to = r.lookAround()\n\t\twaits = r.ready == key\n", "\t\twaits = r.ready == key\n",
		besideIt, "what was published before it was registered wakes nobody",
	},
	{
		"a stage's signal without a second look", "ready.go",
		"\t\tfrom, to = r.lookAround()\n\t\t// One that", "\t\t// One that",
		besideIt, "a list that has changed is not seen",
	},
	{
		"a signal registered after the second look", "ready.go",
		"\t\ts.register(&r.core.readers, key, r.pos+1) // park edge\n\t\tpoint(pointSignal)\n\t\tfrom, to = r.lookAround()\n",
		"\t\tfrom, to = r.lookAround()\n\t\tpoint(pointSignal)\n\t\ts.register(&r.core.readers, key, r.pos+1)\n",
		besideIt, "what comes between the two is neither seen nor told",
	},
	{
		"a signal that was roused is not registered anew", "ready.go",
		"\tif s.lot != l {\n\t\ts.leave()\n", "\tif s.lot == l {\n\t\treturn\n\t} else {\n\t\ts.leave()\n",
		pastAbort, "it is in the lot, and waits for nothing",
	},
	{
		"a signal in the lot of a member that has moved on", "ready.go",
		"waits = m.position.load() <= at && r.seen == list", "waits = r.seen == list",
		besideIt, "that one wakes nobody who comes later",
	},
	{
		"a signal in the lot of a member that has left", "ready.go",
		"waits = m.position.load() <= at && r.seen == list", "waits = m.position.load() <= at && list != nil",
		besideIt, "that one wakes nobody who comes later",
	},
	{
		"a signal stays in two lots", "ready.go",
		"\t\ts.leave()\n\t\tl.alert.enter() // park edge\n", "\t\tl.alert.enter()\n",
		whileNone, "the first list goes on in the second",
	},
	{
		"a signal raises no alert", "ready.go",
		"\t\tl.alert.enter() // park edge\n", "",
		whileNone, "wakers do not look for it",
	},
	{
		"a signal that leaves does not lower the alert", "ready.go",
		"\tl.alert.leave()\n", "",
		whileNone, "producers fence for ever",
	},
	{
		"a signal that leaves stays wanted", "ready.go",
		"\tl.unlink(&s.sleeper)\n\tl.announce()\n", "\tl.unlink(&s.sleeper)\n",
		leftList, "each Done takes the lock",
	},
	{
		"a signal that leaves is kept for others", "ready.go",
		"\tl.unlink(&s.sleeper)\n", "\tl.remove(&s.sleeper)\n",
		whileNone, "another sleeper takes what is sent to its channel",
	},
	{
		"a signal stays when something is found", "ready.go",
		"\tr.signal.raise()\n\treturn from, to\n", "\tr.signal.rouse()\n\treturn from, to\n",
		whileNone, "producers fence while the consumer is busy",
	},
	{
		"a find raises no signal", "ready.go",
		"\tr.signal.raise()\n\treturn from, to\n", "\tr.signal.leave()\n\treturn from, to\n",
		whileNone, "there may be more than it was handed, and it sleeps",
	},
	{
		"a signal stays when its consumer is closed", "join.go",
		"\t\tr.signal.raise()\n", "\t\tr.signal.rouse()\n",
		leftList, "nobody takes it from the list",
	},
	{
		"Close of a consumer raises no signal", "join.go",
		"\t\tr.signal.raise()\n", "\t\tr.signal.leave()\n",
		whileNone, "its own select sleeps on",
	},
	{
		"no first signal", "ready.go",
		"\t\tc.signal.rouse() // nothing is registered yet\n", "",
		whileNone, "what was published before Ready wakes nobody",
	},
	{
		"a signal that overlooks a failure", "ready.go",
		"waits && to == from && r.ended(r.pos) == nil && s.knows", "waits && to == from && s.knows",
		besideIt, "nothing else comes",
	},
	{
		"a signal that overlooks the end", "ready.go",
		" && s.knows(r.core.err())\n", "\n",
		besideIt, "a consumer that called Err before sleeps on while a claim is open",
	},
	{
		"a signal forgets the end", "ready.go",
		"\tif r.core.err() == nil { // later", "\tif true { // later",
		toldOnce, "the value that told of it was not received yet",
	},
	{
		"a signal tells of the end for ever", "ready.go",
		"\ts.told = true\n", "",
		toldOnce, "the consumer polls until the last claim is published",
	},
	{
		"a look after a failure", "ready.go",
		"\tif r.ended(r.pos) == nil { // close edge\n", "\t{\n",
		afterFail, "consumers stop where they stand",
	},
}
