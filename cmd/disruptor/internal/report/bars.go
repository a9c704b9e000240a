package report

import (
	"fmt"
	"math"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A bar is a row's figure with its spread; without a figure it says why there is none.
type bar struct {
	name          string
	look          look
	value, lo, hi float64
	missing       string
	leads         bool
}

const (
	barPitch  = 24
	barHeight = 14
)

// drawBars shows how many events a second the rows, fastest first, passed; or, where only that was measured, how busy
// they were. Each family has a bar, that of its best setting. It returns nil if there is nothing to compare.
func drawBars(title string, rows []result.Row, looks looks) *canvas {
	rows = best(rows)
	bars, unit := throughput(rows, looks), "million events per second"
	if bars == nil {
		bars, unit = business(rows, looks), "CPU used, percent of one core"
	}
	if bars == nil {
		return nil
	}
	top, left := 0.0, 0.0
	for _, b := range bars {
		top, left = max(top, b.hi), max(left, textWidth(shorten(b.name)))
	}
	left += 12
	const above, below, right = 6, 40, 76
	c := &canvas{Title: title + ": " + unit, Width: plotWidth, Height: above + below + barPitch*float64(len(bars))}
	x := linearAxis(top, left, plotWidth-right)
	bottom := c.Height - below
	for _, t := range x.ticks {
		c.segment("grid", x.at(t.value), above, x.at(t.value), bottom)
		c.text("tick", "middle", x.at(t.value), bottom+15, t.label)
	}
	c.text("axis", "middle", (x.from+x.to)/2, bottom+33, unit)
	for i, b := range bars {
		c.bar(b, x, above+barPitch*float64(i)+barPitch/2)
	}
	return c
}

// bar draws one around the height y.
func (c *canvas) bar(b bar, x axis, y float64) {
	emphasis := ""
	if b.leads {
		emphasis = " leads"
	}
	c.text("label"+emphasis, "end", x.from-8, y+4, shorten(b.name))
	if b.missing != "" {
		c.text("failed", "start", x.from+4, y+4, b.missing)
		return
	}
	tip := fmt.Sprintf("%s: %s (%s)", b.name, figure(b.value), spread(b.lo, b.hi))
	c.rect("bar "+b.look.class()+emphasis, x.from, y-barHeight/2, x.at(b.value)-x.from, barHeight, tip)
	if b.lo < b.hi {
		c.segment("whisker", x.at(b.lo), y, x.at(b.hi), y)
		c.segment("whisker", x.at(b.lo), y-4, x.at(b.lo), y+4)
		c.segment("whisker", x.at(b.hi), y-4, x.at(b.hi), y+4)
	}
	c.text("value"+emphasis, "start", x.at(b.hi)+8, y+4, figure(b.value))
}

// throughput returns a bar for each row, or nil if none has a time.
func throughput(rows []result.Row, looks looks) []bar {
	leads := leaders(rows)
	var bars []bar
	any := false
	for i, r := range rows {
		b := bar{name: name(r), look: looks[name(r)], leads: leads[i]}
		perSecond := func(ns float64) float64 { return 1000 / ns } // millions
		lo, hi := quartiles(r)
		switch {
		case failure(r) != "":
			b.missing = "failed"
		case !known(r.NsMedian), !known(perSecond(hi)), !known(perSecond(lo)):
			b.missing = "no result"
		default:
			b.value, b.lo, b.hi = perSecond(r.NsMedian), perSecond(hi), perSecond(lo)
			any = true
		}
		bars = append(bars, b)
	}
	if !any {
		return nil
	}
	return bars
}

// business returns a bar for each row's use of the CPU, or nil if none was measured.
func business(rows []result.Row, looks looks) []bar {
	var bars []bar
	any := false
	for _, r := range rows {
		b := bar{name: name(r), look: looks[name(r)]}
		switch used := 100 * r.CPU; {
		case failure(r) != "":
			b.missing = "failed"
		case used < 0, math.IsNaN(used), math.IsInf(used, 0):
			b.missing = "no result"
		default:
			b.value, b.lo, b.hi = used, used, used
			any = any || used > 0
		}
		bars = append(bars, b)
	}
	if !any {
		return nil
	}
	return bars
}
