package report

import (
	"fmt"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A look is how a subject is drawn: in the colour of its family, and with a dash and a marker that tell it from the
// rest of that colour without seeing colours.
type look struct{ colour, variant int }

func (l look) class() string { return fmt.Sprintf("c%d v%d", l.colour, l.variant%variants) }

const (
	// colours is how many the style sheet has: those of Okabe and Ito, chosen to be told apart by the colour-blind,
	// without the yellow that can't be seen on white.
	colours = 7
	// variants are four dashes and markers, and the same with hollow markers.
	variants = 8
)

// A palette has the colour of each family, the same in the whole report.
type palette map[string]int

func newPalette(rows []result.Row) palette {
	p := palette{}
	for _, r := range rows {
		if _, ok := p[family(r)]; !ok {
			p[family(r)] = len(p) % colours
		}
	}
	return p
}

// looks has a look for each subject of a workload.
type looks map[string]look

func (p palette) looks(rows []result.Row) looks {
	all := looks{}
	var used [colours]int
	for _, r := range rows {
		if _, ok := all[name(r)]; !ok {
			colour := p[family(r)]
			all[name(r)] = look{colour, used[colour]}
			used[colour]++
		}
	}
	return all
}
