package report

import (
	"fmt"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

const frontierHeight = 300

// drawFrontier shows what the rows of one case cost, in time per event, and how old it lets events become, each on a
// logarithmic scale. The undominated have a line through them, and their names beside it. It returns nil if no row has an
// age.
func drawFrontier(title string, rows []result.Row, looks looks) *canvas {
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
	right := 0.0
	for _, r := range front {
		right = max(right, textWidth(shorten(name(r))))
	}
	right += 54
	height := max(frontierHeight, float64(len(front)*lineHeight))
	bottom := lineAbove + height
	const what, of = "age of the 99th percentile when seen", "time per event"
	c := &canvas{Title: title + ": " + what + " by " + of, Width: plotWidth, Height: bottom + lineBelow}
	x := roomy(logAxis(extent(points, func(r result.Row) float64 { return r.NsMedian }, lineLeft+10, plotWidth-right)))
	y := logAxis(extent(points, func(r result.Row) float64 { return r.AgeP99 }, bottom, lineAbove))
	c.grid(x, y)
	c.text("axis", "start", 0, 12, what)
	c.text("axis", "middle", (x.from+x.to)/2, bottom+37, of)

	var xs, ys []float64
	for _, r := range front {
		xs, ys = append(xs, x.at(r.NsMedian)), append(ys, y.at(r.AgeP99))
	}
	if len(front) > 1 {
		c.path("frontier", "", polyline(xs, ys))
	}
	for i, at := range apart(ys, lineHeight, lineAbove+4, bottom-4) {
		look := looks[name(front[i])]
		c.path("leader "+look.class(), "", polyline([]float64{xs[i] + 7, x.to + 10, x.to + 28}, []float64{ys[i], at, at}))
		c.path("marker "+look.class(), "", markerPath(look.variant, x.to+34, at))
		c.text("label", "start", x.to+43, at+4, shorten(name(front[i])))
	}
	for _, r := range points {
		look := looks[name(r)]
		tip := fmt.Sprintf("%s: %s ns, %s ns old", name(r), figure(r.NsMedian), figure(r.AgeP99))
		c.path("point marker "+look.class(), tip, markerPath(look.variant, x.at(r.NsMedian), y.at(r.AgeP99)))
	}
	return c
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
