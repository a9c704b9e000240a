package report

import (
	"cmp"
	"slices"
)

// A curve is one subject of a plot of lines.
type curve struct {
	name   string
	look   look
	points []point // from left to right
}

// A point has a spread from lo to hi, or none if they are the same.
type point struct{ x, y, lo, hi float64 }

const (
	lineHeight   = 15 // of labels
	legendHeight = 18
	lineLeft     = 68
	lineAbove    = 28
	lineBelow    = 44
)

// A lineFrame is a plot of lines before there is anything in it.
type lineFrame struct {
	title, caption, xTitle, yTitle string
	xAxis                          func(from, to float64) axis
}

// draw puts curves, in nanoseconds on a logarithmic scale, into a frame. It returns nil if there
// are none.
func (f lineFrame) draw(curves []curve) *plot {
	curves = slices.DeleteFunc(curves, func(c curve) bool { return len(c.points) == 0 })
	if len(curves) == 0 {
		return nil
	}
	lo, hi := curves[0].points[0].lo, curves[0].points[0].hi
	var names []string
	for _, c := range curves {
		names = append(names, c.name)
		for _, p := range c.points {
			lo, hi = min(lo, p.lo), max(hi, p.hi)
		}
	}
	return draw(f.caption, func(width float64) *canvas {
		c, x, bottom := f.canvas(width, names)
		y := logAxis(lo, hi, bottom, lineAbove)
		c.grid(f.xAxis(x.from, x.to), y)
		c.titles(f, x, bottom)
		x = f.xAxis(x.from, x.to)
		var keys []key
		for _, curve := range curves {
			c.curve(curve, x, y)
			last := curve.points[len(curve.points)-1]
			keys = append(keys, key{curve.name, curve.look, x.at(last.x), y.at(last.y), len(curve.points) > 1})
		}
		c.keys(keys, x, bottom)
		return c
	})
}

// canvas returns a canvas with room for names: to the right of the plot, or, in a narrow one,
// below it. The axis is what they leave.
func (f lineFrame) canvas(width float64, names []string) (c *canvas, x axis, bottom float64) {
	c = &canvas{Title: f.title + ": " + f.yTitle + " by " + f.xTitle, Width: width}
	right, legend, height := 26.0, legendHeight*float64(len(names)), 240.0
	if !c.isNarrow() {
		for _, name := range names {
			right = max(right, textWidth(shorten(name, labelRoom, letterWidth))+54)
		}
		legend, height = 0, max(300, float64(len(names)*lineHeight))
	}
	bottom = lineAbove + height
	c.Height = bottom + lineBelow + legend
	return c, axis{from: lineLeft + 10, to: width - right}, bottom
}

// labelRoom is how wide a label beside a plot may be.
const labelRoom = 360

func (c *canvas) titles(f lineFrame, x axis, bottom float64) {
	c.text("axis", "start", 0, 12, f.yTitle)
	c.text("axis", "middle", (x.from+x.to)/2, bottom+37, f.xTitle)
}

// A key is the name of a curve or a point, and where it ends or is.
type key struct {
	name string
	look look
	x, y float64
	line bool
}

// keys draws names: at the right of a plot each with a line to what it names, or as a legend
// below it.
func (c *canvas) keys(keys []key, x axis, bottom float64) {
	if c.isNarrow() {
		for i, k := range keys {
			y := bottom + lineBelow + legendHeight*(float64(i)+0.5)
			if k.line {
				c.path("curve "+k.look.class(), "", polyline([]float64{2, 36}, []float64{y, y}))
			}
			c.path("marker "+k.look.class(), "", markerPath(k.look.variant, 19, y))
			c.text("label", "start", 46, y+4, shorten(k.name, c.Width-46, letterWidth))
		}
		return
	}
	ends := make([]float64, len(keys))
	for i, k := range keys {
		ends[i] = k.y
	}
	for i, at := range apart(ends, lineHeight, lineAbove+4, bottom-4) {
		k := keys[i]
		c.path("leader "+k.look.class(), "", polyline([]float64{k.x + 7, x.to + 10, x.to + 28}, []float64{k.y, k.y, at}))
		c.path("marker "+k.look.class(), "", markerPath(k.look.variant, x.to+34, at))
		c.text("label", "start", x.to+43, at+4, shorten(k.name, labelRoom, letterWidth))
	}
}

func (c *canvas) grid(x, y axis) {
	for _, t := range y.ticks {
		c.segment("grid", x.from-10, y.at(t.value), x.to+10, y.at(t.value))
		c.text("tick", "end", x.from-16, y.at(t.value)+4, t.label)
	}
	for _, t := range x.ticks {
		c.segment("grid", x.at(t.value), y.from, x.at(t.value), y.to)
		c.text("tick", "middle", x.at(t.value), y.from+17, t.label)
	}
}

func (c *canvas) curve(curve curve, x, y axis) {
	class := curve.look.class()
	var xs, ys []float64
	for _, p := range curve.points {
		xs, ys = append(xs, x.at(p.x)), append(ys, y.at(p.y))
		if p.lo < p.hi {
			c.segment("spread "+class, x.at(p.x), y.at(p.lo), x.at(p.x), y.at(p.hi))
		}
	}
	c.path("curve "+class, curve.name, polyline(xs, ys))
	for i, p := range curve.points {
		tip := curve.name + ": " + timeOf(p.y)
		c.path("marker "+class, tip, markerPath(curve.look.variant, xs[i], ys[i]))
	}
}

// apart moves heights so that each two are at least gap apart, in the same order, and all between top and bottom, by
// the smallest sum of squares: what would overlap is pooled, and the pool stands around the mean of its members' places
// (isotonic regression). If there are too many, they go over the bottom.
func apart(ys []float64, gap, top, bottom float64) []float64 {
	order := make([]int, len(ys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ys[a], ys[b]) })
	type pool struct {
		sum float64 // of the members' wishes, each less the gaps before it
		n   int
	}
	mean := func(p pool) float64 { return p.sum / float64(p.n) }
	var pools []pool
	for rank, i := range order {
		p := pool{ys[i] - gap*float64(rank), 1}
		for len(pools) > 0 && mean(pools[len(pools)-1]) >= mean(p) {
			before := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			p = pool{before.sum + p.sum, before.n + p.n}
		}
		pools = append(pools, p)
	}
	moved := make([]float64, len(ys))
	rank := 0
	for _, p := range pools {
		first := max(top, min(mean(p), bottom-gap*float64(len(ys)-1)))
		for range p.n {
			moved[order[rank]] = first + gap*float64(rank)
			rank++
		}
	}
	return moved
}
