// Shm explores models of the protocol of a ring that several processes share: every interleaving of small configurations,
// with processes that are killed at any step.
//
//	go run ./verification/shm quick          # at most half a minute on two cores
//	go run ./verification/shm full           # minutes
//	go run ./verification/shm -run 'join'    # of full, the lines whose name matches
//	go run ./verification/shm -trace NAME    # a shortest counterexample, in words
//
// It prints a line for each configuration, variant and seeded bug. The exit status is 1 if a
// configuration or variant breaks a property, a bug is not found, or a search is cut off.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	run := flag.String("run", "", "only the lines whose name matches this `regexp`")
	trace := flag.String("trace", "", "print a shortest counterexample of the line of this `name`")
	jobs := flag.Int("jobs", 0, "how many searches run at once (0: two of quick, one of full)")
	limit := flag.Int("limit", 10_000_000, "how many states a search may have")
	flag.Parse()
	if err := try(flag.Arg(0), *run, *trace, *jobs, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "shm:", err)
		os.Exit(1)
	}
}

func try(speed, run, trace string, jobs, limit int) error {
	debug.SetMemoryLimit(1800 << 20)
	if trace != "" {
		return explain(trace, limit)
	}
	if speed != "" && speed != "quick" && speed != "full" {
		return fmt.Errorf("%q is neither quick nor full", speed)
	}
	pattern, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	if jobs <= 0 {
		jobs = 1
		if speed == "quick" {
			jobs = 2
		}
	}
	var chosen []entry
	for _, e := range table() {
		if pattern.MatchString(e.title()) && (speed != "quick" || e.quick) {
			chosen = append(chosen, e)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no line matches %q", run)
	}
	began := time.Now()
	var next, failed atomic.Int64
	var group sync.WaitGroup
	for range jobs {
		group.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(chosen); i = next.Add(1) - 1 {
				if !chosen[i].run(limit) {
					failed.Add(1)
				}
			}
		})
	}
	group.Wait()
	fmt.Printf("%d lines in %.1f s\n", len(chosen), time.Since(began).Seconds())
	if n := failed.Load(); n > 0 {
		return fmt.Errorf("%d of them not as expected", n)
	}
	return nil
}

// explain prints what breaks the line of this name, or says that nothing does.
func explain(name string, limit int) error {
	for _, e := range table() {
		if e.title() != name && e.name != name {
			continue
		}
		r := e.search(limit)
		for i, line := range r.Trace {
			fmt.Printf("%3d %s\n", i, line)
		}
		if r.Bad == "" {
			fmt.Println("no counterexample in", r.States, "states")
		}
		return nil
	}
	return fmt.Errorf("no line %q", name)
}
