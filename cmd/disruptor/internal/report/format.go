package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

const none = "–"

// figure writes a measured value with three digits, which is more than any of them is worth.
func figure(v float64) string {
	switch {
	case !known(v):
		return none
	case v < 0.01:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case v < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v < 1e15:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// count writes a whole number with its thousands apart.
func count(n int) string { return thousands(strconv.Itoa(n)) }

func thousands(digits string) string {
	digits, negative := strings.CutPrefix(digits, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if negative {
		return "-" + digits
	}
	return digits
}

// spread writes an interval.
func spread(lo, hi float64) string {
	if !known(lo) || !known(hi) {
		return none
	}
	return figure(lo) + "–" + figure(hi)
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
