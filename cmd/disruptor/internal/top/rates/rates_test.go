package rates

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

// at returns a look at so many seconds.
func at(seconds float64, rings ...source.Ring) source.Look {
	return source.Look{At: time.Unix(100, 0).Add(time.Duration(seconds * float64(time.Second))), Rings: rings}
}

func known(perSecond float64) Rate { return Rate{perSecond, true} }

func TestRates(t *testing.T) {
	first := Figures{}.Next(at(0, source.Ring{
		Key: "a", Capacity: 8, Published: 10, Parks: 1, Wakes: 2, Wasted: 3, Dropped: 4,
		Consumers: []source.Consumer{{Key: "c", Position: 4}, {Key: "d", Position: 10}},
	}))
	require.Equal(t, Rate{}, first.Rings[0].Publishing, "one look tells no rate")
	require.Equal(t, Rate{}, first.Rings[0].Consumers[0].Rate)

	second := first.Next(at(2, source.Ring{Key: "new", Capacity: 8, Published: 7}, source.Ring{
		Key: "a", Capacity: 8, Published: 20, Parks: 2, Wakes: 4, Wasted: 3, Dropped: 10,
		Consumers: []source.Consumer{{Key: "d", Position: 11}, {Key: "e", Position: 3}, {Key: "c", Position: 9}},
	}))
	require.Equal(t, Rate{}, second.Rings[0].Publishing, "it is new")
	r := second.Rings[1]
	require.Equal(t, []Rate{known(5), known(0.5), known(1), known(0), known(3)},
		[]Rate{r.Publishing, r.Parking, r.Waking, r.Wasting, r.Dropping})
	require.Equal(t, known(0.5), r.Consumers[0].Rate)
	require.Equal(t, Rate{}, r.Consumers[1].Rate, "it is new")
	require.Equal(t, known(2.5), r.Consumers[2].Rate)
	require.EqualValues(t, 9, r.Consumers[2].Position)
	require.True(t, first.Rings[0].Published == 10, "the earlier figures stay")
}

// TestCountersThatGoBack: whichever counter tells, no rate is negative, and the next look has rates.
func TestCountersThatGoBack(t *testing.T) {
	full := func() source.Ring {
		return source.Ring{
			Key: "a", Life: "1", Capacity: 8, Published: 10, Parks: 10, Wakes: 10, Wasted: 10, Dropped: 10, Inlined: 10, TimedOut: 10,
			Consumers: []source.Consumer{{Key: "c", Position: 10}},
		}
	}
	for name, change := range map[string]func(*source.Ring){
		"published": func(r *source.Ring) { r.Published = 3 }, "parks": func(r *source.Ring) { r.Parks = 3 },
		"wakes": func(r *source.Ring) { r.Wakes = 3 }, "wasted": func(r *source.Ring) { r.Wasted = 3 },
		"dropped": func(r *source.Ring) { r.Dropped = 3 }, "inlined": func(r *source.Ring) { r.Inlined = 3 },
		"timed out": func(r *source.Ring) { r.TimedOut = 3 }, "capacity": func(r *source.Ring) { r.Capacity = 16 },
		"life": func(r *source.Ring) { r.Life = "2" },
	} {
		now := full()
		change(&now)
		now.Consumers[0].Position = 11
		f := Figures{}.Next(at(0, full())).Next(at(1, now))
		require.False(t, f.Rings[0].Publishing.Known, name)
		require.False(t, f.Rings[0].Consumers[0].Rate.Known, name)
		now.Published += 2
		f = f.Next(at(2, now))
		require.Equal(t, known(2), f.Rings[0].Publishing, name)
		require.Equal(t, known(0), f.Rings[0].Consumers[0].Rate, name)
	}
}

func TestAConsumerThatCameAgain(t *testing.T) {
	with := func(position, batches int64) source.Ring {
		return source.Ring{Key: "a", Consumers: []source.Consumer{{Key: "c", Position: position, Batches: source.Batches{Count: batches}}}}
	}
	before := Figures{}.Next(at(0, with(10, 5)))
	for _, now := range []source.Ring{with(9, 6), with(12, 1)} {
		r := before.Next(at(1, now)).Rings[0]
		require.Equal(t, Rate{}, r.Consumers[0].Rate)
		require.True(t, r.Publishing.Known, "the ring is the same")
	}
}

func TestLooksWithoutTimeBetween(t *testing.T) {
	for _, seconds := range []float64{0, -1} {
		f := Figures{}.Next(at(0, source.Ring{Key: "a"})).Next(at(seconds, source.Ring{Key: "a", Published: 5}))
		require.False(t, f.Rings[0].Publishing.Known, "at %v", seconds)
	}
}

func TestNoRateIsNegative(t *testing.T) {
	f := Figures{}.Next(at(0, source.Ring{Key: "a", Published: math.MinInt64})).Next(at(1, source.Ring{Key: "a", Published: math.MaxInt64}))
	require.Equal(t, known(math.MaxUint64), f.Rings[0].Publishing)
}

// TestTimesOfSharedRings: nobody else knows how long one has been as it is.
func TestTimesOfSharedRings(t *testing.T) {
	look := func(seconds float64, published, position int64, state string) source.Look {
		return at(seconds, source.Ring{
			Key: "a", Shared: true, Claimed: 10, Published: published,
			Consumers: []source.Consumer{{Key: "c", Position: position, State: state}},
		})
	}
	times := func(f Figures) [2]float64 { return [2]float64{f.Rings[0].OpenFor, f.Rings[0].Consumers[0].For} }
	f := Figures{}.Next(look(0, 8, 4, "live"))
	require.Equal(t, [2]float64{0, 0}, times(f))
	f = f.Next(look(1, 8, 4, "live"))
	require.Equal(t, [2]float64{1, 1}, times(f))
	f = f.Next(look(3, 8, 4, "dead"))
	require.Equal(t, [2]float64{3, 0}, times(f))
	f = f.Next(look(4, 9, 5, "dead"))
	require.Equal(t, [2]float64{0, 0}, times(f))
	f = f.Next(look(5, 10, 5, "dead"))
	require.Equal(t, [2]float64{0, 1}, times(f), "no claim is open")
	f = f.Next(look(6, 10, 5, "dead"))
	require.Equal(t, [2]float64{0, 2}, times(f))

	own := source.Ring{Key: "a", Claimed: 2, OpenFor: 7, Consumers: []source.Consumer{{Key: "c", For: 8}}}
	f = Figures{}.Next(at(0, own)).Next(at(1, own))
	require.Equal(t, [2]float64{7, 8}, times(f), "its process knows")
}
