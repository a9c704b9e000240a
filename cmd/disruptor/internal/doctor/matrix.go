package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// A matrix is the time that a cache line takes from one CPU to another: half a round trip.
type matrix struct {
	cpus []int
	ways [][]time.Duration // ways[i][j] between cpus[i] and cpus[j], j < i; 0: not measured
	of   int               // CPUs there are
}

var errCannotPin = errors.New("goroutines can't be tied to CPUs on this system")

// mostMeasured CPUs fit on a line, and their 120 pairs into a second.
const mostMeasured = 16

func measureMatrix(ctx context.Context) (matrix, error) {
	all, err := usableCPUs()
	if err != nil {
		return matrix{}, err
	}
	m := matrix{cpus: sample(all, mostMeasured), of: len(all)}
	if len(m.cpus) < 2 {
		return m, errors.New("there is one CPU only")
	}
	if runtime.GOMAXPROCS(0) < 2 {
		return m, errors.New("GOMAXPROCS is 1: two threads would not run at once")
	}
	m.ways = make([][]time.Duration, len(m.cpus))
	for i := range m.cpus {
		m.ways[i] = make([]time.Duration, i)
		for j := range i {
			if m.ways[i][j], err = oneWay(ctx, m.cpus[i], m.cpus[j]); err != nil {
				return m, err
			}
		}
	}
	return m, nil
}

// sample returns at most n of the CPUs, in neighbouring couples that are spread over all: couples show what two threads
// of a core or two cores of a cluster take, the distance between couples what clusters and sockets do.
func sample(cpus []int, n int) []int {
	if len(cpus) <= n {
		return cpus
	}
	var some []int
	for i := range n / 2 {
		at := i * len(cpus) / (n / 2)
		some = append(some, cpus[at], cpus[at+1])
	}
	return some
}

// extremes returns the shortest and the longest way that was measured, 0 if none was.
func (m matrix) extremes() (near, far time.Duration) {
	all := m.measured()
	if len(all) == 0 {
		return 0, 0
	}
	return all[0], all[len(all)-1]
}

// measured returns the known ways in ascending order.
func (m matrix) measured() []time.Duration {
	all := slices.DeleteFunc(slices.Concat(m.ways...), func(d time.Duration) bool { return d == 0 })
	slices.Sort(all)
	return all
}

func (m matrix) print(w io.Writer, err error) {
	fmt.Fprintln(w, "\nFrom core to core (ns that a cache line takes one way, the best of several rounds)")
	all := m.measured()
	if len(all) > 0 {
		m.printWays(w)
		fmt.Fprintf(w, "  nearest %d, median %d, farthest %d\n", all[0], all[len(all)/2], all[len(all)-1])
		if len(m.cpus) < m.of {
			fmt.Fprintf(w, "  %d of %d CPUs, in couples of neighbours\n", len(m.cpus), m.of)
		}
	}
	if err != nil {
		fmt.Fprintf(w, "  not measured to the end: %v\n", err)
	}
}

func (m matrix) printWays(w io.Writer) {
	const column = " %4v"
	fmt.Fprintf(w, "  "+column, "CPU")
	for _, cpu := range m.cpus[:len(m.cpus)-1] {
		fmt.Fprintf(w, column, cpu)
	}
	fmt.Fprintln(w)
	for i, row := range m.ways {
		if i == 0 {
			continue // a CPU and itself
		}
		fmt.Fprintf(w, "  "+column, m.cpus[i])
		for _, way := range row {
			if way == 0 {
				fmt.Fprintf(w, column, "-")
			} else {
				fmt.Fprintf(w, column, way.Nanoseconds())
			}
		}
		fmt.Fprintln(w)
	}
}
