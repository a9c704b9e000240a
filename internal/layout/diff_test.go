package layout_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/layout"
)

// numbers returns n lines from first on.
func numbers(first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strconv.Itoa(first+i) + "\n")
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, want, got, diff string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"both empty", "", "", ""},
		{"middle", "a\nb\nc\n", "a\nx\nc\n", "- b\n+ x"},
		{"inserted", "a\nc\n", "a\nb\nc\n", "+ b"},
		{"removed twice", "a\nb\nc\nd\ne\n", "a\nc\ne\n", "- b\n- d"},
		{"moved", "1\n2\n3\n4\n", "2\n3\n4\n1\n", "- 1\n+ 1"},
		{"nothing got", "a\n", "", "- a"},
		{"last newline", "a\n", "a", "- "},
		{"not printable", "a", "a\x1b[31m\xff\u202e\\é", `- a` + "\n" + `+ a\u{1b}[31m\xff\u{202e}\\é`},
		{"long line", "a", strings.Repeat("b", 300), "- a\n+ " + strings.Repeat("b", 200) + "…"},
		{"a tail", "x\n" + numbers(0, 100), "x\n", strings.TrimSuffix("- "+strings.ReplaceAll(numbers(0, 40), "\n", "\n- "), "\n- ") + "\n- … 60 more"},
	} {
		require.Equal(t, c.diff, layout.Diff(c.want, c.got), c.name)
	}
}

func TestDiffOfTextsThatShareNothing(t *testing.T) {
	got := layout.Diff(numbers(0, 5000), numbers(10000, 7000))
	lines := strings.Split(got, "\n")
	require.Len(t, lines, 82)
	require.Equal(t, []string{"- 0", "- 39", "+ 10000", "+ 10039", "- … 4960 more", "+ … 6960 more"},
		[]string{lines[0], lines[39], lines[40], lines[79], lines[80], lines[81]})
}

func FuzzDiff(f *testing.F) {
	f.Add("size 8, align 8\n0 int64 A\n", "size 8, align 8\n0 uint64 A\n")
	f.Add("a\nb\nc", "c\nb\na")
	f.Add("\x00\n\xff", "")
	f.Add(numbers(0, 60), numbers(30, 60))
	f.Fuzz(func(t *testing.T, want, got string) {
		diff := layout.Diff(want, got)
		require.Equal(t, want == got, diff == "")
		require.True(t, utf8.ValidString(diff))
		require.LessOrEqual(t, len(diff), 82*(200*5+8))
		for _, r := range diff {
			require.True(t, r == '\n' || unicode.IsPrint(r))
		}
		if want == got || strings.Contains(diff, "…") || strings.Contains(want+got, "\\") {
			return
		}
		// Without the lines of want, and with those of got in their place, want is got. What both have is not said, so
		// take each line of the difference from its text: the rest of both is the same.
		w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
		for line := range strings.SplitSeq(diff, "\n") {
			from := &w
			if line[0] == '+' {
				from = &g
			}
			i := slices.IndexFunc(*from, func(s string) bool {
				return layout.Diff("", s) == "- \n+ "+line[2:] || s == line[2:]
			})
			require.GreaterOrEqual(t, i, 0, "%q is not in the text", line)
			*from = slices.Delete(slices.Clone(*from), i, i+1)
		}
		slices.Sort(w)
		slices.Sort(g)
		require.Equal(t, w, g)
	})
}
