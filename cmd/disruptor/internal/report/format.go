package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

const none = "–"

// figure writes a measured value with three digits, which is more than any of them is worth.
func figure(v float64) string {
	if !known(v) {
		return none
	}
	return result.Digits(v)
}

// timeOf writes nanoseconds as people do.
func timeOf(ns float64) string {
	if !known(ns) {
		return none
	}
	return result.Time(ns)
}

// count writes a whole number with its thousands apart.
func count(n int) string { return result.Thousands(strconv.Itoa(n)) }

// spread writes an interval.
func spread(lo, hi float64) string {
	if !known(lo) || !known(hi) {
		return none
	}
	return figure(lo) + "–" + figure(hi)
}

// timeSpread writes an interval of nanoseconds.
func timeSpread(lo, hi float64) string {
	if !known(lo) || !known(hi) {
		return none
	}
	return result.Interval(lo, hi)
}

// duration writes nanoseconds in the unit that leaves the fewest digits, for an axis.
func duration(ns float64) string {
	for _, u := range []struct {
		name string
		in   float64
	}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
		if ns >= u.in {
			return short(ns/u.in) + " " + u.name
		}
	}
	return short(ns) + " ns"
}

// short writes a tick of an axis: no digit that says nothing.
func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// pixels writes a coordinate. What isn't finite would make the whole plot invalid.
func pixels(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
