package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// columns says which of the optional columns the table of a workload has.
type columns struct {
	Percentiles             []string // in ascending order, "max" and "mean" last
	Median, Age, CPU, Ratio bool
}

// Count returns the number of columns besides the subject's name.
func (c columns) Count() int {
	n := 1 + len(c.Percentiles)
	if c.Median {
		n += 2
	}
	if c.Age {
		n++
	}
	if c.CPU {
		n++
	}
	if c.Ratio {
		n++
	}
	return n
}

// A line is one row as text.
type line struct {
	Name, Family                   string
	Note                           string // why it is not ranked
	Failed, Leader                 bool
	Median, Quartiles, Ratio, Kept string
	RatioQuartiles, Age, CPU       string
	Percentiles                    []string
}

func columnsOf(rows []result.Row) columns {
	var c columns
	names := map[string]bool{}
	for _, r := range rows {
		for name := range r.Percentiles {
			if name != "p50" { // it is the median
				names[name] = true
			}
		}
		c.Median = c.Median || known(median(r))
		c.Age = c.Age || known(r.AgeP99)
		c.CPU = c.CPU || r.CPU > 0
		c.Ratio = c.Ratio || known(r.RatioToChan)
	}
	c.Percentiles = slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(percentileOrder(a), percentileOrder(b)), strings.Compare(a, b))
	})
	return c
}

// median returns the median of a row's runs: of latencies, that of their medians.
func median(r result.Row) float64 {
	if p50 := r.Percentiles["p50"]; !known(r.NsMedian) {
		return p50
	}
	return r.NsMedian
}

// percentileOrder puts names that are no percentiles last.
func percentileOrder(name string) float64 {
	if p, ok := percentile(name); ok {
		return p
	}
	return 2
}

// percentile returns 0.999 for "p99.9", and false for "max", "mean", and what can't be read.
func percentile(name string) (float64, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok {
		return 0, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	return p / 100, err == nil && p >= 0 && p < 100
}

// lines renders rows that stand fastest first.
func (c columns) lines(rows []result.Row) []line {
	leads := leaders(rows)
	var all []line
	for i, r := range rows {
		l := line{
			Name: name(r), Family: family(r), Note: r.Note(), Failed: r.State() == result.Failed, Leader: leads[i],
			Median: timeOf(median(r)), Quartiles: timeSpread(r.NsQ1, r.NsQ3),
			Age: timeOf(r.AgeP99), Kept: fmt.Sprintf("%d/%d", r.Kept, r.Total),
		}
		if known(r.RatioToChan) {
			l.Ratio = figure(r.RatioToChan) + "×"
			l.RatioQuartiles = spread(r.RatioToChanQ1, r.RatioToChanQ3)
		}
		if c.CPU {
			l.CPU = percent(r.CPU)
		}
		for _, name := range c.Percentiles {
			l.Percentiles = append(l.Percentiles, timeOf(r.Percentiles[name]))
		}
		all = append(all, l)
	}
	return all
}

// percent writes a fraction; 0 is a result here.
func percent(v float64) string {
	if v != 0 && !known(v) {
		return none
	}
	return cmp.Or(result.Digits(100*v), "0") + " %"
}
