package disruptor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The words in which Stats and Explain report.

// count returns "1 producer" or "3 producers".
func count[N int | int64](n N, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// spell writes a duration as people do: in a fitting unit, with one decimal below 10.
func spell(d time.Duration) string {
	if d >= time.Minute {
		text := d.Round(time.Second).String()
		if strings.HasSuffix(text, "m0s") { // not 20s
			text = strings.TrimSuffix(text, "0s")
		}
		return text
	}
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"s", time.Second}, {"ms", time.Millisecond}, {"µs", time.Microsecond}} {
		if d >= unit.size {
			n := float64(d) / float64(unit.size)
			digits := strconv.FormatFloat(n, 'f', map[bool]int{true: 1, false: 0}[n < 9.95], 64)
			return strings.TrimSuffix(digits, ".0") + " " + unit.name
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

// errorText writes an error of the program on one line. It uses fmt, which recovers if the Error
// method panics, as it does for some nil pointers.
func errorText(err error) string { return escapeNewlines.Replace(fmt.Sprint(err)) }

// list joins parts as in a sentence, with the word last before the last part.
func list(parts []string, last string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " " + last + " " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// atLeast returns " for at least 2.1 s", or nothing if no time is known.
func atLeast(d time.Duration) string {
	if d < time.Millisecond {
		return ""
	}
	return " for at least " + spell(d)
}
