package disruptor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// C2.
func TestFillCallsOncePerSlotInTheOrderOfTheSlots(t *testing.T) {
	for _, kind := range []Producers{Single, Multi} {
		r := newRing[[]byte](t, Config{Capacity: 8, Producers: kind})
		c := r.Consumer("c") // a consumer may exist already
		var calls []int
		r.Fill(func(i int, slot *[]byte) {
			calls = append(calls, i)
			*slot = append(*slot, byte(i)) // a second call would make it longer
		})
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, calls)
		p := newProducer(r)
		for lap := range 3 {
			b, ok := p.TryClaim(8)
			require.True(t, ok)
			for s, slot := range b.All() {
				require.Equal(t, []byte{byte(s % 8)}, *slot, "lap %d: the slot keeps its buffer", lap)
			}
			p.Publish(b)
			got, ok := c.TryNext()
			require.True(t, ok)
			require.Equal(t, []byte{5}, *got.At(5))
			c.Done(got)
		}
	}
}

func TestFillMayBeCalledAgainBeforeTheFirstClaim(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 2})
	r.Fill(func(i int, slot *int) { *slot = i + 1 })
	r.Fill(func(i int, slot *int) { *slot *= 10 })
	b, ok := r.MultiProducer().TryClaim(2)
	require.True(t, ok)
	require.Equal(t, []int{10, 20}, []int{*b.At(0), *b.At(1)})
}

func TestFillAfterTheFirstClaimPanics(t *testing.T) {
	for _, kind := range []Producers{Single, Multi} {
		r := newRing[int](t, Config{Capacity: 4, Producers: kind})
		never := func(int, *int) { t.Error("called") }
		p := newProducer(r)
		b, ok := p.TryClaim(3)
		require.True(t, ok)
		require.PanicsWithValue(t, "disruptor: Fill after the first claim: 3 slots are claimed",
			func() { r.Fill(never) })
		p.Publish(b)
		require.PanicsWithValue(t, "disruptor: Fill after the first claim: 3 slots are claimed",
			func() { r.Fill(never) })
	}
}

func TestFillOfARingWithClearPanics(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 4, Clear: true})
	require.PanicsWithValue(t, "disruptor: Fill of a ring with Config.Clear",
		func() { r.Fill(func(int, *int) { t.Error("called") }) })
}

func TestFillOfAClosedRingThatNobodyClaimedFrom(t *testing.T) {
	r := newRing[int](t, Config{Capacity: 4})
	r.Close()
	calls := 0
	r.Fill(func(int, *int) { calls++ }) // the closed bit of the claim word is no claim
	require.Equal(t, 4, calls)
}
