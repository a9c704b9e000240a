package metrics_test

import (
	"testing"

	"github.com/be395dad/disruptor/metrics"
	"github.com/stretchr/testify/require"
)

func TestNamesThatAreNoGoodLabels(t *testing.T) {
	var rings metrics.Set
	ring := newRing(t, "a\xffb", 8)
	for _, name := range []string{
		"x", "x", "x", "x#2", "y#2", "y", "y", "", "", "\xff", "\uFFFD", "q\"\n\\",
	} {
		ring.Consumer(name)
	}
	require.NoError(t, rings.Add(ring))
	s := collected(t, &rings)()
	for _, label := range []string{
		"x", "x#2", "x#3", "x#2#2", "y#2", "y", "y#3", "", "#2", "\uFFFD", "\uFFFD#2", "q\"\n\\",
	} {
		require.Len(t, s.consumer("a\uFFFDb", label), 12, "%q", label)
	}
	rings.Remove("a\xffb")
	require.Empty(t, collected(t, &rings)().series)
}

func TestConsumersJoinAndLeaveBetweenScrapes(t *testing.T) {
	var rings metrics.Set
	ring := newRing(t, "ring", 8)
	require.NoError(t, rings.Add(ring))
	scrape := collected(t, &rings)
	stays, leaves := ring.Consumer("stays"), ring.Consumer("leaves")
	require.NotEmpty(t, scrape().consumer("ring", "leaves"))
	leaves.Close()
	ring.Consumer("joins")
	s := scrape()
	require.Empty(t, s.consumer("ring", "leaves"))
	require.NotEmpty(t, s.consumer("ring", "joins"))
	require.NotEmpty(t, s.consumer("ring", "stays"))
	stays.Close()
}

func TestSet(t *testing.T) {
	var rings metrics.Set
	a := newRing(t, "a", 8)
	require.NoError(t, rings.Add(a))
	require.EqualError(t, rings.Add(newRing(t, "a", 8)), `metrics: two rings named "a"`)
	require.EqualError(t, rings.AddAs("a", newRing(t, "b", 8)), `metrics: two rings named "a"`)
	require.EqualError(t, rings.Add(newRing(t, "", 8)), "metrics: a ring without a name: set Config.Name, or use AddAs")
	require.EqualError(t, rings.Add(nil), "metrics: a nil ring")
	require.EqualError(t, rings.AddAs("nil", nil), "metrics: a nil ring")
	require.NoError(t, rings.AddAs("b", newRing(t, "", 16)))
	scrape := collected(t, &rings)
	s := scrape()
	require.EqualValues(t, 8, s.ring("a")["capacity_slots"])
	require.EqualValues(t, 16, s.ring("b")["capacity_slots"])
	rings.Remove("a")
	rings.Remove("a")
	s = scrape()
	require.Empty(t, s.ring("a"))
	require.NotEmpty(t, s.ring("b"))
	require.NoError(t, rings.Add(a))
	require.NotEmpty(t, scrape().ring("a"))
}
