package workloads

import "github.com/be395dad/disruptor/cmd/disruptor/internal/harness"

// What a ring between processes costs, compared with the ring of one process and with pipes and
// sockets. There are as many busy processes as there are goroutines elsewhere.

var between1to1 = Workload{
	Name: "S1", Title: "between processes: 1 producer, 1 consumer", Unit: perEvent,
	Cases: inBatches(stream("S1")),
}

var between3to1 = Workload{
	Name: "S2", Title: "between processes: 3 producers, 1 consumer", Unit: perEvent,
	Cases: inBatches(producers("S2", 3, 1)),
}

var between1to3 = Workload{
	Name: "S3", Title: "between processes: 1 producer, 3 consumers that each see every event", Unit: perEvent,
	Cases: inBatches(graph("S3", threeEach)),
}

var betweenChain = Workload{
	Name: "S4", Title: "between processes: pipeline of 3 stages", Unit: perEvent,
	Cases: inBatches(graph("S4", chain)),
}

var betweenTrip = Workload{
	Name: "S8", Title: "round trip to another process, events of 8 bytes", Unit: perTrip,
	Cases: fixed(trip("S8", 1, false)),
}

// betweenTrip56 has the largest events that share a line with their mark.
var betweenTrip56 = Workload{
	Name: "S8-56", Title: "round trip to another process, events of 56 bytes", Unit: perTrip,
	Cases: fixed(trip("S8-56", 7, false)),
}

var betweenTripParked = Workload{
	Name: "S8-block", Title: "round trip to another process, where both sides park at once", Unit: perTrip,
	Cases: fixed(trip("S8-block", 1, true)),
}

var attach = Workload{
	Name: "S9-attach", Title: "open a ring of 64Ki slots in a file, and detach from it", Unit: nanos,
	Cases: func(Options) []harness.Case {
		c := stream("S9-attach")
		c.Kind, c.Between = harness.Attach, true
		return []harness.Case{c}
	},
}

// orphan kills so many processes in each run, since the percentile that matters is the 99th.
var orphan = Workload{
	Name: "S9-orphan", Title: "from just before a producer kills itself to the event after its claim", Unit: nanos,
	Cases: func(o Options) []harness.Case {
		c := stream("S9-orphan")
		c.Kind, c.Between, c.Capacity, c.Count = harness.Orphan, true, small, 200
		if o.Quick {
			c.Count = 10
		}
		return []harness.Case{c}
	},
}

// inBatches makes cases with batches of 1, 16 and 64 of one.
func inBatches(c harness.Case) func(Options) []harness.Case {
	c.Between = true
	var cases []harness.Case
	for _, n := range []int{1, 16, 64} {
		c.Batch = n
		cases = append(cases, c)
	}
	return fixed(cases...)
}

func trip(workload string, words int, park bool) harness.Case {
	c := wait(workload, harness.Echo, 0)
	c.Between, c.Words, c.Park = true, words, park
	return c
}
