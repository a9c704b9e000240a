package result

import (
	"fmt"
	"strconv"
	"strings"
)

// Time writes nanoseconds as people do, with three digits: 12.1 ns, 1.48 µs, 15.8 ms, 2.00 s. It
// returns "" for 0.
func Time(ns float64) string {
	if ns == 0 {
		return ""
	}
	name, in := unitOf(ns)
	return Digits(ns/in) + " " + name
}

// Interval writes two times, with one unit if they share it: 12.1–13.0 ns. It returns "" if one
// is 0.
func Interval(lo, hi float64) string {
	if lo == 0 || hi == 0 {
		return ""
	}
	name, in := unitOf(lo)
	if other, _ := unitOf(hi); other == name {
		return Digits(lo/in) + "–" + Time(hi)
	}
	return Time(lo) + "–" + Time(hi)
}

// unitOf returns the largest unit of which ns has at least one, rounded to three digits as it
// will be.
func unitOf(ns float64) (name string, in float64) {
	for _, u := range []struct {
		name string
		in   float64
	}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
		if ns >= 0.9995*u.in {
			return u.name, u.in
		}
	}
	return "ns", 1
}

// Digits writes v to three digits, but never drops one before the point. It returns "" for 0.
func Digits(v float64) string {
	size := max(v, -v)
	switch {
	case v == 0:
		return ""
	case size < 0.00995:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case size < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case size < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case size < 1e15:
		return Thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// Thousands puts a comma between each three digits of a whole number.
func Thousands(digits string) string {
	digits, negative := strings.CutPrefix(digits, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if negative {
		return "-" + digits
	}
	return digits
}

// Measure says in words what a workload's figures are: times, whose unit stands beside each, or
// a share of a core.
func (w Workload) Measure() string {
	switch per, ok := strings.CutPrefix(w.Unit, "ns/"); {
	case ok:
		return "time per " + per
	case w.Unit == "ns":
		return "time"
	}
	if since, ok := strings.CutPrefix(w.Unit, "ns "); ok {
		return "time " + since
	}
	if w.Unit == "of one core" {
		return "share of one core"
	}
	return w.Unit
}

// Provenance returns what was measured and where, as pairs of a heading and a text. Facts that
// are not known are left out.
func (e Environment) Provenance() [][2]string {
	var facts [][2]string
	fact := func(heading, text string) {
		if text != "" {
			facts = append(facts, [2]string{heading, text})
		}
	}
	cpu := e.CPU
	if e.CPUs > 0 {
		cpu = strings.TrimPrefix(fmt.Sprintf("%s, %d CPUs, GOMAXPROCS %d", cpu, e.CPUs, e.GOMAXPROCS), ", ")
	}
	fact("CPU", cpu)
	system := e.OS
	if e.Kernel != "" {
		system += ", kernel " + e.Kernel
	}
	fact("System", system)
	fact("Go", strings.TrimSuffix(e.GoVersion+" "+e.OS+"/"+e.Arch, " /"))
	fact("Commit", e.Commit)
	fact("Command", e.Command)
	if !e.When.IsZero() {
		fact("When", e.When.UTC().Format("2 January 2006 15:04 UTC"))
	}
	switch e.Neighbours {
	case 0:
	case 1:
		fact("Neighbours", "1 process kept a processor busy during each run")
	default:
		fact("Neighbours", fmt.Sprintf("%d processes kept a processor busy each during each run", e.Neighbours))
	}
	if e.PingPongMedian > 0 {
		fact("Ping-pong", fmt.Sprintf("a cache line's round trip took %s at the median; runs beside one above %s don't count",
			Time(e.PingPongMedian), Time(e.PingPongLimit)))
	}
	return facts
}
