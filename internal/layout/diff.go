package layout

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a difference: the other text may come from a file that anyone wrote.
const (
	maxDiffLines = 40      // of each text
	maxDiffLine  = 200     // bytes of a line, before escaping
	maxDiffTable = 1 << 18 // lines of one text times lines of the other, to look for common lines
)

// Diff returns the lines in which two texts differ, in their order: "- " before those of want, "+ " before those of
// got. It returns "" if they are equal. Of a text it returns 40 lines at most, and then a line that says how many more
// differ, "- … 7 more"; of a line, 200 bytes. It escapes what is not printable.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		w, g = w[1:], g[1:]
	}
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	var d difference
	if len(w)*len(g) > maxDiffTable {
		d.lines("- ", w)
		d.lines("+ ", g)
	} else {
		d.compare(w, g)
	}
	d.left()
	return d.text.String()
}

// A difference collects lines, at most maxDiffLines of each text.
type difference struct {
	text          strings.Builder
	minus, plus   int // written
	minus2, plus2 int // left out
}

// compare writes the lines that are not in the longest common subsequence.
func (d *difference) compare(w, g []string) {
	// common[i][j] is its length for w[i:] and g[j:].
	row := len(g) + 1
	common := make([]int32, (len(w)+1)*row)
	for i := range slices.Backward(w) {
		for j := range slices.Backward(g) {
			if w[i] == g[j] {
				common[i*row+j] = common[(i+1)*row+j+1] + 1
			} else {
				common[i*row+j] = max(common[(i+1)*row+j], common[i*row+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(w) || j < len(g) {
		switch {
		case i < len(w) && j < len(g) && w[i] == g[j]:
			i, j = i+1, j+1
		case j == len(g) || i < len(w) && common[(i+1)*row+j] >= common[i*row+j+1]:
			d.lines("- ", w[i:i+1])
			i++
		default:
			d.lines("+ ", g[j:j+1])
			j++
		}
	}
}

func (d *difference) lines(sign string, lines []string) {
	written, left := &d.minus, &d.minus2
	if sign == "+ " {
		written, left = &d.plus, &d.plus2
	}
	for _, line := range lines {
		if *written == maxDiffLines {
			*left++
			continue
		}
		*written++
		if d.text.Len() > 0 {
			d.text.WriteByte('\n')
		}
		d.text.WriteString(sign)
		d.text.WriteString(printable(line))
	}
}

// left writes how many lines were left out.
func (d *difference) left() {
	if d.minus2 > 0 {
		fmt.Fprintf(&d.text, "\n- … %d more", d.minus2)
	}
	if d.plus2 > 0 {
		fmt.Fprintf(&d.text, "\n+ … %d more", d.plus2)
	}
}

// printable returns the start of a line, with everything escaped that is not printable.
func printable(line string) string {
	cut := len(line) > maxDiffLine
	if cut {
		line = line[:maxDiffLine]
	}
	var b strings.Builder
	for len(line) > 0 {
		r, n := utf8.DecodeRuneInString(line)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, line[0])
		case r == '\\':
			b.WriteString(`\\`)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
		line = line[n:]
	}
	if cut {
		b.WriteString("…")
	}
	return b.String()
}
