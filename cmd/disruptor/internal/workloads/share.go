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

var keyedTwo = Workload{
	Name: "K1", Title: "1 producer, 2 workers, each with its keys", Unit: perEvent,
	Cases: fixed(keyed("K1", 2, false, 0)),
}

var keyedFour = Workload{
	Name: "K2", Title: "1 producer, 4 workers, each with its keys", Unit: perEvent,
	Cases: fixed(keyed("K2", 4, false, 0)),
}

var keyedSkewed = Workload{
	Name: "K3", Title: "1 producer, 4 workers, each with its keys, one key in half of the events", Unit: perEvent,
	Cases: fixed(keyed("K3", 4, true, 0)),
}

var keyedWork = Workload{
	Name: "K4", Title: "1 producer, 4 workers, each with its keys, some 50 ns of work for each event", Unit: perEvent,
	Cases: fixed(keyed("K4", 4, false, 60)),
}

func keyed(workload string, workers int, skewed bool, work int) harness.Case {
	c := stream(workload)
	c.Kind, c.After, c.Keys, c.Skewed, c.Work = harness.Keyed, make([][]int, workers), 1<<10, skewed, work
	return c
}
