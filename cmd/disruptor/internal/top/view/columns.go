package view

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
)

// A column of the tables of consumers. The tables of a screen have the same columns.
type column struct {
	title string
	right bool // adjusted
	most  int  // columns of the screen; 0: what is left
	rank  int  // where there is no room for all, those of greater rank go first; 0: never
	text  func(c rates.Consumer) string
	style func(c rates.Consumer) lipgloss.Style // nil: plain
	width int
}

const (
	gap       = 2
	leastName = 10
	lagBar    = 8
	mostBar   = 20
)

// barColumn is the title by which a row knows the bar, which needs the capacity.
const barColumn = "lag "

var allColumns = []column{
	{title: "consumer", text: consumerName},
	{title: "kind", most: 14, rank: 5, text: func(c rates.Consumer) string { return c.Kind }},
	{title: "position", right: true, most: 19, rank: 6, text: func(c rates.Consumer) string { return fmt.Sprint(c.Position) }},
	{title: "events/s", right: true, most: 8, text: func(c rates.Consumer) string {
		return strings.TrimSuffix(perSecond(c.Rate), "/s")
	}},
	{title: barColumn, most: lagBar, rank: 4, text: func(rates.Consumer) string { return strings.Repeat(" ", lagBar) }, style: lagStyle},
	{title: "lag", right: true, most: 6, text: func(c rates.Consumer) string { return number(c.Lag) }},
	{title: "state", most: 8, text: func(c rates.Consumer) string { return printable.Escape(c.State) }, style: stateStyle},
	{title: "for", right: true, most: 6, rank: 2, text: func(c rates.Consumer) string { return age(c.For) }},
	{title: "batch p50/p99", right: true, most: 13, rank: 3, text: func(c rates.Consumer) string {
		if c.Batches.Count == 0 {
			return ""
		}
		return number(c.Batches.P50) + "/" + number(c.Batches.P99)
	}},
	{title: "missed", right: true, most: 7, rank: 1, text: func(c rates.Consumer) string {
		if !c.Lossy {
			return ""
		}
		return number(c.Missed)
	}},
}

func stateStyle(c rates.Consumer) lipgloss.Style {
	switch c.State {
	case "unserved", "dead", "held":
		return bad
	case "retrying", "evicted":
		return warn
	}
	return plain
}

// lagStyle marks a consumer that has more to do than it could have at once: it is behind.
func lagStyle(c rates.Consumer) lipgloss.Style {
	if c.Lag > 0 {
		return warn
	}
	return good
}

// columnsFor returns the columns for the consumers that fit a width. A column that would be empty
// is left out, as are those for which there is no room.
func columnsFor(all []item, width int) []column {
	var cols []column
	total := -gap
	for _, c := range allColumns {
		used := c.rank == 0
		for _, i := range all {
			for _, one := range i.ring.Consumers {
				text := c.text(one)
				used = used || text != ""
				c.width = max(c.width, ansi.StringWidth(text))
			}
		}
		if !used {
			continue
		}
		c.width = max(c.width, ansi.StringWidth(c.title))
		if c.most > 0 {
			c.width = min(c.width, c.most)
		}
		cols = append(cols, c)
		total += gap + c.width
	}
	name := cols[0].width
	total -= name - min(name, leastName)
	cols[0].width = min(name, leastName)
	for total > width {
		last := 0
		for i, c := range cols {
			if c.rank > cols[last].rank {
				last = i
			}
		}
		if cols[last].rank == 0 {
			break
		}
		total -= gap + cols[last].width
		cols = append(cols[:last], cols[last+1:]...)
	}
	more := min(max(0, width-total), name-cols[0].width)
	cols[0].width += more
	for i := range cols {
		if cols[i].title == barColumn {
			cols[i].width += min(max(0, width-total-more), mostBar-lagBar)
		}
	}
	return cols
}

// titles returns the line above the consumers.
func titles(cols []column) string {
	var cells []string
	for _, c := range cols {
		title := c.title
		if title == barColumn {
			title = ""
		}
		cells = append(cells, fit(title, c.width, c.right))
	}
	return strings.Join(cells, strings.Repeat(" ", gap))
}

// row returns the line of a consumer in a ring of so many slots.
func row(cols []column, one rates.Consumer, capacity int64) string {
	var cells []string
	for _, c := range cols {
		text := fit(c.text(one), c.width, c.right)
		if c.title == barColumn {
			text = bar(one.Lag, capacity, c.width)
		}
		if c.style != nil {
			text = c.style(one).Render(text)
		}
		cells = append(cells, text)
	}
	return strings.Join(cells, strings.Repeat(" ", gap))
}
