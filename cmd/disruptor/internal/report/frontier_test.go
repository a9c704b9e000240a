package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func aged(name, group string, ns, p99 float64) result.Row {
	return result.Row{Subject: name, Group: group, NsMedian: ns, AgeP99: p99, Verified: true}
}

// shapes returns those of a class, and the texts of the labels.
func shapes(c *canvas, class string) (found []shape, labels []string) {
	for _, s := range c.Shapes {
		if s.Class == class || strings.HasPrefix(s.Class, class+" ") {
			found = append(found, s)
		}
		if s.Class == "label" {
			labels = append(labels, s.Text)
		}
	}
	return found, labels
}

func TestAFrontierHasEachPoint(t *testing.T) {
	bare := aged("bare memory", limit, 1, 10)
	rows := []result.Row{aged("fast", "a", 10, 1000), aged("fresh", "a", 20, 100), aged("neither", "b", 30, 2000),
		aged("tie", "b", 20, 100), bare, aged("no age", "c", 5, 0), {Subject: "failed", NsMedian: 1, AgeP99: 1, Error: "hung"}}
	looks := newPalette(rows).looks(rows)
	c := drawFrontier("W", rows, looks).Wide
	points, labels := shapes(c, "point")
	require.Len(t, points, 5)
	for i, r := range []result.Row{rows[0], rows[1], rows[2], rows[3], bare} {
		require.Contains(t, points[i].Tip, r.Subject+": ")
		require.True(t, strings.HasSuffix(points[i].Class, looks[r.Subject].class()), points[i].Class)
	}
	require.NotEqual(t, looks["fast"].class(), looks["neither"].class())
	require.Equal(t, []string{"fast", "fresh", "tie"}, labels)
	line, _ := shapes(c, "frontier")
	require.Len(t, line, 1)
	require.Equal(t, 2, strings.Count(line[0].Path, "L"), line[0].Path)
}

func TestAFrontierOfOneIsAPoint(t *testing.T) {
	c := drawFrontier("W", []result.Row{aged("alone", "a", 10, 1000)}, looks{}).Wide
	points, labels := shapes(c, "point")
	require.Len(t, points, 1)
	require.Equal(t, []string{"alone"}, labels)
	line, _ := shapes(c, "frontier")
	require.Empty(t, line)
}

func TestWithoutAgesThereIsNoFrontier(t *testing.T) {
	require.Nil(t, drawFrontier("W", []result.Row{aged("a", "a", 10, 0), aged("b", "b", 0, 10)}, looks{}))
	require.Nil(t, drawFrontier("W", nil, looks{}))
}

func TestThePageHasEachPointOfAFrontier(t *testing.T) {
	root := parse(t, sample())
	var points int
	for _, path := range elements(root, "path") {
		if strings.HasPrefix(attribute(path, "class"), "point ") {
			points++
		}
	}
	require.Equal(t, 2*10, points, "a point for each row of W1 that counts, in both widths")
	require.Contains(t, text(lineOf(t, root, "W1", "channel")), "1.80 µs", "the column of ages")
}
