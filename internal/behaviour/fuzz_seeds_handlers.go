package behaviour

// The second argument of a Handler is MaxBatch and the sum of some of these.
const (
	retryOnce, retryTwice, retryAlways  = 4, 8, 12
	thenSkip, thenLetter, thenBadLetter = 16, 32, 48
	isEach, hasPauses                   = 64, 128
)

// The second argument of an answer is one of these, with callsDone for each event for which it
// calls Done. The third is where it fails.
const succeeds, failsAt, panicsAt, callsDone = 0, 2, 3, 4

// handlerSeeds are lives of consumers with handlers.
func handlerSeeds() [][]byte {
	const answer = "Handler goes on"
	return [][]byte{
		// An Each fails at its second event until that is a dead letter, and at the third only once.
		life(four|single, zero, "Handler", 0, retryTwice+thenLetter+isEach, "Consumer", 1, 0, "SendAll", 4,
			answer, 0, failsAt, 1, answer, 0, panicsAt, 0, "TryNext", 0, answer, 0, failsAt, 0, answer, 0, failsAt, 0, "TryNext", 0,
			answer, 0, succeeds, "TryNext", 0, "Done", 0, 0, "TrySend"),
		// A handler begins again where it has called Done, with a new count; then it skips the rest.
		life(four, zero, "Handler", 0, retryOnce+thenSkip, "SendAll", 0, 4, answer, 0, failsAt+2*callsDone, 2,
			answer, 0, panicsAt+callsDone, 0, answer, 0, failsAt, 0, "SendAll", 0, 4, answer, 0, failsAt+4*callsDone, 3),
		// A failure when all was done is no failure of what comes next.
		life(four, zero, "Handler", 0, 1+retryOnce+thenLetter, "SendAll", 0, 2, answer, 0, failsAt+callsDone, 0,
			answer, 0, failsAt, 0, answer, 0, failsAt, 0),
		// Without a policy the first failure ends the ring, with Each or without, open or closed.
		life(four, far, "Handler", 0, isEach, "Handler", 1, 1, "SendAll", 0, 4, answer, 0, panicsAt, 2, "TrySend", 0),
		life(four|zeroing, far, "Handler", 0, 0, "Consumer", 0, 0, "SendAll", 0, 4, "end", 1, answer, 0, failsAt+callsDone, 2, "Next", 0),
		// The handlers before and behind a failure: one has found what was finished before it.
		life(eight, zero, "Handler", 0, retryOnce+isEach, "Handler", 1, 0, "Handler", 2, 0, "SendAll", 0, 8,
			answer, 0, failsAt, 4, answer, 1, succeeds, answer, 0, failsAt, 0, answer, 1, succeeds),
		// Failures of DeadLetter, of one event on an open ring and of a batch on a closed one.
		life(four, zero, "Handler", 0, thenBadLetter+isEach, "SendAll", 0, 4, answer, 0, failsAt, 3),
		life(four, late, "Handler", 0, thenBadLetter+retryOnce, "SendAll", 0, 4, "end", 1, answer, 0, failsAt+callsDone, 2,
			answer, 0, panicsAt, 0, "TrySend", 0),
		// Pauses that Close of the consumer, the failure of the ring and the end of the session end.
		life(four, zero, "Handler", 0, 1+retryAlways+hasPauses, "Handler", 0, 1+retryOnce+hasPauses+thenLetter, "SendAll", 0, 4,
			answer, 0, failsAt, 0, answer, 1, panicsAt, 0, "TrySend", 0, "Handler.Close", 0, "end", 2, "TrySend", 0),
		life(four|single, zero, "Handler", 0, retryAlways+hasPauses, "Consumer", 1, 0, "SendAll", 4, answer, 0, failsAt+2*callsDone, 3,
			"TryNext", 0, "end", 1),
		// What is not retried, because the ring has failed after Close, or because the consumer leaves.
		life(four, zero, "Handler", 0, retryAlways+isEach, "Handler", 0, thenSkip+isEach, "Handler", 0, retryOnce, "SendAll", 0, 4,
			"Handler.Close", 2, answer, 2, failsAt, 1, "end", 1, "end", 2, answer, 0, failsAt, 2, answer, 1, failsAt, 2),
		// Aborted slots under a handler that is idle, and under one that leaves after its call.
		life(four, zero, "Handler", 0, 0, "Handler", 1, 0, "TryClaim", 0, 1, "Abort", 0, 0, "TrySend", 0, "TryClaim", 0, 0,
			"Abort", 0, 0, "Handler.Close", 0, answer, 0, succeeds, answer, 1, succeeds, "TryClaim", 0, 3, "Abort", 0, 0, "TrySend", 0),
	}
}
