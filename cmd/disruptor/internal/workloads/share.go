package workloads

import "github.com/be395dad/disruptor/cmd/disruptor/internal/harness"

// Where each event goes to one of several.

var shared = Workload{
	Name: "W11", Title: "3 producers, 3 workers that share the events, one event at a time", Unit: perEvent,
	Cases: fixed(share("W11", 3, 1, threeEach)),
}

var sharedBatches = Workload{
	Name: "W11b", Title: "3 producers, 3 workers that share the events, in batches of 16", Unit: perEvent,
	Cases: fixed(share("W11b", 3, 16, threeEach)),
}

// jobs is a queue of jobs, and a worker for each of some processors.
var jobs = Workload{
	Name: "W12", Title: "1 producer, 4 workers that share the events, one event at a time", Unit: perEvent,
	Cases: fixed(share("W12", 1, 1, [][]int{nil, nil, nil, nil})),
}

func share(workload string, n, batch int, workers [][]int) harness.Case {
	c := producers(workload, n, batch)
	c.Kind, c.After = harness.Share, workers
	return c
}
