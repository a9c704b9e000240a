package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A configuration is the rows of a workload that can be compared with each other.
type configuration struct {
	result.Size
	rows []result.Row
}

// configurations splits the rows of a workload, in the order in which they first come.
func configurations(rows []result.Row) []*configuration {
	var all []*configuration
	bySize := map[result.Size]*configuration{}
	for _, r := range rows {
		c := bySize[r.Size()]
		if c == nil {
			c = &configuration{Size: r.Size()}
			bySize[r.Size()] = c
			all = append(all, c)
		}
		c.rows = append(c.rows, r)
	}
	return all
}

func (c *configuration) caption() string {
	var parts []string
	if c.Load > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %% of saturation", 100*c.Load))
	}
	if c.Batch > 0 {
		parts = append(parts, "batch "+count(c.Batch))
	}
	if c.Capacity > 0 {
		parts = append(parts, count(c.Capacity)+" slots")
	}
	for _, n := range []struct {
		of   int
		noun string
	}{{c.Producers, "producer"}, {c.Consumers, "consumer"}} {
		switch {
		case n.of == 1:
			parts = append(parts, "1 "+n.noun)
		case n.of > 1:
			parts = append(parts, count(n.of)+" "+n.noun+"s")
		}
	}
	// A line breaks between the parts, and not in them.
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(parts, "\n"), " ", "\u00a0"), "\n", " · ")
}

// name is what a row is called in tables and plots.
func name(r result.Row) string {
	if r.Setting == "" {
		return r.Subject
	}
	return r.Subject + " · " + r.Setting
}

// family is what a row's subject is a setting of.
func family(r result.Row) string { return cmp.Or(r.Group, r.Subject) }

// series is the curve that a row belongs to: what is sized to the batch has the batch in its name.
func series(r result.Row) string { return strings.TrimSuffix(name(r), fmt.Sprintf(" of %d", r.Batch)) }

// known reports whether v can be a figure. Runs without one leave 0, infinity or NaN, and no
// clock has measured less than an attosecond or more than thirty years.
func known(v float64) bool { return v >= 1e-9 && v <= 1e18 }

// counts reports whether a row has a time to be compared.
func counts(r result.Row) bool { return r.State() == result.Ranked && known(r.NsMedian) }

// quartiles returns the ends of a row's spread, no further in than the median. A missing one is the median.
func quartiles(r result.Row) (lo, hi float64) {
	lo, hi = r.NsMedian, r.NsMedian
	if known(r.NsQ1) {
		lo = min(lo, r.NsQ1)
	}
	if known(r.NsQ3) {
		hi = max(hi, r.NsQ3)
	}
	return lo, hi
}

// bySpeed puts the fastest first, then rows without a time by the CPU that they use, then the
// unranked ones: what falls behind, what has too few runs, and failures last.
func bySpeed(a, b result.Row) int {
	rank := func(r result.Row) int {
		if r.State() == result.Ranked && known(r.NsMedian) {
			return -1
		}
		return int(r.State())
	}
	switch d := rank(a) - rank(b); {
	case d != 0:
		return d
	case rank(a) == -1:
		return cmp.Compare(a.NsMedian, b.NsMedian)
	}
	return cmp.Compare(a.CPU, b.CPU)
}

// limit is the group of loops over bare memory. They are shown for how far there is to go, and don't compete: they
// can't be full, closed, waited for or shared.
const limit = result.Limit

// leaders says which of the rows, fastest first, are the fastest: the first that competes, and each whose spread
// reaches into the first's. Without that, a page would name a winner by the noise of the day.
func leaders(rows []result.Row) []bool {
	leads := make([]bool, len(rows))
	reach := 0.0
	for i, r := range rows {
		if !counts(r) || r.Group == limit {
			continue
		}
		lo, hi := quartiles(r)
		if reach == 0 {
			reach = hi
		}
		leads[i] = lo <= reach
	}
	return leads
}

// best keeps the best setting of each family of rows that stand fastest first.
func best(rows []result.Row) []result.Row {
	seen := map[string]bool{}
	var some []result.Row
	for _, r := range rows {
		if !seen[family(r)] {
			seen[family(r)] = true
			some = append(some, r)
		}
	}
	return some
}
