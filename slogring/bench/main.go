// Command bench measures how long a call to a logger takes, for slogring and for what programs use
// instead: records of four attributes, as JSON, to a file and to a pipe. Subjects run in random
// order, in rounds; the medians of the rounds are printed.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each subject runs")
	calls := flag.Int64("calls", 200_000, "how many records a run writes")
	flag.Parse()
	if *rounds < 1 || *calls < 64 {
		fmt.Fprintln(os.Stderr, "bench: -rounds must be at least 1, and -calls 64")
		os.Exit(2)
	}
	if err := bench(*rounds, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(rounds int, calls int64) error {
	fmt.Printf("%s, %d CPUs, %d rounds of %d records\n", runtime.Version(), runtime.NumCPU(), rounds, calls)
	for _, kind := range []string{"file", "pipe"} {
		direct, err := measure(subjects[0], kind, 1, calls, 0)
		if err != nil {
			return err
		}
		half := direct.perSecond / 2
		for _, goroutines := range []int{1, 8, 64} {
			for _, rate := range []float64{half, 0} {
				if err := compare(kind, goroutines, rate, rounds, calls); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// compare prints a table of all subjects under one load.
func compare(kind string, goroutines int, rate float64, rounds int, calls int64) error {
	load := "as fast as calls return"
	if rate > 0 {
		load = fmt.Sprintf("%.0f records/s, half of what slog.JSONHandler writes", rate)
	}
	fmt.Printf("\n%s, %d goroutines, %s\n", kind, goroutines, load)
	runs := make([][]run, len(subjects))
	for range rounds {
		for _, i := range rand.Perm(len(subjects)) {
			r, err := measure(subjects[i], kind, goroutines, calls, rate)
			if err != nil {
				return fmt.Errorf("%s: %w", subjects[i].name, err)
			}
			runs[i] = append(runs[i], r)
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "logger\tp50\tp99\tp99.9\trecords/s\tlost\t")
	for i, s := range subjects {
		all := runs[i]
		fmt.Fprintf(w, "%s\t%v\t%v\t%v\t%.0f\t%d\t\n", s.name,
			median(all, func(r run) time.Duration { return r.p50 }),
			median(all, func(r run) time.Duration { return r.p99 }),
			median(all, func(r run) time.Duration { return r.p999 }),
			median(all, func(r run) float64 { return r.perSecond }),
			median(all, func(r run) int64 { return r.lost }))
	}
	return w.Flush()
}

func median[V cmp.Ordered](runs []run, of func(run) V) V {
	all := make([]V, len(runs))
	for i, r := range runs {
		all[i] = of(r)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
