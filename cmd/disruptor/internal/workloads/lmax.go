package workloads

import (
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// The performance tests of the LMAX Disruptor that W1 to W8 don't cover.

// longArrays is OneToOneSequencedLongArray: events of 2,048 words.
var longArrays = Workload{
	Name: "L1", Title: "1 producer, 1 consumer, events of 16 KiB", Unit: perEvent,
	Cases: func(Options) []harness.Case {
		c := sized("L1", 2048)
		c.Capacity = small
		return []harness.Case{c}
	},
}

// threeToThree is ThreeToThreeSequenced: three rings with a producer each, one consumer of all of them.
var threeToThree = Workload{
	Name: "L2", Title: "3 rings with a producer each, 1 consumer that takes turns, events of 24 bytes", Unit: perEvent,
	Cases: func(Options) []harness.Case {
		c := producers("L2", 3, 1)
		c.Kind, c.Words = harness.Gather, 3
		return []harness.Case{c}
	},
}

// pingPong is PingPongSequencedLatency: a question every microsecond, and what was delayed counts too.
var pingPong = Workload{
	Name: "L3", Title: "ping-pong, 1 µs apart, corrected for what it delays", Unit: perTrip,
	Cases: func(Options) []harness.Case {
		c := wait("L3", harness.Echo, time.Microsecond)
		c.Every = time.Microsecond
		return []harness.Case{c}
	},
}

// blocks is OneToOneOnHeap, with 64Ki blocks instead of 1Mi.
var blocks = Workload{
	Name: "L4", Title: "1 producer, 1 consumer, events of 256 bytes", Unit: perEvent,
	Cases: fixed(sized("L4", 32)),
}

// sequencer is OneToOneRaw and OneToOneRawBatch: no events, sequences only.
var sequencer = Workload{
	Name: "L5", Title: "1 producer, 1 consumer, sequences without events", Unit: perEvent,
	Cases: func(Options) []harness.Case {
		single, ten := stream("L5"), stream("L5")
		single.Kind, ten.Kind, ten.Batch = harness.Bare, harness.Bare, 10
		return []harness.Case{single, ten}
	},
}

// poller is OneToOneSequencedPoller: the consumer asks, and yields when there is nothing.
var poller = Workload{
	Name: "L6", Title: "1 producer, 1 consumer that polls", Unit: perEvent,
	Cases: func(Options) []harness.Case {
		c := stream("L6")
		c.Poll = true
		return []harness.Case{c}
	},
}
