package report

import (
	"math"
	"slices"
	"strconv"
)

// An axis turns values into pixels.
type axis struct {
	scale    func(float64) float64 // linear, or a logarithm
	lo, hi   float64               // scaled
	from, to float64               // pixels
	ticks    []tick
}

type tick struct {
	value float64
	label string
}

func linear(v float64) float64 { return v }

func (a axis) at(v float64) float64 {
	return a.from + (a.scale(v)-a.lo)/(a.hi-a.lo)*(a.to-a.from)
}

// linearAxis goes from 0 to at least top, which is more than 0.
func linearAxis(top, from, to float64) axis {
	step := math.Pow(10, math.Floor(math.Log10(top/4)))
	for _, factor := range []float64{1, 2, 2.5, 5, 10} {
		if top <= 7*factor*step {
			step *= factor
			break
		}
	}
	a := axis{scale: linear, hi: top, from: from, to: to}
	for i := 0.0; i*step <= top; i++ {
		a.ticks = append(a.ticks, tick{i * step, short(i * step)})
	}
	return a
}

// everyOther returns an axis with half of the labels, where there is little room.
func everyOther(a axis) axis {
	for i := range a.ticks {
		if i%2 == 1 {
			a.ticks[i].label = ""
		}
	}
	return a
}

// logAxis reaches from below lo to above hi, which are more than 0, with labels of nanoseconds.
func logAxis(lo, hi, from, to float64) axis {
	a := axis{scale: math.Log10, from: from, to: to}
	// With few decades the ends and the ticks are 1, 2 and 5; with many, decades, and then not each of them.
	digits := []float64{1, 2, 5}
	decades := math.Log10(hi) - math.Log10(lo)
	if decades > 3 {
		digits = digits[:1]
	}
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	step := 1 + (last-first)/9
	for e := first; e <= last+step-1; e += step {
		for _, d := range digits {
			v := d * math.Pow(10, float64(e))
			a.ticks = append(a.ticks, tick{v, duration(v)})
		}
	}
	for len(a.ticks) > 2 && a.ticks[1].value <= lo {
		a.ticks = a.ticks[1:]
	}
	for len(a.ticks) > 2 && a.ticks[len(a.ticks)-2].value >= hi {
		a.ticks = a.ticks[:len(a.ticks)-1]
	}
	a.lo, a.hi = math.Log10(a.ticks[0].value), math.Log10(a.ticks[len(a.ticks)-1].value)
	return a
}

// doublingAxis has a tick at each of the values, all of them more than 0, on a scale of powers of two.
func doublingAxis(values []float64, from, to float64) axis {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	a := axis{scale: math.Log2, lo: math.Log2(values[0]), hi: math.Log2(values[len(values)-1]), from: from, to: to}
	a.widen()
	for _, v := range values {
		a.tickWithRoom(v, binary(v))
	}
	return a
}

// percentileAxis has a tick at each of the percentiles, given as fractions below 1, and one for the maximum. Each nine
// more is one step to the right, so that the tail gets the room that it deserves.
func percentileAxis(values []float64, withMax bool, from, to float64) axis {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	a := axis{scale: nines, from: from, to: to}
	a.lo, a.hi = nines(values[0]), nines(values[len(values)-1])
	if withMax {
		a.hi++
		a.scale = func(p float64) float64 {
			if p >= 1 {
				return a.hi // its percentile depends on how many values there were: it gets the place after the last
			}
			return nines(p)
		}
	}
	a.widen()
	for _, p := range values {
		a.tickWithRoom(p, strconv.FormatFloat(100*p, 'g', 8, 64)+" %")
	}
	if withMax {
		a.tickWithRoom(1, "max")
	}
	return a
}

func nines(p float64) float64 { return -math.Log10(1 - p) }

// widen gives an axis of a single value a length.
func (a *axis) widen() {
	if a.hi <= a.lo {
		a.lo, a.hi = a.lo-1, a.lo+1
	}
}

// tickWithRoom adds a tick, with a label unless that would touch the one before.
func (a *axis) tickWithRoom(v float64, label string) {
	x := a.at(v)
	for i := len(a.ticks) - 1; i >= 0; i-- {
		if before := a.ticks[i]; before.label != "" {
			if x-a.at(before.value) < (textWidth(label)+textWidth(before.label))/2+letterWidth {
				label = ""
			}
			break
		}
	}
	a.ticks = append(a.ticks, tick{v, label})
}

// binary writes 65,536 as 64Ki.
func binary(v float64) string {
	for _, u := range []struct {
		name string
		in   float64
	}{{"Mi", 1 << 20}, {"Ki", 1 << 10}} {
		if v >= u.in && math.Mod(v, u.in) == 0 {
			return short(v/u.in) + u.name
		}
	}
	return short(v)
}
