// Package chart draws the comparison of a report as one picture for a README.
package chart

import (
	"errors"
	"fmt"
	"html/template"
	"io"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/markdown"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// In pixels. The picture fits the column of a README, and its texts stay legible when a telephone shrinks it.
const (
	width       = 760
	barsWidth   = 600 // of the longest: its label stands behind it
	barHeight   = 13
	titleHeight = 16
	gap         = 12 // between two cases
	top         = 58
	bottom      = 30
)

// A bar is a time, drawn to scale.
type bar struct {
	Class, Label string
	Y, TextY     int
	Width        float64
}

type group struct {
	Title  string
	TitleY int
	Bars   []bar
}

// Write draws the workloads whose figure is a time per event: this library without any setting, the best other one and
// a channel, as SVG. It fails if the report has none of them.
func Write(w io.Writer, r result.Report) error {
	cases := markdown.Compare(r)
	longest := 0.0
	for _, c := range cases {
		longest = max(longest, c.Default.NsMedian, c.Other.NsMedian, c.Channel.NsMedian)
	}
	if longest == 0 {
		return errors.New("chart: no workload of the report has a time per event")
	}
	y := top
	var groups []group
	for _, c := range cases {
		g := group{Title: c.Title, TitleY: y + 11}
		y += titleHeight
		for _, row := range []struct {
			class, name string
			result.Row
		}{
			{"default", "disruptor, default", c.Default},
			{"other", c.Other.Group, c.Other},
			{"channel", "channel", c.Channel},
		} {
			if row.NsMedian == 0 {
				continue
			}
			g.Bars = append(g.Bars, bar{
				Class: row.class, Label: result.Digits(row.NsMedian) + " " + row.name,
				Y: y, TextY: y + barHeight - 3, Width: max(row.NsMedian/longest*barsWidth, 1),
			})
			y += barHeight
		}
		groups = append(groups, g)
		y += gap
	}
	return page.Execute(w, map[string]any{
		"Width": width, "Height": y + bottom - gap, "BarHeight": barHeight - 2, "Groups": groups,
		"Foot": y + bottom - gap - 8,
		"CPU":  fmt.Sprintf("%s, %d CPUs, %s", r.Environment.CPU, r.Environment.CPUs, r.Environment.GoVersion),
	})
}

// A picture in a README has no page around it: its colours follow the reader's system.
var page = template.Must(template.New("chart").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-label="Time per event: disruptor by default, the best other library and a channel">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.head { font-size: 16px; font-weight: 600 }
.note, .label { fill: #59636e; font-size: 12px }
.default { fill: #0969da } .other { fill: #bf8700 } .channel { fill: #8c959f }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .note, .label { fill: #9198a1 }
.default { fill: #4493f8 } .other { fill: #d29922 } .channel { fill: #656c76 }
}
</style>
<text class="head" x="0" y="20">Nanoseconds per event: shorter is faster</text>
<text class="note" x="0" y="40">A Config with nothing but its Capacity, the best setting of the best other library, and a channel</text>
{{range .Groups}}<text x="0" y="{{.TitleY}}">{{.Title}}</text>
{{range .Bars}}<rect class="{{.Class}}" x="0" y="{{.Y}}" width="{{printf "%.1f" .Width}}" height="{{$.BarHeight}}"/><text class="label" x="{{printf "%.1f" .Width}}" dx="6" y="{{.TextY}}">{{.Label}}</text>
{{end}}{{end}}<text class="note" x="0" y="{{.Foot}}">{{.CPU}}</text>
</svg>
`))
