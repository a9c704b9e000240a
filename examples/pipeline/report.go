package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/be395dad/disruptor"
)

// A stage counts what one stage was handed. While the ring runs, only that stage's goroutine
// writes it.
type stage struct {
	name     string
	sizes    map[int]int64 // how many batches of each size
	batches  int64
	records  int64
	greatest int64 // the greatest lag
}

// measure counts the batches of a stage, and how far behind the producer it is when it gets them.
func (p *pipeline) measure(name string, h disruptor.Handler[record]) disruptor.Handler[record] {
	s := &stage{name: name, sizes: map[int]int64{}}
	p.stages = append(p.stages, s)
	return func(b disruptor.Batch[record]) error {
		s.sizes[b.Len()]++
		s.batches++
		s.records += int64(b.Len())
		s.greatest = max(s.greatest, p.ring.Published()-b.From())
		return h(b)
	}
}

// row returns the stage's line of the report: how many batches, their sizes, and the greatest
// lag.
func (s *stage) row() string {
	if s.batches == 0 {
		return s.name + "\t0\t\t\t\t\t\t"
	}
	sizes := slices.Sorted(maps.Keys(s.sizes))
	median, below := 0, int64(0)
	for _, median = range sizes {
		if below += s.sizes[median]; 2*below >= s.batches {
			break
		}
	}
	return fmt.Sprintf("%s\t%s\t%d\t%d\t%.1f\t%d\t%d\t", s.name, group(s.batches),
		sizes[0], median, float64(s.records)/float64(s.batches), sizes[len(sizes)-1], s.greatest)
}

// A point is how many records the journal had written at one time.
type point struct {
	at      time.Duration
	records int64
}

// A fill finds the point at which the journal is first a whole ring ahead of notify. Until then a
// slow notify does not slow the journal; from then on they go at one pace.
type fill struct{ full, last point }

func (f *fill) look(at time.Duration, records int64, full bool) {
	f.last = point{at, records}
	if full && f.full.records == 0 {
		f.full = f.last
	}
}

func (f *fill) String() string {
	if f.full.records == 0 {
		return fmt.Sprintf("journal: %s records/s; notify was never a whole ring behind", rate(point{}, f.last))
	}
	before := fmt.Sprintf("journal: %s records/s for the first %s, until the ring was full behind notify",
		rate(point{}, f.full), group(f.full.records))
	if f.last == f.full {
		return before
	}
	return fmt.Sprintf("%s; %s records/s after", before, rate(f.full, f.last))
}

func (p *pipeline) report(w io.Writer) {
	fmt.Fprintf(w, "%s records, %s words, %s bytes in %v: %s records/s\n", group(p.accepted), group(p.parser.words),
		group(p.parser.bytes), p.elapsed.Round(time.Millisecond), rate(point{}, point{p.elapsed, p.accepted}))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "stage\tbatches\tsmallest\tmedian\tmean\tlargest\tgreatest lag\t")
	for _, s := range p.stages {
		fmt.Fprintln(table, s.row())
	}
	table.Flush()
	if p.opt.slowNotify > 0 {
		fmt.Fprintln(w, &p.fill)
	}
	n := p.notifier
	fmt.Fprintf(w, "clients: %d came, %d left, %d dropped because they did not read in time\n", n.met, n.left, n.dropped)
}

// rate returns the records per second between two points.
func rate(from, to point) string {
	seconds := max(to.at-from.at, time.Nanosecond).Seconds()
	return group(int64(float64(to.records-from.records) / seconds))
}

// group writes n with a comma between thousands.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
