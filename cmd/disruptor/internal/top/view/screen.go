package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
)

// Screen returns the screen, of at most so many lines and columns.
func (s State) Screen(width, height int) string {
	if width < 1 || height < 1 {
		return ""
	}
	b, rows := s.body(width), room(height)
	s.Offset = s.placed(&b, rows)
	visible := b.lines[s.Offset:min(s.Offset+rows, len(b.lines))]
	lines := append([]string{s.header()}, visible...)
	if height > 1 {
		for len(lines) < height-1 {
			lines = append(lines, "")
		}
		lines = append(lines, s.footer(width, rows, len(b.lines)))
	}
	for i := range lines {
		lines[i] = clip(lines[i], width)
	}
	return strings.Join(lines, "\n")
}

// room returns how many lines of the body a screen shows: not the header, nor the footer.
func room(height int) int { return max(0, height-2) }

// header says what is shown.
func (s *State) header() string {
	pieces := []string{strong.Render("disruptor top")}
	if s.Paused {
		pieces = append(pieces, strong.Reverse(true).Render("PAUSED"))
	}
	away := 0
	for i := range s.Targets {
		if s.Targets[i].Err != nil {
			away++
		}
	}
	if away > 0 {
		pieces = append(pieces, bad.Render(fmt.Sprintf("%d of %d away", away, len(s.Targets))))
	}
	rings := len(s.items())
	pieces = append(pieces, plural(rings, "ring"), "every "+s.Every.String(), "by "+s.Sort.String())
	if s.Pick != nil {
		pieces = append(pieces, fmt.Sprintf("-ring %s", printable.Escape(s.Pick.String())))
	}
	return strings.Join(pieces, "  ")
}

// footer names the keys, and which lines are shown if not all are.
func (s *State) footer(width, rows, lines int) string {
	keys := "q quit  space pause  s sort  ↑↓ select  enter alone  +/- interval  ? help"
	switch {
	case s.Help:
		keys = "? back  q quit"
	case s.Alone:
		keys = "enter all rings  ↑↓ scroll  q quit  space pause  s sort  +/- interval  ? help"
	}
	if lines <= rows {
		return faint.Render(clip(keys, width))
	}
	where := fmt.Sprintf("lines %d-%d of %d", s.Offset+1, min(s.Offset+rows, lines), lines)
	return faint.Render(clip(where+"  "+keys, width))
}

// A body is all lines between the header and the footer.
type body struct {
	lines  []string
	items  []item
	starts []int // where the block of each item begins; none with help, or a ring alone
}

func (s *State) body(width int) body {
	if s.Help {
		return body{lines: help(width)}
	}
	all := s.items()
	if s.Alone {
		for _, i := range all {
			if i.key == s.Selected {
				return body{lines: s.block(i, true, columnsFor([]item{i}, width-len(indent)), width)}
			}
		}
		return body{lines: flow([]string{"this ring is there no more:", "enter shows all rings"}, indent, width)}
	}
	b := body{items: all, lines: s.notices(width)}
	cols := columnsFor(all, width-len(indent))
	selected := s.selected(all)
	for n, i := range all {
		b.starts = append(b.starts, len(b.lines))
		b.lines = append(b.lines, s.block(i, n == selected, cols, width)...)
		b.lines = append(b.lines, "")
	}
	return b
}

// notices are about targets that show no ring.
func (s *State) notices(width int) (lines []string) {
	for i := range s.Targets {
		t := &s.Targets[i]
		text := ""
		switch {
		case t.Err != nil && len(t.Figures.Rings) == 0:
			text = t.Name + " " + s.away(t)
		case t.Err != nil: // its rings say so
		case !t.Looked():
			text = t.Name + ": looking"
		case len(t.Figures.Rings) == 0:
			text = t.Name + " has no ring: it serves variables, none of which is the Var of one"
		}
		if text != "" {
			lines = append(lines, paragraph(text, indent, width, 0)...)
			lines = append(lines, "")
		}
	}
	if text := s.Unpicked(); text != "" {
		lines = append(lines, paragraph(text, indent, width, 0)...)
	}
	return lines
}

// away says since when a target can't be read, and why: it may hold anything.
func (s *State) away(t *Target) string {
	return fmt.Sprintf("is away since %s (%s): %v; it is tried again", t.Since.Format(time.TimeOnly),
		age(s.Now.Sub(t.Since).Seconds()), t.Err)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func help(width int) (lines []string) {
	for _, k := range [][2]string{
		{"q, ctrl-c", "quit"}, {"space", "pause: the screen stays while looks go on; again to continue"},
		{"s", "sort rings and consumers by name, lag or rate"},
		{"↑ ↓", "select a ring, or scroll where one is alone"}, {"pgup, pgdn", "scroll by a screen"},
		{"enter", "show the selected ring alone, with more figures, and all again"},
		{"+ -", "look less often, more often"}, {"?", "this, and back"},
	} {
		key := fit(k[0], 12, false)
		for n, line := range paragraph(k[1], "", max(width-len(indent)-12, 10), 0) {
			if n > 0 {
				key = strings.Repeat(" ", 12)
			}
			lines = append(lines, indent+strong.Render(key)+line)
		}
	}
	lines = append(lines, "")
	text := "The bar of a ring shows how full it is, that of a consumer its lag. Open slots are claimed and not published. " +
		"The time behind a state is a lower bound, as are those of claims. " + unknown + ": not known before the next look."
	return append(lines, paragraph(text, indent, width, 0)...)
}
