// Uneven prints how unevenly keys load partitions: how many times the mean the heaviest partition
// gets, and how many partitions' worth of work n partitions therefore do. docs/scaling.md has the
// output.
//
//	go run ./bridge/jetstream/uneven
package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/be395dad/disruptor/bridge/jetstream"
)

const (
	keys = 100_000
	sets = 21 // of key names, for the median: which partition the heavy keys meet in is chance
)

func main() { table(os.Stdout) }

// table has a row for each distribution of load on the keys: key number k gets a share
// proportional to k^-s.
func table(w io.Writer) {
	partitions := []int{4, 16, 64, 256}
	fmt.Fprint(w, "| load of the k-th key | heaviest key |")
	for _, n := range partitions {
		fmt.Fprintf(w, " n = %d |", n)
	}
	fmt.Fprint(w, "\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, s := range []float64{0, 0.8, 1, 1.2} {
		shares := zipf(s)
		name := fmt.Sprintf("1/k^%g", s)
		if s == 0 {
			name = "even"
		}
		fmt.Fprintf(w, "| %s | %.3g%% |", name, 100*shares[0])
		for _, n := range partitions {
			x := overload(shares, n)
			fmt.Fprintf(w, " %.2f (%.1f) |", x, float64(n)/x)
		}
		fmt.Fprintln(w)
	}
}

// zipf returns the shares of the keys, which add up to 1.
func zipf(s float64) []float64 {
	shares := make([]float64, keys)
	sum := 0.0
	for k := range shares {
		shares[k] = math.Pow(float64(k+1), -s)
		sum += shares[k]
	}
	for k := range shares {
		shares[k] /= sum
	}
	return shares
}

// overload returns the load of the heaviest of n partitions, divided by the mean load: the median
// of several sets of key names.
func overload(shares []float64, n int) float64 {
	results := make([]float64, sets)
	for set := range results {
		load := make([]float64, n)
		for k, share := range shares {
			load[jetstream.Partition(fmt.Sprintf("%d-%d", set, k), n)] += share
		}
		results[set] = slices.Max(load) * float64(n)
	}
	slices.Sort(results)
	return results[sets/2]
}
