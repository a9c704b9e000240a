package metrics_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/be395dad/disruptor/metrics"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
)

type dashboard struct {
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
	Panels []struct {
		ID         int
		Type       string
		Title      string
		Datasource struct{ Type, UID string }
		GridPos    struct{ X, Y, W, H int }
		Targets    []struct{ RefID, Expr, LegendFormat string }
	}
}

// The dashboard uses every metric that the collector exports and no other, and the rate of
// counters and buckets.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile("grafana.json")
	require.NoError(t, err)
	var d dashboard
	require.NoError(t, json.Unmarshal(text, &d))

	var rings metrics.Set
	require.NoError(t, rings.Add(&fixed{stats: all()}))
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewCollector(&rings))
	families, err := registry.Gather()
	require.NoError(t, err)
	kinds := make(map[string]dto.MetricType)
	labels := map[string]bool{"job": true, "instance": true, "le": true} // which Prometheus adds
	for _, f := range families {
		kinds[f.GetName()] = f.GetType()
		for _, l := range f.Metric[0].Label {
			labels[l.GetName()] = true
		}
	}

	variables := make(map[string]bool)
	for _, v := range d.Templating.List {
		variables[v.Name] = true
		for _, name := range regexp.MustCompile(`disruptor_\w+`).FindAllString(v.Definition, -1) {
			require.Contains(t, kinds, name)
		}
	}
	require.Equal(t, map[string]bool{"datasource": true, "instance": true, "ring": true}, variables)

	use := regexp.MustCompile(`(rate\(|increase\(|)(disruptor_\w+)(\{[^}]*\})?`)
	grouping := regexp.MustCompile(`(?:by|without|on) \(([^)]*)\)`)
	used, ids, places := make(map[string]bool), make(map[int]bool), make(map[[2]int]string)
	for _, p := range d.Panels {
		require.False(t, ids[p.ID], "panel %d", p.ID)
		ids[p.ID] = true
		at := p.GridPos
		require.LessOrEqual(t, at.X+at.W, 24, p.Title)
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				require.Empty(t, places[[2]int{x, y}], "%s lies on another panel", p.Title)
				places[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		require.Equal(t, "${datasource}", p.Datasource.UID, p.Title)
		require.NotEmpty(t, p.Targets, p.Title)
		for _, target := range p.Targets {
			found := use.FindAllStringSubmatch(target.Expr, -1)
			require.NotEmpty(t, found, p.Title)
			for _, f := range found {
				name, selector := f[2], f[3]
				require.Contains(t, selector, `instance=~"$instance"`, target.Expr)
				require.Contains(t, selector, `ring=~"$ring"`, target.Expr)
				base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
				kind, ok := kinds[base]
				require.True(t, ok, "%s in %s", name, p.Title)
				used[base] = true
				require.Equal(t, kind == dto.MetricType_HISTOGRAM, name != base, target.Expr)
				if kind == dto.MetricType_GAUGE {
					require.Empty(t, f[1], target.Expr)
				} else if p.Title != "Claimed and not published" {
					require.NotEmpty(t, f[1], target.Expr)
				}
			}
			for _, g := range grouping.FindAllStringSubmatch(target.Expr, -1) {
				for name := range strings.SplitSeq(g[1], ", ") {
					require.True(t, labels[name], "label %q in %s", name, target.Expr)
				}
			}
			for _, l := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(target.LegendFormat, -1) {
				require.True(t, labels[l[1]], "label %q in a legend of %s", l[1], p.Title)
			}
		}
	}
	for name := range kinds {
		require.True(t, used[name], "%s is in no panel", name)
	}
}
