package workloads

import (
	"runtime"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// The sweeps: one number of W1 or W6 goes through its range, for the main settings only.

var capacities = sweep("capacity", "1 producer, 1 consumer, by capacity", []int{64, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 20},
	func(c *harness.Case, n int) { c.Capacity = n })

var batchSizes = sweep("batch", "1 producer, 1 consumer, by batch", []int{1, 4, 16, 64, 256},
	func(c *harness.Case, n int) { c.Batch = n })

var producerCounts = sweep("producers", "1 consumer, by number of producers", counts(),
	func(c *harness.Case, n int) { c.Producers = n })

func sweep(name, title string, values []int, set func(c *harness.Case, n int)) Workload {
	cases := make([]harness.Case, len(values))
	for i, n := range values {
		cases[i] = stream(name)
		cases[i].Lean = true
		set(&cases[i], n)
	}
	return Workload{Name: name, Title: title, Unit: perEvent, Cases: fixed(cases...)}
}

// counts returns 1 to 3, and on from there by doubling as long as the consumer still has a processor.
func counts() []int {
	most := min(runtime.GOMAXPROCS(0)-1, harness.MaxProducers)
	n := []int{1, 2, 3}
	for p := 4; p < most; p *= 2 {
		n = append(n, p)
	}
	if most > 3 {
		n = append(n, most)
	}
	return n
}
