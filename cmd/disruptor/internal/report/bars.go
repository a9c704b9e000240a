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
	failed, leads bool
}

const (
	barPitch  = 38 // a label and below it the bar
	barHeight = 14
)

// drawBars shows how many events a second the rows, fastest first, passed; or, where only that was measured, how busy
// they were. Each family has a bar, that of its best setting. It returns nil if there is nothing to compare.
func drawBars(title string, rows []result.Row, looks looks) *plot {
	rows = best(rows)
	bars, unit := throughput(rows, looks), "million events per second"
	caption := "Million events per second at the median; the lines are quartiles. Longer is better."
	if bars == nil {
		bars, unit = business(rows, looks), "CPU used, percent of one core"
		caption = "CPU used, percent of one core. Shorter is better."
	}
	if bars == nil {
		return nil
	}
	top := 0.0
	for _, b := range bars {
		top = max(top, b.hi)
	}
	return draw(caption, func(width float64) *canvas {
		const left, below, right = 4, 24, 60
		c := &canvas{Title: title + ": " + unit, Width: width, Height: below + barPitch*float64(len(bars))}
		x := linearAxis(top, left, width-right)
		if c.isNarrow() {
			x = everyOther(x)
		}
		bottom := c.Height - below
		for _, t := range x.ticks {
			c.segment("grid", x.at(t.value), 0, x.at(t.value), bottom)
			anchor := "middle"
			if t.value == 0 {
				anchor = "start"
			}
			c.text("tick", anchor, x.at(t.value), bottom+16, t.label)
		}
		for i, b := range bars {
			c.bar(b, x, barPitch*float64(i+1)-barHeight/2-4)
		}
		return c
	})
}

// bar draws one around the height y, with its label above it.
func (c *canvas) bar(b bar, x axis, y float64) {
	emphasis := ""
	if b.leads {
		emphasis = " leads"
	}
	c.text("label"+emphasis, "start", x.from, y-barHeight/2-5, shorten(b.name, c.Width-x.from, boldLetterWidth))
	if b.missing != "" {
		class := "unranked"
		if b.failed {
			class = "failed"
		}
		c.text(class, "start", x.from, y+4, b.missing)
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

// missing says why a row has no bar, in few words.
func missing(r result.Row) (text string, failed bool) {
	switch r.State() {
	case result.Failed:
		return "failed", true
	case result.TooFew:
		return "too few runs kept", false
	case result.Saturated:
		return "falls behind", false
	}
	return "no result", false
}

// throughput returns a bar for each row, or nil if none has a time.
func throughput(rows []result.Row, looks looks) []bar {
	leads := leaders(rows)
	var bars []bar
	any := false
	for i, r := range rows {
		b := bar{name: name(r), look: looks[series(r)], leads: leads[i]}
		perSecond := func(ns float64) float64 { return 1000 / ns } // millions
		lo, hi := quartiles(r)
		if !counts(r) || !known(perSecond(hi)) || !known(perSecond(lo)) {
			b.missing, b.failed = missing(r)
		} else {
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
		b := bar{name: name(r), look: looks[series(r)]}
		used := 100 * r.CPU
		if r.State() != result.Ranked || used < 0 || math.IsNaN(used) || math.IsInf(used, 0) {
			b.missing, b.failed = missing(r)
		} else {
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
