package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// parse renders r and reads it as a browser would.
func parse(t *testing.T, r result.Report) *html.Node {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	root, err := html.Parse(&b)
	require.NoError(t, err)
	return root
}

func elements(root *html.Node, tag string) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// lineOf returns the line of a subject in the tables of a workload.
func lineOf(t *testing.T, root *html.Node, workload, subject string) *html.Node {
	t.Helper()
	for _, s := range elements(root, "section") {
		for _, tr := range elements(s, "tr") {
			if first := tr.FirstChild; attribute(s, "id") == workload && text(first) == subject {
				return tr
			}
		}
	}
	require.Fail(t, "no such line", "%s %s", workload, subject)
	return nil
}

func TestEveryRowAppears(t *testing.T) {
	r := sample()
	r.Rows = append(r.Rows, result.Row{Workload: "without a title", Subject: "stray", NsMedian: 123, Verified: true})
	root := parse(t, r)
	shown := map[[2]string]int{}
	for _, s := range elements(root, "section") {
		for _, th := range elements(s, "th") {
			if attribute(th, "scope") == "row" {
				shown[[2]string{attribute(s, "id"), text(th)}]++
			}
		}
	}
	want := map[[2]string]int{}
	for _, row := range r.Rows {
		want[[2]string{row.Workload, name(row)}]++
	}
	require.Equal(t, want, shown)
}

func TestALineHasItsFigures(t *testing.T) {
	line := text(lineOf(t, parse(t, sample()), "W1", "disruptor · block"))
	for _, figure := range []string{"22.8 ns", "20.5–24.4 ns", "2.44×", "2.19–2.63", "13/18"} {
		require.Contains(t, line, figure)
	}
	line = text(lineOf(t, parse(t, sample()), "W8", "channel"))
	for _, figure := range []string{"556 ns", "667 ns", "1.00 µs", "5.00 µs", "50.0 µs", "222 µs", "723 ns"} {
		require.Contains(t, line, figure)
	}
	require.Contains(t, text(lineOf(t, parse(t, sample()), "W9", "channel")), "5.56 %")
}

func TestTheEnvironmentIsStated(t *testing.T) {
	r := sample()
	r.Environment.Neighbours = 3
	head := text(elements(parse(t, r), "dl")[0])
	for _, fact := range []string{"AMD EPYC", "2 CPUs", "GOMAXPROCS 2", "go1.26.8", "linux/amd64", "0123abc", "disruptor bench -quick", "6.1.0", "93.2 ns", "140 ns", "23 November 2026", "3 processes kept a processor busy"} {
		require.Contains(t, head, fact)
	}
}

func TestFailedSubjectsAreShownAsFailed(t *testing.T) {
	root := parse(t, sample())
	for subject, why := range map[string]string{"hedzr": "65,536 events out of order", "dk-open": "not verified"} {
		tr := lineOf(t, root, "W1", subject)
		require.Equal(t, "failed", attribute(tr, "class"))
		require.Contains(t, text(tr), why)
		require.NotContains(t, text(elements(root, "table")[0]), subject, "in the summary")
	}
	// dk-open lost events at 1 ns: without the check it would be the fastest.
	require.Equal(t, "leads", attribute(lineOf(t, root, "W1", "disruptor · spin"), "class"))
	failed := 0
	for _, n := range elements(elements(root, "svg")[0], "text") {
		if attribute(n, "class") == "failed" {
			require.Equal(t, "failed", text(n))
			failed++
		}
	}
	require.Equal(t, 2, failed)
	require.Len(t, elements(elements(root, "svg")[0], "rect"), 7, "a bar for each other family")
}

func TestARowOfTooFewRunsIsMarkedAndNotRanked(t *testing.T) {
	root := parse(t, sample())
	tr := lineOf(t, root, "W1", "shy")
	require.Equal(t, "unranked", attribute(tr, "class"))
	require.Contains(t, text(tr), "2 of 13 runs kept")
	require.NotContains(t, text(tr), "failed")
	glance := text(elements(elements(root, "table")[0], "tr")[1])
	require.Contains(t, glance, "shy: 2 of 13 runs kept", "a reader of the summary has to know")
	require.NotContains(t, text(elements(elements(root, "table")[0], "tr")[2]), "shy", "in another workload")
}

func TestWhatFallsBehindHasNoFigures(t *testing.T) {
	root := parse(t, sample())
	var seen []string
	for _, s := range elements(root, "section") {
		for _, tr := range elements(s, "tr") {
			if attribute(s, "id") == "load" && text(tr.FirstChild) == "workiva ring" {
				seen = append(seen, text(tr.LastChild))
			}
		}
	}
	require.Equal(t, []string{"13/18", "falls behind"}, seen)
}

func TestAnInterruptedReportSaysSo(t *testing.T) {
	r := sample()
	require.NotContains(t, text(parse(t, r)), "Incomplete")
	r.Interrupted = "stopped in W7: interrupt signal received"
	require.Contains(t, text(elements(parse(t, r), "p")[0]), "stopped in W7: interrupt signal received")
}

func TestThePageLoadsNothing(t *testing.T) {
	root := parse(t, sample())
	for _, tag := range []string{"script", "link", "img", "image", "iframe", "object", "embed", "use", "base"} {
		require.Empty(t, elements(root, tag), tag)
	}
	links := 0
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "href":
				require.True(t, strings.HasPrefix(a.Val, "#"), a.Val)
				links++
			case "src", "srcset", "data", "style", "background", "action", "xlink:href", "poster":
				require.Fail(t, "attribute", "%s=%q", a.Key, a.Val)
			}
			require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
		}
	}
	require.Positive(t, links, "the summary leads to its sections")
	style := text(elements(root, "style")[0])
	for _, loads := range []string{"url(", "@import", "http", "src"} {
		require.NotContains(t, style, loads)
	}
	for _, media := range []string{"prefers-color-scheme: dark", "@media print"} {
		require.Contains(t, style, media)
	}
}

func TestTextOfAReportIsHarmless(t *testing.T) {
	const evil = `"><script>alert('1')</script><img src=x onerror=alert(1)>`
	r := sample()
	r.Environment.CPU, r.Environment.Commit, r.Environment.Command = evil, evil, evil
	r.Interrupted, r.Environment.Kernel = evil, evil
	r.Environment.GoVersion, r.Environment.OS, r.Environment.Arch = evil, evil, evil
	for i := range r.Workloads {
		r.Workloads[i].Title, r.Workloads[i].Unit = evil, evil
	}
	r.Workloads = append(r.Workloads, result.Workload{Name: evil})
	for i := range r.Rows {
		r.Rows[i].Subject, r.Rows[i].Setting, r.Rows[i].Group = evil+strconv.Itoa(i), evil, evil
		if r.Rows[i].Percentiles != nil {
			r.Rows[i].Percentiles[evil] = 1
		}
	}
	r.Rows = append(r.Rows, result.Row{Workload: evil, Subject: "<script>", Error: evil})
	root := parse(t, r)
	require.Empty(t, elements(root, "script"))
	require.Empty(t, elements(root, "img"))
	require.Equal(t, "failed", attribute(lineOf(t, root, evil, "<script>"), "class"))
	require.Contains(t, text(root), evil)
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			require.NotEqual(t, "onerror", a.Key)
		}
	}
}

func TestAReportOfNothing(t *testing.T) {
	for _, r := range []result.Report{
		{},
		{Workloads: []result.Workload{{Name: "W1"}, {Name: "batch"}}},
		{Rows: []result.Row{{}}},
		{Rows: []result.Row{{Workload: "batch", Verified: true}, {Workload: "open", Verified: true, Percentiles: map[string]float64{}}}},
	} {
		root := parse(t, r)
		require.Len(t, elements(root, "h1"), 1)
		require.Empty(t, elements(root, "svg"))
	}
}

func TestTheSummaryNamesTheFastestAndTheNextFamily(t *testing.T) {
	rows := elements(elements(parse(t, sample()), "table")[0], "tr")
	require.Len(t, rows, 1+6, "W1, two batches of W2, W8, two loads")
	var cells []string
	for _, td := range elements(rows[1], "td") {
		cells = append(cells, text(td))
	}
	require.Equal(t, []string{"disruptor · spin", "15.9 ns", "3.50×", "xsync MPMC · 30 tries, Gosched", "23.6 ns"}, cells)
}

func TestEachKindOfWorkloadHasItsPlot(t *testing.T) {
	root := parse(t, sample())
	plots := map[string][]string{}
	for _, s := range elements(root, "section") {
		for i, svg := range elements(s, "svg") {
			require.Equal(t, []string{"wide", "narrow"}[i%2], attribute(svg, "class"))
			if i%2 == 1 {
				continue
			}
			_, what, _ := strings.Cut(attribute(svg, "aria-label"), ": ")
			plots[attribute(s, "id")] = append(plots[attribute(s, "id")], what)
		}
	}
	const bars, latency = "million events per second", "latency by percentile"
	const frontier = "age of the 99th percentile when seen by time per event"
	require.Equal(t, map[string][]string{
		"W1": {bars, frontier}, "W2": {bars, bars}, "W8": {latency}, "W9": {"CPU used, percent of one core"},
		"load":      {"latency by load"},
		"batch":     {"time per event by events in a batch"},
		"capacity":  {"time per event by slots in the ring"},
		"producers": {"time per event by producers"},
	}, plots)
}

func TestAnErrorOfTheWriterIsReturned(t *testing.T) {
	full := errors.New("full")
	require.ErrorIs(t, Write(failingWriter{full}, sample()), full)
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

var _ io.Writer = failingWriter{}

func TestLooksTellSubjectsApart(t *testing.T) {
	r := sample()
	for i := range 4 {
		r.Rows = append(r.Rows, result.Row{Workload: "W1", Subject: "disruptor", Group: "disruptor", Setting: strconv.Itoa(i)})
	}
	palette := newPalette(r.Rows)
	for _, w := range r.Workloads {
		seen := map[string]string{}
		for name, l := range palette.looks(r.Of(w.Name)) {
			require.Empty(t, seen[l.class()], "%s and %s look alike in %s", name, seen[l.class()], w.Name)
			seen[l.class()] = name
		}
	}
	w1, w8 := palette.looks(r.Of("W1")), palette.looks(r.Of("W8"))
	require.Equal(t, w1["disruptor · spin"].colour, w1["disruptor · block"].colour, "one family")
	require.NotEqual(t, w1["disruptor · spin"].colour, w1["channel"].colour)
	require.Equal(t, w1["channel"].colour, w8["channel"].colour)
	for i := range variants {
		require.True(t, i == 0 || regexp.MustCompile(fmt.Sprintf(`\.v%d\b`, i)).MatchString(style), i)
	}
}

func TestColoursBelongToFamilies(t *testing.T) {
	row := func(group string) result.Row { return result.Row{Subject: group, Group: group} }
	var rows []result.Row
	for i := range 12 {
		rows = append(rows, row("stranger "+strconv.Itoa(i)))
	}
	for _, f := range knownFamilies {
		rows = append(rows, row(f), row(f+", variant"))
	}
	all := newPalette(rows)
	owner := map[int]string{}
	for _, f := range knownFamilies {
		colour := all.of(row(f))
		require.Empty(t, owner[colour], f)
		owner[colour] = f
		require.Equal(t, colour, all.of(row(f+", variant")))
		require.Equal(t, colour, newPalette([]result.Row{row(f)}).of(row(f)), "the same on a page of its own")
	}
	shared := map[int]int{}
	for i := range 12 {
		colour := all.of(row("stranger " + strconv.Itoa(i)))
		require.Empty(t, owner[colour], "a known family's")
		require.Less(t, colour, colours)
		shared[colour]++
	}
	require.Len(t, shared, spareColours+1, "the spare ones are used, and one is for all others")
}

// Each colour is there for light and for dark, and none of them twice.
func TestTheStyleSheetHasEachColour(t *testing.T) {
	light, dark, _ := strings.Cut(style, "@media")
	for _, part := range []string{light, dark} {
		seen := map[string]bool{}
		for i := range colours {
			value := regexp.MustCompile(fmt.Sprintf(`--c%d: (#[0-9a-f]{6});`, i)).FindStringSubmatch(part)
			require.NotNil(t, value, i)
			require.False(t, seen[value[1]], value[1])
			seen[value[1]] = true
			require.Contains(t, style, fmt.Sprintf(".c%d {", i))
		}
	}
}

// Every subject of the benchmarks is of a family that has a colour: see the test of package
// command.
func TestKnownFamilies(t *testing.T) {
	require.True(t, Known("disruptor"))
	require.True(t, Known("shm, one process"))
	require.False(t, Known("stranger"))
}
