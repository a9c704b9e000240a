package behaviour

// groupSeeds are lives of worker groups. The arguments of a Group say which members it follows, and
// MaxBatch, with 4 for a key, 8 for each of its Attempts, and 32 for each step from one lastResort to the next.
func groupSeeds() [][]byte {
	return [][]byte{
		// Two workers share what there is, and finish it from its end.
		life(eight, zero, "Group", 0, 0, "Worker", 0, "Worker", 0, "SendAll", 0, 6, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"misuse", 0, 13, 1, "Worker.Done", 1, 0, "Worker.TryNext", 1, "Worker.Done", 1, 0, "Worker.Done", 0, 1, "Worker.TryNext", 0,
			"Worker.Done", 0, 0, "Worker.Next", 0, "misuse", 0, 13, 0),
		// A worker leaves in the middle of its run; the unfinished rest goes to another one.
		life(eight|single, far, "Group", 0, 0, "Worker", 0, "Worker", 0, "SendAll", 8, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"Worker.Done", 0, 2, "Worker.Close", 0, "Worker.Done", 1, 0, "Worker.TryNext", 1, "Worker.Done", 1, 0,
			"Worker.Close", 0, "Worker.TryNext", 0, "Worker.TryNext", 1),
		// Aborted slots in the middle of runs, and a run of nothing else.
		life(eight, zero, "Group", 0, 3, "Worker", 0, "TrySend", 0, "TryClaim", 0, 0, "Abort", 0, 0, "TrySend", 0,
			"Worker.TryNext", 0, "Worker.Done", 0, 0, "Worker.TryNext", 0, "Worker.Done", 0, 0, "TryClaim", 0, 2, "Abort", 0, 0,
			"Worker.Next", 0, "TrySend", 0, "Worker.Next", 0),
		// A chain of a consumer, a group and another consumer, of which the first two leave.
		life(eight|zeroing, zero, "Consumer", 0, 0, "Group", 1, 0, "Worker", 0, "Worker", 0, "Consumer", 2, 0, "SendAll", 0, 8,
			"TryNext", 0, "Done", 0, 4, "Worker.TryNext", 0, "Worker.TryNext", 1, "Worker.Done", 1, 0, "TryNext", 1,
			"Consumer.Close", 0, "Worker.Done", 0, 0, "TryNext", 1, "Worker.TryNext", 0, "Group.Close", 0, "TryNext", 1,
			"Worker.Done", 0, 1, "Worker.TryNext", 0, "Worker.Done", 0, 0, "TryNext", 1, "Group.Close", 0, "Done", 1, 0),
		// A group that is closed with a run that a worker has left, and with one in hand.
		life(four, zero, "Group", 0, 1, "Worker", 0, "Worker", 0, "SendAll", 0, 4, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"Worker.Close", 0, "Group.Close", 0, "Worker.TryNext", 1, "Worker.Close", 1, "TrySend", 0, "end", 1, "Group", 0, 0,
			"Worker", 1, "Worker.Next", 2),
		// Keys: each of the workers has some; then one joins, and one leaves with events in hand.
		life(eight, zero, "Group", 0, 4, "Worker", 0, "Worker", 0, "SendAll", 0, 8, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"Worker.TryNext", 0, "Worker", 0, "Worker.Done", 0, 1, "Worker.Close", 0, "Worker.Done", 1, 0, "Worker.TryNext", 1,
			"Worker.Done", 1, 0, "Worker.TryNext", 2, "Worker.Done", 2, 0, "Worker.TryNext", 1, "Worker.Done", 1, 0,
			"Worker.TryNext", 2, "Worker.Done", 2, 0, "SendAll", 0, 8, "Worker.Next", 1, "Worker.Next", 2),
		// One of two workers goes on with its keys, over those of the other, which has its first events in hand and leaves.
		life(eight, zero, "Group", 0, 4, "Worker", 0, "Worker", 0, "SendAll", 0, 8, "Worker.TryNext", 1, "Worker.TryNext", 0,
			"Worker.Done", 0, 0, "Worker.TryNext", 0, "Worker.Done", 0, 0, "Worker.TryNext", 0, "Worker.Done", 0, 0,
			"Worker.Close", 1, "Worker.TryNext", 0, "Worker.Done", 0, 1, "Worker.TryNext", 0, "Worker.Done", 0, 0,
			"Worker.TryNext", 0, "Worker.Done", 0, 0),
		// A worker joins and gets a key of another, which has an event of that key in hand, or
		// will have. Aborts move the keys on.
		life(eight|single, zero, "Group", 0, 4, "Worker", 0, "Worker", 0, "TryClaim", 0, "Abort", 0, "SendAll", 6,
			"Worker.TryNext", 1, "Worker.TryNext", 0, "Worker.Done", 0, 0, "Worker", 0, "TryClaim", 1, "Abort", 0,
			"TryClaim", 1, "Abort", 0, "TryClaim", 1, "Abort", 0, "SendAll", 2, "Worker.TryNext", 2, "Worker.Done", 1, 0,
			"Worker.TryNext", 2, "Worker.TryNext", 1, "Worker.TryNext", 2, "Worker.Done", 1, 0, "Worker.TryNext", 2),
		// Keys, aborted slots among them, before a consumer; the group is closed with events in hand.
		life(eight|single|zeroing, late, "Group", 0, 6, "Worker", 0, "Worker", 0, "Consumer", 1, 0, "TrySend", "TryClaim", 1,
			"Split", 0, 1, "Abort", 0, "Publish", 0, "TrySend", "Worker.TryNext", 0, "Worker.TryNext", 1, "Worker.Done", 0, 0,
			"TryNext", 0, "Group.Close", 0, "Worker.Done", 1, 0, "Worker.TryNext", 0, "Worker.TryNext", 1, "TryNext", 0),
		// The second worker to leave the first event makes a dead letter of it, and leaves the second one.
		life(eight, zero, "Group", 0, 2*8+2*32, "Worker", 0, "Consumer", 1, 0, "SendAll", 0, 3, "Worker.TryNext", 0,
			"Worker.Close", 0, "Worker", 0, "Worker.TryNext", 1, "Worker.Close", 1, "TryNext", 0, "Worker", 0,
			"Worker.TryNext", 2, "Worker.Close", 2, "Worker", 0, "Worker.TryNext", 3, "Worker.Close", 3, "TryNext", 0),
		// An event that is finished takes its attempts with it, with keys too.
		life(eight, zero, "Group", 0, 2*8+2*32, "Worker", 0, "SendAll", 0, 4, "Worker.TryNext", 0, "Worker.Close", 0, "Worker", 0,
			"Worker.TryNext", 1, "Worker.Done", 1, 1, "Worker.Close", 1, "Worker", 0, "Worker.TryNext", 2),
		life(eight, zero, "Group", 0, 4+2*8+2*32, "Worker", 0, "SendAll", 0, 4, "Worker.TryNext", 0, "Worker.Close", 0, "Worker", 0,
			"Worker.TryNext", 1, "Worker.Done", 1, 1, "Worker.Close", 1, "Worker", 0, "Worker.TryNext", 2),
		// A worker makes no attempt at what it has taken and has not been handed: here an aborted slot comes first.
		life(eight, zero, "Group", 0, 3+8+2*32, "Worker", 0, "TrySend", 0, "TryClaim", 0, 0, "Abort", 0, 0, "TrySend", 0,
			"Worker.TryNext", 0, "Worker.Done", 0, 0, "Worker.Close", 0, "Worker", 0, "Worker.TryNext", 1),
		// What one worker leaves of each of two runs is skipped, with keys too; then the ring ends.
		life(eight, zero, "Group", 0, 8+32, "Worker", 0, "Worker", 0, "SendAll", 0, 6, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"Worker.Done", 1, 1, "Worker.Close", 1, "Worker.Close", 0, "Group", 0, 8, "Worker", 1, "TrySend", 0,
			"Worker.TryNext", 2, "Worker.Close", 2),
		life(eight, zero, "Group", 0, 4+8+32, "Worker", 0, "Worker", 0, "SendAll", 0, 8, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"Worker.Close", 1, "Worker.TryNext", 0, "Worker.Close", 0, "Group", 0, 4+8, "Worker", 1, "TrySend", 0,
			"Worker.TryNext", 2, "Worker.Close", 2),
		// A dead letter that fails ends a ring, open or closed, and nothing is given up after that.
		life(four, zero, "Group", 0, 8+3*32, "Worker", 0, "Worker", 0, "SendAll", 0, 4, "Worker.TryNext", 0, "Worker.TryNext", 1,
			"Worker.Close", 1, "Worker.Close", 0),
		life(four, zero, "Group", 0, 4+8+3*32, "Consumer", 0, 0, "Worker", 0, "SendAll", 0, 4, "Worker.TryNext", 0, "end", 1,
			"Worker.Close", 0, "Next", 0, "TrySend", 0),
	}
}

// lossySeeds are lives of lossy consumers and of Senders.
func lossySeeds() [][]byte {
	return [][]byte{
		// No claim waits for a lossy consumer, which misses a lap and goes on, and then leaves.
		life(four, zero, "LossyConsumer", 2, "SendAll", 0, 4, "Lossy.TryNext", 0, "SendAll", 0, 4, "SendAll", 0, 4,
			"Lossy.TryNext", 0, "Lossy.TryNext", 0, "Lossy.TryNext", 0, "Lossy.Close", 0, "TrySend", 0, "Lossy.Close", 0),
		// It has found more than it has copied, and is in the way of one slot.
		life(eight|single|zeroing, far, "LossyConsumer", 2, "LossyConsumer", 6, "SendAll", 8, "Lossy.TryNext", 0,
			"TryClaim", 2, "Publish", 0, "Lossy.TryNext", 0, "Lossy.TryNext", 1, "Lossy.TryNext", 1),
		// Aborted slots before its copy, behind it, and where it has missed something.
		life(four, zero, "LossyConsumer", 3, "TrySend", 0, "TryClaim", 0, 1, "Abort", 0, 0, "TrySend", 0, "Lossy.TryNext", 0,
			"Lossy.TryNext", 0, "TryClaim", 0, 3, "Abort", 0, 0, "TrySend", 0, "Lossy.TryNext", 0),
		// The ring is full for a consumer, which lossy ones don't wait for, and is closed behind them.
		life(four, zero, "Consumer", 0, 0, "LossyConsumer", 0, "SendAll", 0, 4, "TrySend", 0, "TryNext", 0, "Done", 0, 2,
			"end", 1, "SendAll", 0, 4, "LossyConsumer", 0, "Lossy.TryNext", 0, "Lossy.TryNext", 1),
		// A Sender with Drop, with Inline and without either, as long as there is room, on a full ring and after the end.
		life(two, zero, "Consumer", 0, 0, "Sender", 0, 0, "Sender", 1, 1, "Sender", 0, 0, "Sender", 0, 1, "Sender", 0, 2,
			"Sender", 0, 3, "TryNext", 0, "Done", 0, 0, "Sender", 0, 3, "end", 1, "Sender", 0, 0, "Sender", 0, 1, "Sender", 0, 3),
		life(one|single, zero, "Group", 0, 0, "LossyConsumer", 0, "Sender", 0, "Sender", 0, "Worker", 0, "Worker.TryNext", 0,
			"Sender", 1, "Worker.Done", 0, 0, "Sender", 1, "end", 2, "Sender", 0),
		// Senders that wait until Done, a handler or Publish makes room.
		life(two, zero, "Consumer", 0, 0, "SendAll", 0, 2, "TryNext", 0, "Sender", 0, 4, 1, 0, "Sender", 0, 5, 1, 0,
			"Sender", 0, 6, 1, 0, "TryNext", 0, "Sender", 0, 6, 1, 1, "Sender", 0, 7, 2),
		life(two|single|zeroing, far, "Handler", 0, 0, "SendAll", 2, "Sender", 4, 1, "Sender", 7, 1, "Sender", 4, 3),
		life(two, zero, "TryClaim", 0, 0, "TryClaim", 0, 0, "Sender", 0, 4, 1, 0, 0, "Sender", 0, 5, 1, 1, 0, "Sender", 0, 6, 1, 0, 0),
		// Senders whose time is over, one after the other, with the same Sender; then the ring ends.
		life(one, zero, "Consumer", 0, 0, "TrySend", 0, "Sender", 0, 4, 0, "Sender", 0, 4, 0, "Sender", 0, 4, 0, "Sender", 0, 5, 0,
			"Sender", 0, 5, 0, "Sender", 0, 6, 0, "Sender", 0, 6, 0, "Sender", 0, 4, 2, "Sender", 0, 4, 4, "Sender", 0, 5, 0),
	}
}
