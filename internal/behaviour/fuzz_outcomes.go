package behaviour

// Outcomes are the situations that the sessions must meet, to show that FuzzRing reaches them.
var Outcomes = []string{
	"Abort", "Abort after the end", "Abort of nothing", "Abort out of order", "Abort taken back",
	"At", "At above", "At an aborted slot", "At below",
	"Batches drained", "Batches left", "Batches of one that has left",
	"Claim granted", "Claim on an ended ring", "Claim without room",
	"Close", "Close again", "Close with open claims",
	"Consumer", "Consumer after others", "Consumer after the end", "Consumer after those that left",
	"Consumer ahead of whom it follows", "Consumer before open claims",
	"Consumer with a greater MaxBatch", "Consumer with a smaller MaxBatch",
	"Consumer.Close", "Consumer.Close again", "Consumer.Close of a first stage", "Consumer.Close of a middle stage",
	"Consumer.Close of the last", "Consumer.Close with slots in hand",
	"Do aborted by a panic", "Do aborted by an error", "Do on an ended ring", "Do published", "Do without room",
	"Done", "Done of a prefix",
	"Next", "Next ended by its context", "Next on its end",
	"Publish", "Publish after the end", "Publish of nothing", "Publish out of order",
	"Ready", "Ready has nothing", "Ready in vain",
	"Run cancelled",
	"SendAll granted", "SendAll of a part", "SendAll of nothing", "SendAll on an ended ring", "SendAll without room",
	"Send granted", "Send on an ended ring", "Send without room",
	"Split",
	"TryClaim granted", "TryClaim on an ended ring", "TryClaim without room",
	"TryNext", "TryNext early", "TryNext early, with more", "TryNext found nothing", "TryNext over aborted slots",
	"TrySend granted", "TrySend on an ended ring", "TrySend without room",
	"WaitFor", "WaitFor ended by its context", "WaitFor on its end",
	"misuse: Abort again", "misuse: Abort of a claim that is published in part",
	"misuse: Publish of a claim that is published in part",
	"misuse: Abort of a consumer's batch", "misuse: Abort of another ring's batch",
	"misuse: Abort of no batch", "misuse: At and Split out of range", "misuse: Consumer after another ring's",
	"misuse: Consumer after nil", "misuse: Done again", "misuse: Done of another ring's batch",
	"misuse: Done of more than is in hand", "misuse: Done of no batch", "misuse: Done with a gap",
	"misuse: Fill", "misuse: Publish again", "misuse: Publish of another ring's batch", "misuse: Publish of no batch",
	"misuse: a producer of the other kind", "misuse: a second producer", "misuse: claim", "misuse: nil context",
	"misuse: nil handler", "misuse: send", "misuse: Do with nil", "misuse: Fill with nil", "misuse: negative MaxBatch",

	"Group", "Group after others", "Group after the end", "Group with a key",
	"Group.Close", "Group.Close again", "Group.Close with slots in hand",
	"Worker", "Worker again", "Worker found nothing", "Worker of a closed group has more", "Worker over aborted slots",
	"Worker took", "Worker took what another left",
	"Worker with keys again", "Worker with keys found nothing", "Worker with keys took",
	"Worker.Close", "Worker.Close again", "Worker.Close with slots in hand",
	"Worker.Done behind others", "Worker.Done of a prefix", "Worker.Done of the first",
	"Worker.Next", "Worker.Next ended by its context", "Worker.Next on its end",
	"misuse: Group used as a consumer", "misuse: Worker.Done of another ring's batch",
	"misuse: Worker.Done of more than is in hand", "misuse: Worker.Done with a gap",

	"Lossy.Close", "Lossy.Close again",
	"Lossy.TryNext", "Lossy.TryNext after a gap", "Lossy.TryNext found nothing", "Lossy.TryNext of the newest",
	"Lossy.TryNext over aborted slots",
	"LossyConsumer", "LossyConsumer after the end", "LossyConsumer with Newest", "a lossy consumer was pushed",

	"Sender that waits granted", "Sender that waits on an ended ring", "Sender that waits without room",
	"Sender with Drop granted", "Sender with Drop on an ended ring", "Sender with Drop without room",
	"Sender with Inline granted", "Sender with Inline on an ended ring", "Sender with Inline without room",
}

func init() {
	if debugTag {
		Outcomes = append(Outcomes, "misuse: Publish of a consumer's batch")
	}
}
