// Command bench measures how many events a second the service acknowledges, and how long one takes,
// against the same service on channels and against one sync per event. It measures the log itself,
// without HTTP. Subjects run in random order, in rounds; the medians of the rounds are printed.
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
	d := flag.Duration("time", time.Second, "how long a run takes")
	dir := flag.String("dir", os.TempDir(), "`directory` on the disk to measure")
	flag.Parse()
	if *rounds < 1 || *d <= 0 {
		fmt.Fprintln(os.Stderr, "bench: -rounds and -time must be positive")
		os.Exit(2)
	}
	fmt.Printf("%s, %d CPUs, %d rounds of %v\n", runtime.Version(), runtime.NumCPU(), *rounds, *d)
	for _, l := range []load{{1, 1, 0}, {8, 1, 0}, {64, 1, 0}, {512, 1, 0}, {8, 64, 0}, {8, 1024, 0}, {8, 64, 8}, {8, 64, 64}} {
		if err := compare(l, *rounds, *d, *dir); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
}

// compare prints a table of all subjects under one load.
func compare(l load, rounds int, d time.Duration, dir string) error {
	fmt.Printf("\n%d producers with %d events each on their way, %d clients\n", l.producers, l.ahead, l.clients)
	runs := make([][]run, len(subjects))
	for range rounds {
		for _, i := range rand.Perm(len(subjects)) {
			r, err := measure(subjects[i], l, d, dir)
			if err != nil {
				return fmt.Errorf("%s: %w", subjects[i].name, err)
			}
			runs[i] = append(runs[i], r)
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "service\tacknowledged/s\tp50\tp99\treceived/s\t")
	for i, s := range subjects {
		all := runs[i]
		fmt.Fprintf(w, "%s\t%.0f\t%v\t%v\t%.0f\t\n", s.name,
			median(all, func(r run) float64 { return r.perSecond }),
			median(all, func(r run) time.Duration { return r.p50 }),
			median(all, func(r run) time.Duration { return r.p99 }),
			median(all, func(r run) float64 { return r.sent }))
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
