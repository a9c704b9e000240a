package workloads

import "github.com/be395dad/disruptor/cmd/disruptor/internal/harness"

// The streams: events as fast as they go, through each shape of graph.

var oneToOne = Workload{
	Name: "W1", Title: "1 producer, 1 consumer, one event at a time", Unit: perEvent,
	Cases: func(Options) []harness.Case {
		tight := stream("W1")
		tight.Capacity = small
		return []harness.Case{stream("W1"), tight}
	},
}

var batches = Workload{
	Name: "W2", Title: "1 producer, 1 consumer, in batches", Unit: perEvent,
	Cases: func(Options) []harness.Case {
		b16, b64 := stream("W2"), stream("W2")
		b16.Batch, b64.Batch = 16, 64
		return []harness.Case{b16, b64}
	},
}

var broadcast = Workload{
	Name: "W3", Title: "1 producer, 3 consumers that each see every event", Unit: perEvent,
	Cases: fixed(graph("W3", threeEach)),
}

var pipeline = Workload{
	Name: "W4", Title: "pipeline of 3 stages", Unit: perEvent,
	Cases: fixed(graph("W4", chain)),
}

var diamond = Workload{
	Name: "W5", Title: "diamond: 2 stages, and a third after both", Unit: perEvent,
	Cases: fixed(graph("W5", rhombus)),
}

var threeToOne = Workload{
	Name: "W6", Title: "3 producers, 1 consumer, one event at a time", Unit: perEvent,
	Cases: fixed(producers("W6", 3, 1)),
}

var threeToOneBatches = Workload{
	Name: "W7", Title: "3 producers, 1 consumer, in batches of 16", Unit: perEvent,
	Cases: fixed(producers("W7", 3, 16)),
}

var wide = Workload{
	Name: "W10", Title: "1 producer, 1 consumer, events of 64 bytes", Unit: perEvent,
	Cases: fixed(sized("W10", 8)),
}

func graph(workload string, after [][]int) harness.Case {
	c := stream(workload)
	c.After = after
	return c
}

func producers(workload string, n, batch int) harness.Case {
	c := stream(workload)
	c.Producers, c.Batch = n, batch
	return c
}

func sized(workload string, words int) harness.Case {
	c := stream(workload)
	c.Words = words
	return c
}
