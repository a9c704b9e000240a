package view

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
)

// What a style says is also said in words or by a mark: there may be no colours.
var (
	strong = lipgloss.NewStyle().Bold(true)
	faint  = lipgloss.NewStyle().Faint(true)
	good   = lipgloss.NewStyle().Foreground(lipgloss.Green)
	warn   = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	bad    = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	plain  = lipgloss.NewStyle()
)

const unknown = "–"

// nameOf returns the name of a ring as it is shown, or where the target has it if it has none.
func nameOf(r rates.Ring) string {
	return printable.Escape(cmp.Or(r.Name, r.Key, "(unnamed)"))
}

func consumerName(c rates.Consumer) string { return printable.Escape(cmp.Or(c.Name, "(unnamed)")) }

// number returns a count, exact below 100000.
func number(n int64) string {
	if -100_000 < n && n < 100_000 {
		return fmt.Sprint(n)
	}
	return short(float64(n))
}

// short returns a number in three digits.
func short(f float64) string {
	const units = "kMGTPE"
	unit := -1
	for math.Abs(f) >= 999.5 && unit < len(units)-1 {
		f /= 1000
		unit++
	}
	digits := 0
	switch {
	case unit < 0 && (f == math.Trunc(f) || math.Abs(f) >= 9.95), math.Abs(f) >= 99.95:
	case unit < 0 || math.Abs(f) >= 9.995:
		digits = 1
	default:
		digits = 2
	}
	text := fmt.Sprintf("%.*f", digits, f)
	if unit >= 0 {
		text += units[unit : unit+1]
	}
	return text
}

// perSecond returns a rate with its unit.
func perSecond(r rates.Rate) string {
	if !r.Known {
		return unknown
	}
	return short(r.PerSecond) + "/s"
}

// age returns a duration in seconds as people say it.
func age(seconds float64) string {
	switch {
	case seconds <= 0:
		return "0s"
	case seconds < 0.001:
		return "<1ms"
	case seconds < 0.0995:
		return fmt.Sprintf("%.0fms", seconds*1000)
	case seconds < 9.95:
		return fmt.Sprintf("%.1fs", seconds)
	case seconds < 99.5:
		return fmt.Sprintf("%.0fs", seconds)
	case seconds < 3600:
		return fmt.Sprintf("%dm%02ds", int(seconds)/60, int(seconds)%60)
	case seconds < 48*3600:
		return fmt.Sprintf("%dh%02dm", int(seconds)/3600, int(seconds)/60%60)
	}
	return short(math.Trunc(seconds/86400)) + "d"
}

// bar returns a bar of a width of which a part is full. It is empty, or full, only if that is exact.
func bar(part, whole int64, width int) string {
	part = min(max(part, 0), whole)
	full := 0
	switch {
	case part <= 0:
	case part == whole:
		full = width
	default:
		full = min(max(int(math.Round(float64(part)/float64(whole)*float64(width))), 1), width-1)
	}
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// clip cuts a text that is wider than so many columns, and says so by an ellipsis.
func clip(text string, width int) string { return ansi.Truncate(text, max(width, 0), "…") }

// fit returns a text without styles that takes exactly so many columns.
func fit(text string, width int, right bool) string {
	text = clip(text, width)
	pad := strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
	if right {
		return pad + text
	}
	return text + pad
}

// paragraph wraps a text, of at most so many lines; 0: of any number. The lines begin with indent.
func paragraph(text, indent string, width, most int) []string {
	width = max(width-ansi.StringWidth(indent), 1)
	lines := strings.Split(ansi.Wrap(printable.Escape(text), width, ""), "\n")
	if most > 0 && len(lines) > most {
		lines = lines[:most]
		lines[most-1] = clip(lines[most-1]+" …", width)
		if !strings.HasSuffix(lines[most-1], "…") {
			lines[most-1] = clip(lines[most-1], width-1) + "…"
		}
	}
	for i := range lines {
		lines[i] = indent + lines[i]
	}
	return lines
}

// flow puts pieces behind each other, two columns apart, on as many lines as they need.
func flow(pieces []string, indent string, width int) (lines []string) {
	line := ""
	for _, p := range pieces {
		switch {
		case line == "":
			line = indent + p
		case ansi.StringWidth(line)+2+ansi.StringWidth(p) <= width:
			line += "  " + p
		default:
			lines, line = append(lines, line), indent+p
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
