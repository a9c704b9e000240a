//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

// Kills kills, stops and restarts processes that share a ring of package shm, at random moments,
// and checks what the others see. Only events that a producer had claimed and not published are
// lost. No event comes twice, torn or in another order. Nobody hangs. Every claimed sequence is
// delivered, lost or aborted.
//
//	go run ./verification/kills                             # 10,000 kills: four producers, three consumers
//	go run ./verification/kills -torture -minutes 10        # eight producers, six consumers in three stages
//	go run -tags disruptor_faults ./verification/kills      # most processes kill themselves, at a point of the protocol
//
// With the tag disruptor_faults, package shm has points: after a record was stored, after a slot
// was marked, in the middle of a recovery, and so on. Two of three processes then kill
// themselves when they pass a point for the k-th time, if they live that long. Without the tag
// they have only the few points between calls. The other processes are killed from outside in
// both builds.
//
// -kills ends it after a number of kills, -minutes after a time; with both, the first limit
// counts. At the end it prints a line with the numbers of delivered, lost and evicted. The exit
// status is 1 if any check fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/be395dad/disruptor/internal/kills"
	"github.com/be395dad/disruptor/shm"
)

func main() {
	kills.Child()
	n := flag.Int64("kills", 0, "end after so many kills; 0: see -minutes; neither: 10000")
	minutes := flag.Float64("minutes", 0, "end after so many minutes; 0: see -kills")
	torture := flag.Bool("torture", false, "all kinds of consumers, in three stages, and more of everybody")
	separate := flag.Bool("separate", false, "marks are apart from the slots")
	flag.Parse()
	if err := run(*n, *minutes, *torture, *separate); err != nil {
		fmt.Fprintln(os.Stderr, "kills:", err)
		os.Exit(1)
	}
}

func run(n int64, minutes float64, torture, separate bool) error {
	if n < 0 || minutes < 0 {
		return fmt.Errorf("-kills of %d, -minutes of %v: nothing to do", n, minutes)
	}
	if n == 0 && minutes == 0 {
		n = 10000
	}
	storm := kills.Downpour(n, time.Duration(minutes*float64(time.Minute)))
	if torture {
		storm = kills.Torture(storm.Kills, storm.For)
	}
	storm.Marks = shm.EmbeddedMarks
	if separate {
		storm.Marks = shm.SeparateMarks
	}
	if !kills.Named {
		fmt.Println("without the tag disruptor_faults: no process kills itself at a point of package shm")
	}
	last := time.Now()
	storm.Progress = func(t kills.Tally) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			fmt.Println(t)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	tally, err := storm.Run(ctx)
	fmt.Printf("%v: %v\n", time.Since(began).Round(time.Second), tally)
	if err == nil {
		fmt.Println("all of it adds up")
	}
	return err
}
