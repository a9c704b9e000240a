package report

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A look is how a subject is drawn: in the colour of its family, and with a dash and a marker that tell it from the
// rest of that colour without seeing colours.
type look struct{ colour, variant int }

func (l look) class() string { return fmt.Sprintf("c%d v%d", l.colour, l.variant%variants) }

// variants are four dashes and markers, and the same with hollow markers.
const variants = 8

// known families have the colour of their place here on every page, each a colour that no other
// has. Those that often stand on one page have the colours of Okabe and Ito, chosen to be told
// apart by the colour-blind.
var knownFamilies = []string{
	"disruptor", "channel", "smarty/go-disruptor", "xsync", "mutex and cond", "shm", limit, "lfq", "Workiva", "pipe", "unix socket",
}

// The colours after the known families' are for others: a few to choose from, and one shared by
// the rest.
const (
	spareColours = 3
	colours      = 11 + spareColours + 1
	leftOver     = colours - 1
)

// Known reports whether a family has a colour that no other has.
func Known(family string) bool { return slices.Contains(knownFamilies, colourKey(family)) }

// A palette has the colour of each family.
type palette map[string]int

// colourKey is what a family has its colour by: variants of one, as "shm, processes", share it.
func colourKey(family string) string {
	key, _, _ := strings.Cut(family, ", ")
	return key
}

func newPalette(rows []result.Row) palette {
	p := palette{}
	for i, name := range knownFamilies {
		p[name] = i
	}
	var others []string
	for _, r := range rows {
		key := colourKey(family(r))
		if _, ok := p[key]; !ok && !slices.Contains(others, key) {
			others = append(others, key)
		}
	}
	slices.Sort(others) // so that the colours don't depend on the order of rows
	taken := [spareColours]bool{}
	for _, key := range others {
		p[key] = leftOver
		h := fnv.New32a()
		_, _ = h.Write([]byte(key)) // it does not fail
		for i := range spareColours {
			if at := (int(h.Sum32()%spareColours) + i) % spareColours; !taken[at] {
				taken[at] = true
				p[key] = len(knownFamilies) + at
				break
			}
		}
	}
	return p
}

func (p palette) of(r result.Row) int { return p[colourKey(family(r))] }

// looks has a look for each subject of a workload.
type looks map[string]look

func (p palette) looks(rows []result.Row) looks {
	all := looks{}
	var used [colours]int
	for _, r := range rows {
		if _, ok := all[series(r)]; !ok {
			colour := p.of(r)
			all[series(r)] = look{colour, used[colour]}
			used[colour]++
		}
	}
	return all
}
