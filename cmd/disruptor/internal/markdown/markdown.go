// Package markdown writes the comparison of a report as the tables of a README.
package markdown

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// named is the group whose best setting is named in each row, and the subject whose defaults have a column.
const named = "disruptor"

// byDefault reports whether a row is this library as it is without any setting.
func byDefault(r result.Row) bool {
	return r.Subject == named && (r.Setting == "default" || r.Setting == "default, Send")
}

// Write writes a table for each unit of the workloads: a row per case, a column per group, each group with its best
// setting in that case, and the multiple of the channel's speed. Before this library's column is that of its defaults,
// the better of Send and Claim with Publish, and the last column names its best setting.
func Write(w io.Writer, r result.Report) error {
	if _, err := io.WriteString(w, incomplete(r)); err != nil {
		return err
	}
	var units []string
	for _, wl := range r.Workloads {
		if !slices.Contains(units, wl.Unit) {
			units = append(units, wl.Unit)
		}
	}
	for i, unit := range units {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, comparison(r, unit)); err != nil {
			return err
		}
	}
	return nil
}

// incomplete says that the run was stopped, if it was.
func incomplete(r result.Report) string {
	if r.Interrupted == "" {
		return ""
	}
	return "Incomplete: " + r.Interrupted + "\n\n"
}

func comparison(r result.Report, unit string) string {
	var groups []string
	for _, wl := range r.Workloads {
		for _, row := range r.Of(wl.Name) {
			if wl.Unit == unit && !slices.Contains(groups, row.Group) {
				groups = append(groups, row.Group)
			}
		}
	}
	header, rule := []string{result.Workload{Unit: unit}.Measure()}, []string{"---"}
	var columns []func(result.Row) bool
	for _, g := range groups {
		if g == named {
			header, rule, columns = append(header, named+", default"), append(rule, "---:"), append(columns, byDefault)
		}
		header, rule = append(header, g), append(rule, "---:")
		columns = append(columns, func(r result.Row) bool { return r.Group == g })
	}
	if slices.Contains(groups, named) {
		header, rule = append(header, named+"'s setting"), append(rule, "---")
	}
	var out strings.Builder
	line(&out, header)
	line(&out, rule)
	for _, wl := range r.Workloads {
		if wl.Unit != unit {
			continue
		}
		rows := r.Of(wl.Name)
		for _, size := range sizes(rows) {
			cells := []string{title(wl, size, rows)}
			for _, belongs := range columns {
				cells = append(cells, cell(rows, size, belongs))
			}
			if slices.Contains(groups, named) {
				cells = append(cells, setting(rows, size))
			}
			line(&out, cells)
		}
	}
	return out.String()
}

// cell is the best figure of the rows that belong to a column: "16.3 ns · 3.4×". It is "failed"
// or "falls behind" if they do, "?" if too few runs were kept, and "–" if the case has none of
// them.
func cell(rows []result.Row, size result.Size, belongs func(result.Row) bool) string {
	var best result.Row
	text := "–"
	for _, row := range rows {
		if row.Size() != size || !belongs(row) {
			continue
		}
		switch f := row.Figure(); {
		case f > 0 && (best.Figure() == 0 || f < best.Figure()):
			best = row
		case f > 0:
		case row.State() == result.Failed:
			text = "failed"
		case row.State() == result.Saturated && text != "failed":
			text = "falls behind"
		case text == "–":
			text = "?"
		}
	}
	switch {
	case best.CPU > 0:
		return fmt.Sprintf("%.2f %%", 100*best.CPU)
	case best.RatioToChan > 0 && best.Group != result.Baseline:
		return result.Time(best.NsMedian) + " · " + result.Digits(best.RatioToChan) + "×"
	case best.NsMedian > 0:
		return result.Time(best.NsMedian)
	}
	return text
}

// setting names this library's best setting.
func setting(rows []result.Row, size result.Size) string {
	for _, row := range rows {
		if row.Size() == size && row.Group == named && result.Best(rows, row) {
			return row.Setting
		}
	}
	return "–"
}

// title is a workload's, with what tells its cases apart.
func title(wl result.Workload, size result.Size, rows []result.Row) string {
	text := wl.Title
	differs := func(f func(result.Row) bool) bool {
		for _, row := range rows {
			if f(row) {
				return true
			}
		}
		return false
	}
	if differs(func(r result.Row) bool { return r.Batch != size.Batch }) {
		text += fmt.Sprintf(", batch %d", size.Batch)
	}
	if differs(func(r result.Row) bool { return r.Capacity != size.Capacity }) {
		text += fmt.Sprintf(", %d slots", size.Capacity)
	}
	if differs(func(r result.Row) bool { return r.Producers != size.Producers }) {
		text += fmt.Sprintf(", %d producers", size.Producers)
	}
	if differs(func(r result.Row) bool { return r.Load != size.Load }) {
		text += fmt.Sprintf(", load %.0f %%", 100*size.Load)
	}
	return text
}

// sizes returns the cases of a workload, each once, in order.
func sizes(rows []result.Row) []result.Size {
	var all []result.Size
	for _, row := range rows {
		if !slices.Contains(all, row.Size()) {
			all = append(all, row.Size())
		}
	}
	return all
}

func line(out *strings.Builder, cells []string) {
	out.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}
