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
	exponents := []float64{0, 0.8, 1, 1.2}
	distributions := make([][]float64, len(exponents))
	for i, s := range exponents {
		distributions[i] = zipf(s)
	}
	overloads := make([][]float64, len(partitions))
	for i, n := range partitions {
		overloads[i] = overload(distributions, n)
	}
	for i, s := range exponents {
		name := fmt.Sprintf("1/k^%g", s)
		if s == 0 {
			name = "even"
		}
		fmt.Fprintf(w, "| %s | %.3g%% |", name, 100*distributions[i][0])
		for j, n := range partitions {
			x := overloads[j][i]
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

// overload returns, for each distribution of load on the keys, the load of the heaviest of n
// partitions, divided by the mean load: the median of several sets of key names.
func overload(distributions [][]float64, n int) []float64 {
	results := make([][]float64, len(distributions))
	for set := range sets {
		loads := make([][]float64, len(distributions))
		for i := range loads {
			loads[i] = make([]float64, n)
		}
		for k := range keys {
			p := jetstream.Partition(fmt.Sprintf("%d-%d", set, k), n)
			for i, shares := range distributions {
				loads[i][p] += shares[k]
			}
		}
		for i, load := range loads {
			results[i] = append(results[i], slices.Max(load)*float64(n))
		}
	}
	medians := make([]float64, len(results))
	for i, r := range results {
		slices.Sort(r)
		medians[i] = r[sets/2]
	}
	return medians
}
