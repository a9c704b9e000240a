package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A loaded is what one subject did at each load.
type loaded struct {
	rows   []result.Row // from the lowest load on
	ranked int          // loads at which it has figures
	behind float64      // lowest load at which it falls behind, or 0
}

// isOpenLoop reports whether rows are of a workload that varies the load.
func isOpenLoop(rows []result.Row) bool {
	return slices.ContainsFunc(rows, func(r result.Row) bool {
		return known(r.Load) && r.Load != rows[0].Load && r.Percentiles != nil
	})
}

// drawLoad shows the median and the 99th percentile of each family over the load: two lines for
// its best setting.
func drawLoad(title string, rows []result.Row, palette palette) *plot {
	var curves []curve
	var values []float64
	var settings, lost []string
	for _, l := range bestLoaded(rows) {
		first := l.rows[0]
		if l.ranked == 0 {
			lost = append(lost, family(first))
			continue
		}
		settings = append(settings, name(first))
		for variant, key := range []string{"p50", "p99"} {
			c := curve{name: family(first) + " " + key, look: look{palette.of(first), variant}}
			if l.behind > 0 {
				c.name += fmt.Sprintf(", falls behind at %s", load(l.behind))
			}
			for _, r := range l.rows {
				if ns := r.Percentiles[key]; r.State() == result.Ranked && known(ns) && known(r.Load) {
					c.points = append(c.points, point{r.Load, ns, ns, ns})
					values = append(values, r.Load)
				}
			}
			curves = append(curves, c)
		}
	}
	caption := "Latency over load: the median and the 99th percentile, for the best setting of each family (" +
		strings.Join(settings, "; ") + "). Lower is better. A line ends where its subject falls behind."
	if len(lost) > 0 {
		caption += " Without a figure at any load: " + strings.Join(lost, ", ") + "."
	}
	frame := lineFrame{title: title, xTitle: "load", yTitle: "latency", caption: caption,
		xAxis: func(from, to float64) axis { return loadAxis(values, from, to) }}
	return frame.draw(curves)
}

// bestLoaded returns the best setting of each family: the one that keeps the pace the furthest,
// and of those the one with the lowest medians.
func bestLoaded(rows []result.Row) []loaded {
	type candidate struct {
		loaded
		late int
		sum  float64 // of the logarithms of the medians
	}
	mean := func(c *candidate) float64 { return c.sum / float64(max(c.ranked, 1)) }
	var names []string
	all := map[string]*candidate{}
	for _, r := range rows {
		c := all[name(r)]
		if c == nil {
			c = &candidate{}
			all[name(r)] = c
			names = append(names, name(r))
		}
		c.rows = append(c.rows, r)
		if r.State() != result.Ranked {
			c.late++
		} else if known(r.Percentiles["p50"]) {
			c.sum += math.Log(r.Percentiles["p50"])
			c.ranked++
		}
		if r.State() == result.Saturated && (c.behind == 0 || r.Load < c.behind) {
			c.behind = r.Load
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(all[a].late, all[b].late), cmp.Compare(mean(all[a]), mean(all[b])))
	})
	seen := map[string]bool{}
	var best []loaded
	for _, name := range names {
		c := all[name]
		if f := family(c.rows[0]); !seen[f] {
			seen[f] = true
			slices.SortStableFunc(c.rows, func(a, b result.Row) int { return cmp.Compare(a.Load, b.Load) })
			best = append(best, c.loaded)
		}
	}
	return best
}

func load(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

// loadAxis has a tick at each of the loads.
func loadAxis(values []float64, from, to float64) axis {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	a := axis{scale: linear, lo: values[0], hi: values[len(values)-1], from: from, to: to}
	a.widen()
	for _, v := range values {
		a.tickWithRoom(v, load(v))
	}
	return a
}
