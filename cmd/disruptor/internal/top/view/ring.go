package view

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
)

const indent = "  "

// block returns the lines of a ring: in short, or everything.
func (s *State) block(i item, selected bool, cols []column, width int) []string {
	lines := []string{s.head(i, selected, width)}
	if i.from.Err != nil {
		lines = append(lines, paragraph(s.away(i.from), indent, width, 2)...)
	}
	lines = append(lines, flow(append(claims(i.ring), totals(i.ring)...), indent, width)...)
	if len(i.ring.Consumers) == 0 {
		lines = append(lines, indent+"no consumers")
	} else {
		lines = append(lines, indent+faint.Render(titles(cols)))
	}
	for _, c := range i.ring.Consumers {
		lines = append(lines, indent+row(cols, c, i.ring.Capacity))
		if s.Alone {
			for _, line := range flow(details(c), indent+indent, width) {
				lines = append(lines, faint.Render(line))
			}
		}
	}
	if i.ring.Explain != "" {
		most := 3
		if s.Alone {
			most = 0
		}
		lines = append(lines, paragraph(i.ring.Explain, indent, width, most)...)
	}
	if i.from.Err != nil { // the figures are old
		for n, line := range lines {
			lines[n] = faint.Render(ansi.Strip(line))
		}
	}
	return lines
}

// head returns the line with the ring's name, what is published, and how full it is.
func (s *State) head(i item, selected bool, width int) string {
	mark := "  "
	style := plain
	if selected {
		mark, style = "▸ ", strong
	}
	name := i.name
	if len(s.Targets) > 1 {
		name += " @ " + i.from.Name
	}
	r := i.ring
	published := perSecond(r.Publishing)
	if width >= 70 {
		published += " published"
	}
	free := fmt.Sprintf("%s/%s free", number(r.Free), number(r.Capacity))
	if r.Free <= 0 {
		free = "full, " + free
	}
	fixed := len(mark) + ansi.StringWidth(published) + ansi.StringWidth(free) + 2*gap
	gauge := ""
	if room := width - fixed - gap - 8; room >= 6 { // 8 are left for the name
		gauge = bar(r.Capacity-r.Free, r.Capacity, min(room, 6+width/10))
		fixed += ansi.StringWidth(gauge) + gap
	}
	name = fit(name, min(max(width-fixed, 1), max(ansi.StringWidth(name), 8)), false)
	line := mark + style.Render(name) + "  " + published
	if gauge != "" {
		line += "  " + fillStyle(r).Render(gauge)
	}
	return line + "  " + fillStyle(r).Render(free)
}

func fillStyle(r rates.Ring) lipgloss.Style {
	switch {
	case r.Free <= 0:
		return bad
	case r.Free < r.Capacity/5:
		return warn
	}
	return good
}

// claims says which claims wait for room, and which are not published.
func claims(r rates.Ring) []string {
	var pieces []string
	switch {
	case r.Shared: // nobody counts the claims that wait
	case r.Blocked == 0:
		pieces = append(pieces, "no claim blocked")
	case r.Blocked == 1:
		pieces = append(pieces, bad.Render("1 claim blocked for "+age(r.BlockedFor)))
	default:
		pieces = append(pieces, bad.Render(fmt.Sprintf("%s claims blocked for %s", number(r.Blocked), age(r.BlockedFor))))
	}
	switch slots := r.Claimed - r.Published; {
	case slots <= 0:
		return append(pieces, "no claim open")
	case slots == 1:
		return append(pieces, warn.Render("1 slot open for "+age(r.OpenFor)))
	default:
		return append(pieces, warn.Render(fmt.Sprintf("%s slots open for %s", number(slots), age(r.OpenFor))))
	}
}

// totals are the counters of a ring.
func totals(r rates.Ring) []string {
	var pieces []string
	add := func(n int64, what string) {
		if n != 0 {
			pieces = append(pieces, number(n)+" "+what)
		}
	}
	if r.Shared {
		add(r.Lost, "lost")
		add(r.Aborted, "aborted")
		add(r.Evicted, "consumers evicted")
		return pieces
	}
	pieces = []string{
		"parks " + perSecond(r.Parking), "wakes " + perSecond(r.Waking), "wasted " + perSecond(r.Wasting),
		number(r.Dropped) + " dropped",
	}
	if r.Dropping.PerSecond > 0 {
		pieces[3] = warn.Render(pieces[3] + ", " + perSecond(r.Dropping))
	}
	add(r.Inlined, "inlined")
	add(r.TimedOut, "timed out")
	return pieces
}

// details are the figures of a consumer that the table has no columns for.
func details(c rates.Consumer) []string {
	var pieces []string
	if len(c.After) > 0 {
		pieces = append(pieces, "after "+printable.Escape(strings.Join(c.After, ", ")))
	}
	if c.Available >= 0 {
		pieces = append(pieces, number(c.Available)+" available")
	}
	if c.MaxLag >= 0 {
		pieces = append(pieces, "at most "+number(c.MaxLag)+" behind")
	}
	if b := c.Batches; b.Count > 0 {
		pieces = append(pieces, fmt.Sprintf("batches: %s, mean %s, max %s", number(b.Count), short(b.Mean), number(b.Max)))
	}
	if c.Retried|c.Skipped|c.DeadLettered != 0 {
		pieces = append(pieces, number(c.Retried)+" retried", number(c.Skipped)+" skipped", number(c.DeadLettered)+" dead-lettered")
	}
	return pieces
}
