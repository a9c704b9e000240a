package result

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimesAsPeopleWriteThem(t *testing.T) {
	for ns, want := range map[float64]string{
		0: "", 0.001234: "0.0012 ns", 0.5: "0.50 ns", 1.774: "1.77 ns", 9.996: "10.0 ns", 12.13: "12.1 ns", 180.59: "181 ns", 999.4: "999 ns",
		999.6: "1.00 µs", 1200: "1.20 µs", 15_769_599: "15.8 ms", 999_900: "1.00 ms", 2e9: "2.00 s", 1e14: "100,000 s",
	} {
		require.Equal(t, want, Time(ns), ns)
	}
	require.Equal(t, "14.3–17.0 ns", Interval(14.3, 17))
	require.Equal(t, "999 ns–1.01 µs", Interval(999, 1010))
	require.Empty(t, Interval(0, 0))
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "", 0.034: "0.03", 0.25: "0.25", 1: "1.00", 9.876: "9.88", 16.26: "16.3", 123.4: "123", 12345.6: "12,346"} {
		require.Equal(t, want, Digits(v), v)
	}
	require.Equal(t, []string{"1,234,567", "123", "-1,000"}, []string{Thousands("1234567"), Thousands("123"), Thousands("-1000")})
}

func TestTheProvenanceHasEachFact(t *testing.T) {
	e := Environment{CPU: "AMD", CPUs: 2, GOMAXPROCS: 2, OS: "linux", Arch: "amd64", Kernel: "6.1.0", GoVersion: "go1.26.8", Commit: "0123abc",
		Command: "disruptor bench", When: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), PingPongMedian: 93.2, PingPongLimit: 139.8}
	require.Equal(t, [][2]string{
		{"CPU", "AMD, 2 CPUs, GOMAXPROCS 2"}, {"System", "linux, kernel 6.1.0"}, {"Go", "go1.26.8 linux/amd64"}, {"Commit", "0123abc"},
		{"Command", "disruptor bench"}, {"When", "23 November 2026 09:00 UTC"},
		{"Ping-pong", "a cache line's round trip took 93.2 ns at the median; runs beside one above 140 ns don't count"},
	}, e.Provenance())
	require.Empty(t, Environment{}.Provenance())
	for n, want := range map[int]string{1: "1 process kept a processor busy during each run", 3: "3 processes kept a processor busy each during each run"} {
		require.Equal(t, [][2]string{{"Neighbours", want}}, Environment{Neighbours: n}.Provenance())
	}
}
