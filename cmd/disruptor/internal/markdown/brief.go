package markdown

import (
	"io"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A Comparison is one case of a workload that takes time: this library without any setting, with its best setting, a
// channel, and the best of all others. A row without a time has too few runs, or does not exist.
type Comparison struct {
	Title                         string
	Default, Best, Channel, Other result.Row
}

const perEvent = "ns/event"

// Compare returns the comparisons of the workloads whose figure is a time per event, in order.
func Compare(r result.Report) []Comparison {
	var all []Comparison
	for _, wl := range r.Workloads {
		if wl.Unit != perEvent {
			continue
		}
		rows := r.Of(wl.Name)
		for _, size := range sizes(rows) {
			c := Comparison{Title: title(wl, size, rows)}
			for _, row := range rows {
				if row.Size() != size || row.State() != result.Ranked || row.NsMedian == 0 || row.Group == result.Limit {
					continue
				}
				if byDefault(row) {
					keep(&c.Default, row)
				}
				switch row.Group {
				case named:
					keep(&c.Best, row)
				case result.Baseline:
					keep(&c.Channel, row)
				default:
					keep(&c.Other, row)
				}
			}
			all = append(all, c)
		}
	}
	return all
}

// keep replaces best by row if row is faster.
func keep(best *result.Row, row result.Row) {
	if best.NsMedian == 0 || row.NsMedian < best.NsMedian {
		*best = row
	}
}

// WriteBrief writes the comparisons as one table.
func WriteBrief(w io.Writer, r result.Report) error {
	var out strings.Builder
	out.WriteString(incomplete(r))
	line(&out, []string{perEvent, "default", "best setting", "channel", "best other"})
	line(&out, []string{"---", "---:", "---:", "---:", "---:"})
	for _, c := range Compare(r) {
		line(&out, []string{c.Title, time(c.Default, ""), time(c.Best, c.Best.Setting), time(c.Channel, ""), time(c.Other, c.Other.Group)})
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// time is a row's time and a note, or "–" without a time.
func time(r result.Row, note string) string {
	switch {
	case r.NsMedian == 0:
		return "–"
	case note == "":
		return result.Digits(r.NsMedian)
	}
	return result.Digits(r.NsMedian) + " (" + strings.ReplaceAll(note, "µs", " µs") + ")"
}
