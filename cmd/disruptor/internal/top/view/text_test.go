package view

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

func TestNumbers(t *testing.T) {
	for want, n := range map[string]int64{
		"0": 0, "99999": 99999, "100k": 100_000, "1.05M": 1 << 20, "9.22E": math.MaxInt64, "-9.22E": math.MinInt64, "-5": -5,
	} {
		require.Equal(t, want, number(n))
	}
	for want, f := range map[string]float64{
		"0": 0, "0.5": 0.5, "9.9": 9.94, "10": 9.96, "7": 7, "999": 999.4, "1.00k": 999.6, "12.3k": 12345, "124k": 123_999, "1.24M": 1_240_000,
	} {
		require.Equal(t, want, short(f))
	}
	for want, seconds := range map[string]float64{
		"0s": -1, "<1ms": 0.0005, "2ms": 0.0015, "99ms": 0.0994, "0.1s": 0.0996, "0.3s": 0.31, "9.9s": 9.94, "10s": 9.96, "99s": 99.4, "1m40s": 100, "59m59s": 3599, "1h00m": 3600, "47h59m": 48*3600 - 1,
		"2d": 48 * 3600,
	} {
		require.Equal(t, want, age(seconds))
	}
	require.LessOrEqual(t, len(age(1e15)), 8)
}

func TestBars(t *testing.T) {
	for part, want := range map[int64]string{
		-1: "░░░░", 0: "░░░░", 1: "█░░░", 500: "██░░", 999: "███░", 1000: "████", 2000: "████",
	} {
		require.Equal(t, want, bar(part, 1000, 4), part)
	}
	require.Equal(t, "░░░░", bar(3, 0, 4))
}

func TestTextsAreCutWithAnEllipsis(t *testing.T) {
	require.Equal(t, "orde…", fit("orders", 5, false))
	require.Equal(t, " orders", fit("orders", 7, true))
	require.Equal(t, 5, ansi.StringWidth(fit("東京東京", 5, false)))
	require.Equal(t, []string{"  a b", "  c …"}, paragraph("a b c d e f", "  ", 5, 2))
	require.Equal(t, []string{"a b", "c d", "e f"}, paragraph("a b c d e f", "", 3, 3))
	require.Equal(t, []string{"  a  b", "  c"}, flow([]string{"a", "b", "c"}, "  ", 6))
}

func TestAfterALook(t *testing.T) {
	look := func(seconds, published int64) source.Look {
		return source.Look{At: noon.Add(time.Duration(seconds) * time.Second), Rings: []source.Ring{{Key: "a", Published: published}}}
	}
	rate := func(t Target) rates.Rate { return t.Figures.Rings[0].Publishing }
	target := Target{}.After(look(0, 5), nil, noon).After(look(1, 7), nil, noon)
	require.Equal(t, known(2), rate(target))

	refused, reset := errors.New("refused"), errors.New("reset")
	target = target.After(source.Look{}, refused, noon.Add(2*time.Second)).After(source.Look{}, reset, noon.Add(3*time.Second))
	require.Equal(t, reset, target.Err)
	require.Equal(t, noon.Add(2*time.Second), target.Since, "of the first failure")
	require.Equal(t, known(2), rate(target), "the last figures stay")

	target = target.After(look(9, 100), nil, noon.Add(9*time.Second))
	require.NoError(t, target.Err)
	require.False(t, rate(target).Known, "the process may be another, which has published 100")
	require.Equal(t, known(10), rate(target.After(look(10, 110), nil, noon)))
}

func TestTheTextForScriptsIsExact(t *testing.T) {
	long := strings.Repeat("long", 100)
	s := state(ring("orders\x1b", consumer(long, 512, 1_240_000.25), lossy("screen")), rates.Ring{Ring: source.Ring{Name: "bare", Shared: true, Lost: 3}})
	s.Targets = append(s.Targets, Target{Name: "away", Err: errors.New("x"), Figures: state(ring("stale")).Targets[0].Figures})
	var b strings.Builder
	require.NoError(t, s.Write(&b))
	for _, want := range []string{
		`orders\x1b @ localhost:6060: 1024 slots, 312 free; 5000 published, 1240000.0/s`, "2 claims blocked for 2.140 s, 12 slots open for 0.310 s",
		"12.0/s parks, 11.0/s wakes, 0.5/s wasted; 40 dropped, 3.0/s, 3 inlined, 0 timed out", long, "1240000.2",
		"3 lost, 0 aborted", "no consumers", "bare @ localhost:6060: 0 slots, 0 free; 0 published, -/s",
	} {
		require.Contains(t, b.String(), want)
	}
	require.Regexp(t, `screen +lossy +3000 +10\.0 +2000 +busy +61\.000 +1 +63 +4711\n`, b.String())
	require.NotContains(t, b.String(), "\x1b")
	require.NotContains(t, b.String(), "stale", "of a target that is away nothing is known")
	b.Reset()
	require.NoError(t, hostile().Write(&b))
	require.NotContains(t, b.String(), "\x1b")
	require.NotContains(t, b.String(), "\x9b")
}
