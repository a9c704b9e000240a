package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A plot is drawn twice, for wide and for narrow windows. The style sheet shows one of them.
type plot struct {
	Caption      string // what is shown, in which unit, and which way is better
	Wide, Narrow *canvas
}

const (
	wideWidth   = 880
	narrowWidth = 456
)

// draw draws a plot at both widths. It returns nil if there is nothing to show.
func draw(caption string, at func(width float64) *canvas) *plot {
	wide := at(wideWidth)
	if wide == nil {
		return nil
	}
	return &plot{caption, wide, at(narrowWidth)}
}

// A canvas is a picture: shapes in the order in which they are painted. The page's template
// turns them into SVG, and so escapes every text in them; their colours are classes of the style
// sheet, which knows light, dark and paper.
type canvas struct {
	Title         string // read out instead of the picture
	Width, Height float64
	Shapes        []shape
}

// A shape is a text, a rectangle or a path, whichever of Text, Width and Path is set.
type shape struct {
	Class         string
	X, Y          float64
	Text, Anchor  string
	Width, Height float64
	Path          string
	Tip           string // what the pointer shows
}

func (c *canvas) isNarrow() bool { return c.Width <= narrowWidth }

func (c *canvas) text(class, anchor string, x, y float64, text string) {
	c.Shapes = append(c.Shapes, shape{Class: class, X: x, Y: y, Text: text, Anchor: anchor})
}

func (c *canvas) rect(class string, x, y, width, height float64, tip string) {
	// A bar too short to see would be taken for a missing one.
	c.Shapes = append(c.Shapes, shape{Class: class, X: x, Y: y, Width: max(width, 1), Height: height, Tip: tip})
}

func (c *canvas) path(class, tip, path string) {
	c.Shapes = append(c.Shapes, shape{Class: class, Path: path, Tip: tip})
}

func (c *canvas) segment(class string, x1, y1, x2, y2 float64) {
	c.path(class, "", polyline([]float64{x1, x2}, []float64{y1, y2}))
}

func polyline(xs, ys []float64) string {
	var p strings.Builder
	for i := range xs {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&p, "%s%s %s", command, pixels(xs[i]), pixels(ys[i]))
	}
	return p.String()
}

// markerPath returns the outline of a look's marker around a point.
func markerPath(variant int, x, y float64) string {
	const r = 3.6
	switch variant % 4 {
	case 0:
		return fmt.Sprintf("M%s %sa%v %v 0 1 0 %v 0a%v %v 0 1 0 %v 0", pixels(x-r), pixels(y), r, r, 2*r, r, r, -2*r)
	case 1:
		return polyline([]float64{x - r, x + r, x + r, x - r}, []float64{y - r, y - r, y + r, y + r}) + "Z"
	case 2:
		return polyline([]float64{x, x + r + 1, x, x - r - 1}, []float64{y - r - 1, y, y + r + 1, y}) + "Z"
	}
	return polyline([]float64{x, x + r + 1, x - r - 1}, []float64{y - r - 1, y + r, y + r}) + "Z"
}

// The page's font is not known here. Room for a text is reckoned by the mean letter of a wide
// one, Verdana or DejaVu Sans.
const (
	letterWidth     = 7.4
	boldLetterWidth = 8.4
)

func textWidth(s string) float64 { return letterWidth * float64(utf8.RuneCountInString(s)) }

// shorten cuts a label that would need more than so much room, with letters of such a width.
func shorten(s string, room, letter float64) string {
	r := []rune(s)
	most := max(int(room/letter), 1)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
