package main

// The tests of handlers that fail.
const (
	policies  = `^TestAFailurePolicyAtEachEventOfABatch$`
	countEach = `^TestEventsThatFailAreCountedApart$`
	ringFails = `^TestAFailureOfTheRingEndsAPauseAtOnce$`
	ringEnds  = `^TestCloseAndShutdownLetRetriesRunOut$`
	leaves    = `^TestCloseOfAConsumerEndsItsPauseAtOnce$`
)

// remedies do too much, too little, or at the wrong time.
var remedies = []breakage{
	{
		"a retry takes in what has come since", "stage.go",
		"\tfrom, to, _ := s.inHand()\n\treturn s.attempt(",
		"\tfrom, to := s.consumer.look()\n\treturn s.attempt(",
		policies, "with MaxBatch, or after a skip, the handler is to be called with what it had in hand",
	},
	{
		"one retry too few", "failure.go",
		"times <= r.Retries", "times < r.Retries",
		policies, "the limit is exact",
	},
	{
		"events that fail share a count", "failure.go",
		"\t\t\tat, times = first, 0\n", "\t\t\tat = first\n",
		countEach, "an event is given up for the failures of another",
	},
	{
		"a retry begins at the start of the batch", "failure.go",
		"\t\th.finish(first)\n", "",
		policies, "Each handles the events again that it has handled",
	},
	{
		"a dead letter comes after the position", "failure.go",
		"\tcase r.dead:\n", "\tcase r.dead:\n\t\th.finish(last)\n",
		policies, "later stages, and the next lap, are given the event before DeadLetter has had it",
	},
	{
		"a failure of the ring does not end a pause", "failure.go",
		"\t\tcase <-t.C:\n\t\tcase <-r.ring.stop: // close edge\n", "\t\tcase <-t.C:\n",
		ringFails, "Run waits for as long as a pause may be",
	},
	{
		"Close of the ring ends a pause", "failure.go",
		"\t\tcase <-t.C:\n\t\tcase <-r.ring.stop: // close edge\n", "\t\tcase <-t.C:\n\t\tcase <-r.ring.over:\n\t\tcase <-r.ring.stop: // close edge\n",
		ringEnds, "the retries of a closed ring follow each other without a pause",
	},
	{
		"Close of the consumer does not end a pause", "failure.go",
		"\t\tcase <-r.ring.stop: // close edge\n\t\tcase <-r.left: // leave edge\n\t\t}\n", "\t\tcase <-r.ring.stop: // close edge\n\t\t}\n",
		leaves, "it holds its place for as long as a pause may be",
	},
}
