package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// nasty is what a time must not do harm with.
var nasty = []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-9, 1, 1, 17}

func TestNoTimeBreaksAPlot(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() float64 { return nasty[random.IntN(len(nasty))] }
	for range 40 {
		var r result.Report
		for range 1 + random.IntN(6) {
			for _, workload := range []string{"W1", "W8", "batch", "producers", "load", "W9"} {
				row := result.Row{
					Workload: workload, Subject: strconv.Itoa(random.IntN(5)), Verified: true, Batch: random.IntN(3) - 1,
					Producers: random.IntN(5), NsMedian: pick(), NsQ1: pick(), NsQ3: pick(), RatioToChan: pick(),
					RatioToChanQ1: pick(), RatioToChanQ3: pick(), AgeP99: pick(),
				}
				switch workload {
				case "W8", "load":
					row.Load = pick()
					row.Percentiles = map[string]float64{"p0": pick(), "p50": pick(), "p99": pick(), "p100": pick(), "pNaN": pick(), "max": pick()}
				case "W9":
					row.NsMedian, row.CPU = 0, pick()
				}
				r.Rows = append(r.Rows, row)
			}
		}
		r.Environment.PingPongMedian, r.Environment.PingPongLimit = pick(), pick()
		for _, svg := range elements(parse(t, r), "svg") {
			requireInside(t, svg)
		}
	}
}

var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// requireInside fails if a coordinate of the plot is no number or far outside of it.
func requireInside(t *testing.T, svg *html.Node) {
	t.Helper()
	box := strings.Fields(attribute(svg, "viewBox"))
	require.Len(t, box, 4)
	parse := func(s string, limit float64) {
		require.Regexp(t, number, s)
		v, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		require.True(t, v >= -1 && v <= limit+1, "%s is not in 0 to %v", s, limit)
	}
	width, _ := strconv.ParseFloat(box[2], 64)
	height, _ := strconv.ParseFloat(box[3], 64)
	for n := range svg.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "x", "width":
				parse(a.Val, width)
			case "y", "height":
				parse(a.Val, height)
			case "d":
				require.NotContains(t, a.Val, "NaN")
				path, _, _ := strings.Cut(strings.TrimSuffix(a.Val, "Z"), "a") // the arcs of a round marker are relative
				for _, p := range strings.FieldsFunc(path, func(r rune) bool { return r == 'M' || r == 'L' }) {
					x, y, _ := strings.Cut(p, " ")
					parse(x, width)
					parse(y, height)
				}
			}
		}
	}
}

func TestLabelsDoNotOverlap(t *testing.T) {
	r := sample()
	for i := range 30 { // more curves than fit at the usual height
		r.Rows = append(r.Rows, result.Row{
			Workload: "batch", Subject: fmt.Sprint("crowd ", i), Verified: true, Batch: 64, NsMedian: 2 + float64(i%3),
		})
	}
	for n := range 64 { // more ticks than have room
		r.Rows = append(r.Rows, result.Row{Workload: "producers", Subject: "crowd", Verified: true, Producers: n, NsMedian: 30})
	}
	v := newView(r)
	plots := 0
	check := func(c *canvas) {
		var labels []shape
		for _, s := range c.Shapes {
			if s.Text != "" {
				labels = append(labels, s)
			}
		}
		require.NotEmpty(t, labels)
		for i, a := range labels {
			left, right := span(a)
			require.True(t, left >= 0 && right <= c.Width && a.Y > 8 && a.Y < c.Height, "%q reaches out of %s", a.Text, c.Title)
			for _, b := range labels[:i] {
				l, r := span(b)
				require.False(t, math.Abs(a.Y-b.Y) < 11 && left < r && l < right, "%q on %q in %s", a.Text, b.Text, c.Title)
			}
		}
	}
	both := func(p *plot) {
		if p == nil {
			return
		}
		plots++
		require.NotEmpty(t, p.Caption)
		require.Equal(t, []float64{wideWidth, narrowWidth}, []float64{p.Wide.Width, p.Narrow.Width})
		check(p.Wide)
		check(p.Narrow)
	}
	for _, s := range v.Sections {
		both(s.Sweep)
		for _, b := range s.Blocks {
			both(b.Plot)
			both(b.Frontier)
		}
	}
	require.Equal(t, 10, plots)
}

func span(s shape) (left, right float64) {
	w := textWidth(s.Text)
	if strings.HasSuffix(s.Class, " leads") {
		w *= boldLetterWidth / letterWidth
	}
	switch s.Anchor {
	case "start":
		return s.X, s.X + w
	case "end":
		return s.X - w, s.X
	}
	return s.X - w/2, s.X + w/2
}

func TestABarHasItsSpread(t *testing.T) {
	bars := throughput([]result.Row{measured("a", 8, 10, 20), {Subject: "b", NsMedian: 5}, {Subject: "c", Verified: true, Error: "few"}}, looks{})
	require.Equal(t, bar{name: "a", value: 100, lo: 50, hi: 125, leads: true}, bars[0])
	require.Equal(t, bar{name: "b", missing: "failed", failed: true}, bars[1])
	require.Equal(t, bar{name: "c", missing: "too few runs kept"}, bars[2])
	c := &canvas{Width: 200}
	c.bar(bars[0], axis{scale: linear, hi: 125, to: 125}, 50)
	require.Equal(t, []string{"", "", "M50 50L125 50", "M50 46L50 54", "M125 46L125 54", ""},
		[]string{c.Shapes[0].Path, c.Shapes[1].Path, c.Shapes[2].Path, c.Shapes[3].Path, c.Shapes[4].Path, c.Shapes[5].Path})
	require.Equal(t, 100.0, c.Shapes[1].Width)
	for i, leads := range map[int]bool{0: true, 1: true, 2: false, 5: true} {
		require.Equal(t, leads, strings.HasSuffix(c.Shapes[i].Class, " leads"), c.Shapes[i].Class)
	}
}

func TestApart(t *testing.T) {
	require.Equal(t, []float64{10, 40, 25}, apart([]float64{10, 40, 25}, 15, 0, 100), "what is apart stays")
	require.Equal(t, []float64{42.5, 57.5}, apart([]float64{50, 50}, 15, 0, 100), "neither of two goes further")
	require.Equal(t, []float64{0, 15, 30}, apart([]float64{1, 1, 1}, 15, 0, 100))
	require.Equal(t, []float64{70, 85, 100}, apart([]float64{99, 99, 99}, 15, 0, 100))
	random := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		ys := make([]float64, 1+random.IntN(12))
		for i := range ys {
			ys[i] = 200 * random.Float64()
		}
		moved := apart(ys, 15, 0, 200)
		for i := range ys {
			require.True(t, moved[i] >= -1e-9 && moved[i] <= 200+1e-9)
			for j := range ys {
				if ys[i] < ys[j] {
					require.GreaterOrEqual(t, moved[j]-moved[i], 15-1e-9)
				}
			}
		}
	}
}

func TestAxesReachAround(t *testing.T) {
	for _, lo := range []float64{1e-9, 2e-9, 0.5, 1, 3, 999, 1e6, 1e18} {
		for _, factor := range []float64{1, 1.01, 3, 100, 1e7, 1e26} {
			hi := lo * factor
			if !known(hi) {
				continue
			}
			a := logAxis(lo, hi, 300, 10)
			require.True(t, a.at(lo) <= 300.001 && a.at(hi) >= 9.999, "%v to %v: %v to %v", lo, hi, a.at(lo), a.at(hi))
			require.LessOrEqual(t, len(a.ticks), 12, "%v to %v", lo, hi)
			require.GreaterOrEqual(t, len(a.ticks), 2)

			b := linearAxis(hi, 0, 500)
			require.Equal(t, 500.0, b.at(hi))
			require.Equal(t, 0.0, b.at(0))
			require.LessOrEqual(t, len(b.ticks), 9, "%v", hi)
			require.GreaterOrEqual(t, len(b.ticks), 3, "%v", hi)
		}
	}
}

func TestAxisOfPercentilesGivesEachNineTheSameRoom(t *testing.T) {
	a := percentileAxis([]float64{0.9, 0.99, 0.999, 0.5}, true, 0, 400)
	step := a.at(0.99) - a.at(0.9)
	require.InDelta(t, step, a.at(0.999)-a.at(0.99), 1e-6)
	require.InDelta(t, 400, a.at(1), 1e-6, "the maximum is the last")
	require.InDelta(t, 400-step, a.at(0.999), 1e-6)
	require.Equal(t, "99.9 %", a.ticks[3].label)
}

func TestAxisOfDoublings(t *testing.T) {
	a := doublingAxis([]float64{1024, 64, 65536, 64}, 0, 100)
	require.InDelta(t, 40, a.at(1024), 1e-6)
	require.Equal(t, []tick{{64, "64"}, {1024, "1Ki"}, {65536, "64Ki"}}, a.ticks)
	single := doublingAxis([]float64{4}, 0, 100)
	require.InDelta(t, 50, single.at(4), 1e-6)
}

func TestLatencyOverLoadIsTwoLinesAFamily(t *testing.T) {
	row := func(family, setting string, load, p50 float64) result.Row {
		return result.Row{Workload: "load", Subject: family, Group: family, Setting: setting, Load: load, NsMedian: p50, Verified: true,
			Percentiles: map[string]float64{"p50": p50, "p99": 10 * p50}}
	}
	rows := []result.Row{
		row("ring", "slow", 0.1, 200), row("ring", "fast", 0.1, 100), row("queue", "", 0.1, 90), row("lost", "", 0.1, 1e9),
		row("ring", "slow", 0.9, 400), row("ring", "fast", 0.9, 110), row("queue", "", 0.9, 1.7e8), row("lost", "", 0.9, 1e9),
		row("ring", "fast", 0.5, 105), row("ring", "late", 0.1, 1), row("ring", "late", 0.9, 1e9),
	}
	require.True(t, isOpenLoop(rows))
	palette := newPalette(rows)
	p := drawLoad("Load", rows, palette)
	curves, labels := shapes(p.Wide, "curve")
	require.Equal(t, []string{"ring p50", "ring p99", "queue p50, falls behind at 90 %", "queue p99, falls behind at 90 %"}, labels)
	require.Len(t, curves, 4)
	require.Contains(t, p.Caption, "ring · fast")
	require.Contains(t, p.Caption, "at any load: lost.")
	require.Equal(t, 2, strings.Count(curves[0].Path, "L"), "three loads, from left to right")
	require.Equal(t, 0, strings.Count(curves[2].Path, "L"), "up to where it falls behind")
	require.NotEqual(t, curves[0].Class, curves[1].Class)
	require.Contains(t, curves[1].Class, fmt.Sprintf("c%d ", palette.of(rows[0])))
	require.False(t, isOpenLoop(rows[:1]))
}

func TestASweepHasOneCurveForWhatIsSizedToTheBatch(t *testing.T) {
	row := func(setting string, batch int) result.Row {
		return result.Row{Workload: "batch", Subject: "channel", Group: "channel", Setting: setting, Batch: batch, NsMedian: 50, Verified: true}
	}
	rows := []result.Row{row("arrays of 4", 4), row("arrays of 16", 16), row("arrays of 64", 64), row("one at a time", 4), row("arrays of 4", 64)}
	_, labels := shapes(drawSweep("Batch", sweeps["batch"], rows, newPalette(rows).looks(rows)).Wide, "curve")
	require.Equal(t, []string{"channel · arrays", "channel · one at a time", "channel · arrays of 4"}, labels)
}
