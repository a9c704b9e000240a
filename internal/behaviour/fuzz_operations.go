package behaviour

import "github.com/be395dad/disruptor"

type operation struct {
	name string
	do   func(*Session)
}

// operations are the operations that a byte of a session stands for. Each compares the answer of
// the ring with that of the model; after each, the session compares the rest.
var operations = []operation{
	{"TryClaim", (*Session).opTryClaim},
	{"Claim", (*Session).opClaim},
	{"Split", (*Session).opSplit},
	{"Publish", func(s *Session) { s.finish(s.pick(len(s.open)), false) }},
	{"Abort", func(s *Session) { s.finish(s.pick(len(s.open)), true) }},
	{"TrySend", (*Session).opTrySend},
	{"Send", (*Session).opSend},
	{"SendAll", (*Session).opSendAll},
	{"Do", (*Session).opDo},
	{"Consumer", (*Session).opConsumer},
	{"TryNext", (*Session).opTryNext},
	{"Next", (*Session).opNext},
	{"Done", (*Session).opDone},
	{"Batches", (*Session).opBatches},
	{"At", (*Session).opAt},
	{"WaitFor", (*Session).opWaitFor},
	{"Consumer.Close", (*Session).opLeave},
	{"end", (*Session).opEnd},
	{"misuse", (*Session).opMisuse},
	{"Group", (*Session).opGroup},
	{"Worker", (*Session).opWorker},
	{"Worker.TryNext", (*Session).opWorkerTryNext},
	{"Worker.Next", (*Session).opWorkerNext},
	{"Worker.Done", (*Session).opWorkerDone},
	{"Worker.Close", (*Session).opWorkerLeave},
	{"Group.Close", (*Session).opGroupLeave},
	{"LossyConsumer", (*Session).opLossy},
	{"Lossy.TryNext", (*Session).opLossyTryNext},
	{"Lossy.Close", (*Session).opLossyLeave},
	{"Sender", (*Session).opSender},
	{"Ready", (*Session).opReady},
	{"Handler", (*Session).opHandler},
	{"Handler goes on", (*Session).opAnswer},
	{"Handler.Close", (*Session).opHandlerLeave},
	// Often, so that a ring moves on.
	{"TrySend", (*Session).opTrySend},
	{"TryNext", (*Session).opTryNext},
	{"Done", (*Session).opDone},
	{"Worker.TryNext", (*Session).opWorkerTryNext},
	{"Worker.Done", (*Session).opWorkerDone},
	{"Handler goes on", (*Session).opAnswer},
}

// producer takes no argument where there is only one.
func (s *Session) producer() disruptor.Producer[event] {
	if len(s.producers) == 1 {
		return s.producers[0]
	}
	return s.producers[s.pick(len(s.producers))]
}

// slots returns how many slots to claim: 1 to Cap+1, so that too many is tried as well.
func (s *Session) slots() int { return 1 + s.pick(s.ring.Cap()+1) }
