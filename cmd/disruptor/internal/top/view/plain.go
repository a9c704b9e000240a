package view

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
)

// Write writes the rings whose targets can be read, as text: nothing is cut, and the numbers are
// exact.
func (s State) Write(w io.Writer) error {
	var b strings.Builder
	for _, i := range s.items() {
		if i.from.Err == nil {
			writeRing(&b, i)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeRing(b *strings.Builder, i item) {
	r := i.ring
	fmt.Fprintf(b, "%s @ %s: %d slots, %d free; %d published, %s/s\n", i.name, i.from.Name, r.Capacity, r.Free, r.Published, exact(r.Publishing))
	b.WriteString("  ")
	if !r.Shared {
		fmt.Fprintf(b, "%d claims blocked for %.3f s, ", r.Blocked, r.BlockedFor)
	}
	fmt.Fprintf(b, "%d slots open for %.3f s\n  ", r.Claimed-r.Published, r.OpenFor)
	if r.Shared {
		fmt.Fprintf(b, "%d lost, %d aborted, %d consumers evicted\n", r.Lost, r.Aborted, r.Evicted)
	} else {
		fmt.Fprintf(b, "%s/s parks, %s/s wakes, %s/s wasted; %d dropped, %s/s, %d inlined, %d timed out\n",
			exact(r.Parking), exact(r.Waking), exact(r.Wasting), r.Dropped, exact(r.Dropping), r.Inlined, r.TimedOut)
	}
	if len(r.Consumers) == 0 {
		b.WriteString("  no consumers\n")
	} else {
		writeConsumers(b, r.Consumers)
	}
	for _, line := range paragraph(r.Explain, "  ", 100, 0) {
		if r.Explain != "" {
			b.WriteString(line + "\n")
		}
	}
}

func writeConsumers(b *strings.Builder, consumers []rates.Consumer) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  consumer\tkind\tposition\tevents/s\tlag\tstate\tfor s\tbatch p50\tp99\tmissed")
	for _, c := range consumers {
		p50, p99, missed := "-", "-", "-"
		if c.Batches.Count > 0 {
			p50, p99 = fmt.Sprint(c.Batches.P50), fmt.Sprint(c.Batches.P99)
		}
		if c.Lossy {
			missed = fmt.Sprint(c.Missed)
		}
		fmt.Fprintf(t, "  %s\t%s\t%d\t%s\t%d\t%s\t%.3f\t%s\t%s\t%s\n", consumerName(c), c.Kind, c.Position, exact(c.Rate), c.Lag,
			printable.Escape(c.State), c.For, p50, p99, missed)
	}
	_ = t.Flush() // a Builder takes everything
}

// exact returns a rate as a number.
func exact(r rates.Rate) string {
	if !r.Known {
		return "-"
	}
	return fmt.Sprintf("%.1f", r.PerSecond)
}
