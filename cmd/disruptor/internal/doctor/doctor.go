// Package doctor prints what the library detects about the machine, measures what the hardware
// costs, and advises on the wait strategy and the capacity.
package doctor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// matrixTime is the most that the measurement between CPUs takes.
const matrixTime = 10 * time.Second

// Run examines the machine and prints what it finds. It keeps two CPUs busy for some seconds. If
// ctx ends, it prints its findings so far and returns the cause of ctx.
func Run(ctx context.Context, w io.Writer) error {
	f := examine()
	var out bytes.Buffer
	f.printMachine(&out)
	// The reader has something to read while the CPUs are measured.
	if _, err := out.WriteTo(w); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, matrixTime)
	defer cancel()
	m, err := measureMatrix(limited)
	m.print(&out, err)
	f.near, f.far = m.extremes()
	if ctx.Err() == nil {
		printAdvice(&out, f)
	}
	if _, err := out.WriteTo(w); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// table returns a writer of aligned columns.
func table(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// printMachine prints what the library says about the machine, and what else the advice depends on.
func (f facts) printMachine(w io.Writer) {
	fmt.Fprintln(w, "Machine")
	for line := range strings.Lines(f.account + "\n") {
		fmt.Fprint(w, "  "+line)
	}
	row := func(what, text string) { fmt.Fprintf(w, "  %-14s %s\n", what, text) } // as the account has them
	if f.fenced > 0 {
		row("fence takes", fmt.Sprintf("%v at the median while another goroutine runs", readable(f.fenced)))
	}
	row("CPUs", fmt.Sprintf("%d, %s", f.cpus, f.quota()))
	row("cache line", orUnknown(f.line, "%d bytes"))
	row("caches", fmt.Sprintf("L2 %s, L3 %s", size(f.l2), size(f.l3)))
	for _, warning := range warnings(f) {
		fmt.Fprintln(w, "  ! "+warning)
	}
}

func printAdvice(w io.Writer, f facts) {
	fmt.Fprintln(w, "\nWait strategy")
	t := table(w)
	for _, a := range waitAdvice(f) {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", a.when, a.choose, a.why)
	}
	t.Flush()
	fmt.Fprintln(w, "\nCapacity (slots, at most, so that they and their marks of 8 bytes fit)")
	t = table(w)
	fmt.Fprintln(t, "  event\tin half of L2: short delays\tin half of L3: long bursts")
	for _, a := range capacityAdvice(f) {
		fmt.Fprintf(t, "  %d bytes\t%s\t%s\n", a.event, orUnknown(a.inL2, "%d"), orUnknown(a.inL3, "%d"))
	}
	t.Flush()
	if advice := lineAdvice(f); len(advice) > 0 {
		fmt.Fprintln(w, "\nCache lines")
		for _, a := range advice {
			fmt.Fprintln(w, "  "+a)
		}
	}
}
