package report

import (
	"fmt"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// drawFrontier shows the rows of one case by time per event and age of the events, both on
// logarithmic scales. A line connects the undominated ones, which have labels. It returns nil if
// no row has an age.
func drawFrontier(title string, rows []result.Row, looks looks) *plot {
	var points []result.Row
	for _, r := range rows {
		if counts(r) && known(r.AgeP99) {
			points = append(points, r)
		}
	}
	if len(points) == 0 {
		return nil
	}
	front := result.Frontier(points)
	var names []string
	for _, r := range front {
		names = append(names, name(r))
	}
	f := lineFrame{
		title: title, xTitle: "time per event", yTitle: "age of the 99th percentile when seen",
		caption: "How old events are when they are seen, over the time that each costs: every setting. Down and left is better; " +
			"no other is better in both than those on the line.",
	}
	return draw(f.caption, func(width float64) *canvas {
		c, room, bottom := f.canvas(width, names)
		x := roomy(logAxis(extent(points, func(r result.Row) float64 { return r.NsMedian }, room.from, room.to)))
		y := logAxis(extent(points, func(r result.Row) float64 { return r.AgeP99 }, bottom, lineAbove))
		c.grid(x, y)
		c.titles(f, x, bottom)
		var xs, ys []float64
		var keys []key
		for _, r := range front {
			xs, ys = append(xs, x.at(r.NsMedian)), append(ys, y.at(r.AgeP99))
			keys = append(keys, key{name: name(r), look: looks[series(r)], x: x.at(r.NsMedian), y: y.at(r.AgeP99)})
		}
		if len(front) > 1 {
			c.path("frontier", "", polyline(xs, ys))
		}
		c.keys(keys, x, bottom)
		for _, r := range points {
			look := looks[series(r)]
			tip := fmt.Sprintf("%s: %s, %s old", name(r), timeOf(r.NsMedian), timeOf(r.AgeP99))
			c.path("point marker "+look.class(), tip, markerPath(look.variant, x.at(r.NsMedian), y.at(r.AgeP99)))
		}
		return c
	})
}

// extent returns the least and the greatest value, and the pixels between which an axis is to have them.
func extent(rows []result.Row, of func(result.Row) float64, from, to float64) (lo, hi, atLo, atHi float64) {
	lo, hi = of(rows[0]), of(rows[0])
	for _, r := range rows[1:] {
		lo, hi = min(lo, of(r)), max(hi, of(r))
	}
	return lo, hi, from, to
}

// roomy takes away the labels of an axis from left to right that would touch each other.
func roomy(a axis) axis {
	all := a.ticks
	a.ticks = nil
	for _, t := range all {
		a.tickWithRoom(t.value, t.label)
	}
	return a
}
