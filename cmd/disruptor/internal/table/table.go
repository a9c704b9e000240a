// Package table writes a report for a terminal.
package table

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Write writes a table for each workload: with all settings, or with the best of each group.
func Write(w io.Writer, r result.Report, all bool) error {
	var out strings.Builder
	if r.Interrupted != "" {
		fmt.Fprintf(&out, "Incomplete: %s\n", r.Interrupted)
	}
	for _, fact := range r.Environment.Provenance() {
		fmt.Fprintf(&out, "%-10s  %s\n", fact[0], fact[1])
	}
	for _, wl := range r.Workloads {
		if rows := r.Of(wl.Name); len(rows) > 0 {
			fmt.Fprintf(&out, "\n%s: %s, %s\n%s\n%s", wl.Name, wl.Title, wl.Measure(), render(rows, all), frontiers(rows))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// frontiers has a line for each case of a workload in which ages were taken: which settings are undominated, the
// fastest first.
func frontiers(rows []result.Row) string {
	var lines strings.Builder
	for len(rows) > 0 {
		size := rows[0].Size()
		n := slices.IndexFunc(rows, func(r result.Row) bool { return r.Size() != size })
		if n < 0 {
			n = len(rows)
		}
		var names []string
		for _, r := range result.Frontier(rows[:n]) {
			names = append(names, fmt.Sprintf("%s, %s (%s, %s)", r.Subject, r.Setting, result.Time(r.NsMedian), result.Time(r.AgeP99)))
		}
		rows = rows[n:]
		if len(names) > 0 {
			fmt.Fprintf(&lines, "undominated in time and p99 age, batch %d of %d, %d P: %s\n",
				size.Batch, size.Capacity, size.Producers, strings.Join(names, "; "))
		}
	}
	return lines.String()
}

func render(rows []result.Row, all bool) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	columns := columnsFor(rows)
	header := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range columns {
		header = append(header, c.name)
		align := text.AlignRight
		if c.left {
			align = text.AlignLeft
		}
		configs = append(configs, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	var before result.Size
	for i, row := range rows {
		if i > 0 && row.Size() != before {
			t.AppendSeparator()
		}
		before = row.Size()
		best := result.Best(rows, row)
		if !all && !best && row.Figure() > 0 {
			continue
		}
		line := table.Row{}
		for _, c := range columns {
			line = append(line, c.cell(row, best))
		}
		t.AppendRow(line)
	}
	return t.Render()
}

type column struct {
	name string
	left bool
	cell func(row result.Row, best bool) string
}

// columnsFor leaves out what no row has, and sizes that all rows share.
func columnsFor(rows []result.Row) []column {
	has := func(f func(result.Row) bool) bool {
		for _, row := range rows {
			if f(row) {
				return true
			}
		}
		return false
	}
	columns := []column{
		{"subject", true, func(r result.Row, best bool) string { return mark(best) + r.Subject }},
		{"setting", true, func(r result.Row, _ bool) string { return r.Setting }},
	}
	size := func(name string, f func(result.Row) string) {
		if has(func(r result.Row) bool { return f(r) != f(rows[0]) }) {
			columns = append(columns, column{name, false, func(r result.Row, _ bool) string { return f(r) }})
		}
	}
	size("capacity", func(r result.Row) string { return fmt.Sprint(r.Capacity) })
	size("batch", func(r result.Row) string { return fmt.Sprint(r.Batch) })
	size("producers", func(r result.Row) string { return fmt.Sprint(r.Producers) })
	size("load", func(r result.Row) string { return fmt.Sprintf("%.0f %%", 100*r.Load) })
	figure := func(name string, f func(result.Row) string) {
		columns = append(columns, column{name, false, func(r result.Row, _ bool) string {
			if r.State() != result.Ranked {
				return ""
			}
			return f(r)
		}})
	}
	switch {
	case has(func(r result.Row) bool { return r.Percentiles != nil }):
		for _, p := range result.Percentiles {
			figure(p, func(r result.Row) string { return result.Time(r.Percentiles[p]) })
		}
	case has(func(r result.Row) bool { return r.NsMedian > 0 }):
		figure("median", func(r result.Row) string { return result.Time(r.NsMedian) })
		figure("quartiles", func(r result.Row) string { return result.Interval(r.NsQ1, r.NsQ3) })
	}
	if has(func(r result.Row) bool { return r.AgeP99 > 0 }) {
		figure("p99 age", func(r result.Row) string { return result.Time(r.AgeP99) })
	}
	if has(func(r result.Row) bool { return r.CPU > 0 }) {
		figure("CPU", func(r result.Row) string { return fmt.Sprintf("%.2f %%", 100*r.CPU) })
	}
	if has(func(r result.Row) bool { return r.RatioToChan > 0 }) {
		figure("× channel", func(r result.Row) string { return result.Digits(r.RatioToChan) })
		figure("quartiles", func(r result.Row) string { return ratios(r.RatioToChanQ1, r.RatioToChanQ3) })
	}
	columns = append(columns, column{"kept", false, func(r result.Row, _ bool) string { return fmt.Sprintf("%d/%d", r.Kept, r.Total) }})
	if has(func(r result.Row) bool { return r.Note() != "" }) {
		columns = append(columns, column{"not ranked", true, func(r result.Row, _ bool) string { return r.Note() }})
	}
	return columns
}

func mark(best bool) string {
	if best {
		return "* "
	}
	return "  "
}

func ratios(a, b float64) string {
	if a == 0 && b == 0 {
		return ""
	}
	return result.Digits(a) + "–" + result.Digits(b)
}
