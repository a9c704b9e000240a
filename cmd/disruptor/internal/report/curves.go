package report

import (
	"cmp"
	"slices"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A sweep is a workload that varies one parameter.
type sweep struct {
	title string
	of    func(result.Row) int
}

var sweeps = map[string]sweep{
	"batch":     {"events in a batch", func(r result.Row) int { return r.Batch }},
	"capacity":  {"slots in the ring", func(r result.Row) int { return r.Capacity }},
	"producers": {"producers", func(r result.Row) int { return r.Producers }},
}

// drawSweep shows the time per event of each subject over the parameter that varies.
func drawSweep(title string, s sweep, rows []result.Row, looks looks) *plot {
	var curves []curve
	var values []float64
	index := map[string]int{}
	for _, r := range rows {
		v := float64(s.of(r))
		if !counts(r) || !known(v) {
			continue
		}
		i, ok := index[series(r)]
		if !ok {
			i = len(curves)
			index[series(r)] = i
			curves = append(curves, curve{name: series(r), look: looks[series(r)]})
		}
		lo, hi := quartiles(r)
		curves[i].points = append(curves[i].points, point{v, r.NsMedian, lo, hi})
		values = append(values, v)
	}
	for _, c := range curves {
		slices.SortStableFunc(c.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
	}
	frame := lineFrame{title: title, xTitle: s.title, yTitle: "time per event",
		caption: "Time per event at the median; the pale bars are quartiles. Lower is better.",
		xAxis:   func(from, to float64) axis { return doublingAxis(values, from, to) }}
	return frame.draw(curves)
}

// drawLatency shows the percentiles of each subject, and the maximum to the right of them.
func drawLatency(title string, rows []result.Row, looks looks) *plot {
	var curves []curve
	var values []float64
	withMax := false
	for _, r := range rows {
		if r.State() != result.Ranked {
			continue
		}
		c := curve{name: series(r), look: looks[series(r)]}
		for key, ns := range r.Percentiles {
			if p, ok := percentile(key); ok && known(ns) {
				c.points = append(c.points, point{p, ns, ns, ns})
				values = append(values, p)
			}
		}
		if ns := r.Percentiles["max"]; known(ns) && len(c.points) > 0 {
			c.points = append(c.points, point{1, ns, ns, ns})
			withMax = true
		}
		slices.SortFunc(c.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
		curves = append(curves, c)
	}
	frame := lineFrame{title: title, xTitle: "percentile", yTitle: "latency",
		caption: "Latency by percentile; each further nine has the same room. Lower is better.",
		xAxis:   func(from, to float64) axis { return percentileAxis(values, withMax, from, to) }}
	return frame.draw(curves)
}
