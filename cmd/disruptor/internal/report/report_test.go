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
	for _, figure := range []string{"22.8", "20.5–24.4", "2.44×", "2.19–2.63", "13/18"} {
		require.Contains(t, line, figure)
	}
	line = text(lineOf(t, parse(t, sample()), "W8", "channel"))
	for _, figure := range []string{"556", "667", "1,001", "5,004", "50,040", "222,400", "723"} {
		require.Contains(t, line, figure)
	}
	require.Contains(t, text(lineOf(t, parse(t, sample()), "W9", "channel")), "5.6 %")
}

func TestTheEnvironmentIsStated(t *testing.T) {
	r := sample()
	r.Environment.Neighbours = 3
	head := text(elements(parse(t, r), "dl")[0])
	for _, fact := range []string{"AMD EPYC", "2 CPUs", "GOMAXPROCS 2", "go1.26.8", "linux/amd64", "0123abc", "disruptor bench -quick", "93.2", "140", "23 November 2026", "3 that kept a processor busy"} {
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
	require.Len(t, rows, 1+4, "W1, two batches of W2, W8")
	var cells []string
	for _, td := range elements(rows[1], "td") {
		cells = append(cells, text(td))
	}
	require.Equal(t, []string{"disruptor · spin", "15.9", "3.50×", "xsync MPMC · 30 tries, Gosched", "23.6"}, cells)
}

func TestEachKindOfWorkloadHasItsPlot(t *testing.T) {
	root := parse(t, sample())
	plots := map[string][]string{}
	for _, s := range elements(root, "section") {
		for _, svg := range elements(s, "svg") {
			_, what, _ := strings.Cut(attribute(svg, "aria-label"), ": ")
			plots[attribute(s, "id")] = append(plots[attribute(s, "id")], what)
		}
	}
	const bars, latency = "million events per second", "latency by percentile"
	const frontier = "age of the 99th percentile when seen by time per event"
	require.Equal(t, map[string][]string{
		"W1": {bars, frontier}, "W2": {bars, bars}, "W8": {latency}, "W9": {"CPU used, percent of one core"},
		"load":      {latency, latency},
		"batch":     {"time per event (bars: quartiles) by events in a batch"},
		"capacity":  {"time per event (bars: quartiles) by slots in the ring"},
		"producers": {"time per event (bars: quartiles) by producers"},
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
	for i := range colours {
		require.Contains(t, style, fmt.Sprintf(".c%d {", i))
	}
	for i := range variants {
		require.True(t, i == 0 || regexp.MustCompile(fmt.Sprintf(`\.v%d\b`, i)).MatchString(style), i)
	}
}
