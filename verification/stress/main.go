// Stress parks goroutines in every way that the ring has, and wakes them, for a given time: no
// wake-up and no event may be lost. It uses only the public API.
//
//	go run ./verification/stress                     # every kind, a minute in all
//	go run ./verification/stress -parks 10000000     # every kind until it has parked so often
//	go run ./verification/stress -kind 'turn|close'
//
// Each kind runs on Single and on Multi rings, with BlockWait.Fence and without it. Parks are those that Stats counts:
// goroutines that have gone to sleep. If nothing moves for 20 seconds a wake-up is lost: then it prints the ring's Stats
// and every goroutine's stack, and exits with status 1; likewise if an event is missing, doubled, or out of order.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	total := flag.Duration("time", time.Minute, "how long all kinds take together")
	parks := flag.Int64("parks", 0, "run each kind until it has parked so often, however long that takes; 0: see -time")
	pattern := flag.String("kind", "", "only the kinds whose name matches this `regexp`")
	flag.Parse()
	if err := run(*pattern, *total, *parks); err != nil {
		fmt.Fprintln(os.Stderr, "stress:", err)
		os.Exit(1)
	}
}

func run(pattern string, total time.Duration, parks int64) error {
	if parks < 0 || total <= 0 {
		return fmt.Errorf("-parks of %d, -time of %v: nothing to do", parks, total)
	}
	match, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	var chosen []kind
	for _, k := range kinds {
		if match.MatchString(k.name) {
			chosen = append(chosen, k)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no kind matches %q", pattern)
	}
	const line = "%-10s%14v%14v%12v%10v%14v%8v\n"
	fmt.Printf(line, "kind", "parks", "wakes", "wasted", "fences", "events", "s")
	show := func(name string, n counts, began time.Time) {
		fmt.Printf(line, name, n.parks, n.wakes, n.wasted, n.fences, n.events, int(time.Since(began).Seconds()))
	}
	var sum counts
	began := time.Now()
	for _, k := range chosen {
		began := time.Now()
		n := k.run(total/time.Duration(len(chosen)), parks)
		show(k.name, n, began)
		sum.add(n)
	}
	show("all", sum, began)
	return nil
}
