// Package report renders the results of a run as one HTML file: tables, and plots as SVG inside it. The file loads
// nothing, so it can be kept, sent and opened offline, and it follows the reader's choice of light or dark.
package report

import (
	_ "embed"
	"html/template"
	"io"
	"slices"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

//go:embed style.css
var style string

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"px": pixels,
}).Parse(pageSource))

// Write renders r. It shows every row, unranked ones with the reason, and trusts none of the
// text in r.
func Write(w io.Writer, r result.Report) error {
	return page.Execute(w, newView(r))
}

// A view is what the page shows.
type view struct {
	Style       template.CSS
	Interrupted string
	Provenance  [][2]string
	Summary     []verdict
	Sections    []section
}

// A section is one workload.
type section struct {
	Name, Title string
	Measure     string // what the times of its tables are
	Sweep       *plot  // of a workload that varies one thing; the others have a plot per block
	Columns     columns
	Blocks      []block
}

// A block is the rows of a workload that were measured in the same configuration, and so can be compared.
type block struct {
	Caption  string
	Lines    []line
	Plot     *plot
	Frontier *plot // of a stream whose ages were taken
}

func newView(r result.Report) view {
	v := view{Style: template.CSS(style), Interrupted: r.Interrupted, Provenance: r.Environment.Provenance()}
	palette := newPalette(r.Rows)
	for _, w := range workloads(r) {
		s := newSection(w, r.Of(w.Name), palette)
		v.Sections = append(v.Sections, s)
		if _, isSweep := sweeps[w.Name]; !isSweep {
			v.Summary = append(v.Summary, s.verdicts()...)
		}
	}
	return v
}

// workloads returns the workloads of the report, and those that only rows name: a row without a
// title is still a result.
func workloads(r result.Report) []result.Workload {
	all := slices.Clone(r.Workloads)
	for _, row := range r.Rows {
		named := func(w result.Workload) bool { return w.Name == row.Workload }
		if !slices.ContainsFunc(all, named) {
			all = append(all, result.Workload{Name: row.Workload, Title: row.Workload})
		}
	}
	return all
}

func newSection(w result.Workload, rows []result.Row, palette palette) section {
	looks := palette.looks(rows)
	s := section{Name: w.Name, Title: w.Title, Measure: w.Measure(), Columns: columnsOf(rows)}
	if s.Title == "" {
		s.Title = w.Name
	}
	varied, isSweep := sweeps[w.Name]
	openLoop := isOpenLoop(rows)
	switch {
	case isSweep:
		s.Sweep = drawSweep(s.Title, varied, rows, looks)
	case openLoop:
		s.Sweep = drawLoad(s.Title, rows, palette)
	}
	for _, c := range configurations(rows) {
		slices.SortStableFunc(c.rows, bySpeed)
		b := block{Caption: c.caption(), Lines: s.Columns.lines(c.rows), Frontier: drawFrontier(s.Title, c.rows, looks)}
		switch {
		case isSweep, openLoop:
		case s.Columns.Percentiles != nil:
			b.Plot = drawLatency(s.Title, c.rows, looks)
		default:
			b.Plot = drawBars(s.Title, c.rows, looks)
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}
