// Package doctor says what the library makes of the machine it runs on, measures what the hardware costs, and derives
// from that which wait strategy and which capacity to choose.
package doctor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// matrixTime is the most that the measurement between CPUs takes.
const matrixTime = 10 * time.Second

// Run examines the machine and prints what it finds. It keeps two CPUs busy for some seconds. If the context ends, it
// prints what it has found until then and returns the context's cause.
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

func (f facts) printMachine(w io.Writer) {
	fmt.Fprintln(w, "Machine")
	t := table(w)
	row := func(what, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", what, fmt.Sprintf(format, args...))
	}
	brand := f.CPU
	if brand == "" {
		brand = "not known"
	}
	row("CPU", "%s, %s, %s", brand, f.arch, plural(f.cpus, "CPU"))
	row("cache line", "%s", orUnknown(f.Line, "%d bytes"))
	row("stride", "%d bytes: %s", f.Stride, f.StrideReason)
	row("caches", "L2 %s, L3 %s", size(f.l2), size(f.l3))
	row("assembly", "%s", f.assembly())
	row("spin hint", "%v, %s in one Spin", f.Hint, plural(f.HintsPerSpin, "hint"))
	row("process fence", "%s", f.fence())
	row("processors", "GOMAXPROCS %d, %s, %s", f.Procs, plural(f.cpus, "CPU"), f.quota())
	t.Flush()
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
