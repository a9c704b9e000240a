package behaviour

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// What a ring holds: how many slots, what Fill puts into them, and for how long an event stays.

// C1, C105.
func TestCapacityMustBeAPowerOfTwo(t *testing.T) {
	unusable := []int{0, -1, -8, 3, 5, 6, 7, 10, 1000, 1<<30 - 1, 1<<30 + 1}
	if big := uint64(1) << 31; uint64(int(big)) == big { // not on a 32-bit system, where it is negative
		unusable = append(unusable, int(big))
	}
	for _, n := range unusable {
		r, err := disruptor.New[int](disruptor.Config{Capacity: n})
		require.Nil(t, r)
		require.ErrorIs(t, err, disruptor.ErrCapacity)
		require.EqualError(t, err, fmt.Sprintf(
			"disruptor: capacity is not usable: %d slots: not a power of two from 1 to 1<<30", n))
	}
	for n := 1; n <= 1<<16; n *= 2 {
		require.Equal(t, n, newRing[byte](t, disruptor.Config{Capacity: n}).Cap())
	}
}

// python-disruptor: the check was capacity%2, so that 6 or 10 slots were accepted, and sequences fell on wrong slots.
func TestAnEvenCapacityIsNotEnough(t *testing.T) {
	for _, n := range []int{6, 10, 12, 100, 1<<20 + 2} {
		_, err := disruptor.New[int](disruptor.Config{Capacity: n})
		require.ErrorIs(t, err, disruptor.ErrCapacity, n)
	}
}

func TestCapacityMustFitTheAddressSpace(t *testing.T) {
	r, err := disruptor.New[[1 << 20]byte](disruptor.Config{Capacity: 1 << 30})
	require.Nil(t, r)
	require.ErrorIs(t, err, disruptor.ErrCapacity)
	require.EqualError(t, err,
		"disruptor: capacity is not usable: 1073741824 slots of 1048576 bytes exceed the address space")
}

// Slots of no size fit anywhere, but on a 32-bit system their marks don't: make panicked.
func TestMarksMustFitTheAddressSpaceToo(t *testing.T) {
	if strconv.IntSize > 32 {
		t.Skip("they fit")
	}
	r, err := disruptor.New[struct{}](disruptor.Config{Capacity: 1 << 30})
	require.Nil(t, r)
	require.ErrorIs(t, err, disruptor.ErrCapacity)
}

// Sequences end; the last of them is as good as any, and none follows it.
func TestSequencesExhausted(t *testing.T) {
	const text = "disruptor: sequences exhausted"
	forEachScene(t, func(t *testing.T, s scene) {
		if s.start < lastSequence-2*sequencesLeft {
			s.start = lastSequence - int64(s.Capacity) - 1
		} else {
			s.start = lastSequence - 1
		}
		r, p := s.ring(t)
		ctx := testContext(t)
		c := r.Consumer("c")
		for left := lastSequence - s.start; left > 0; left = lastSequence - r.Published() {
			if left < int64(s.Capacity) {
				requirePanics(t, text, func() { p.TryClaim(int(left) + 1) })
				requirePanics(t, text, func() { p.Claim(ctx, int(left)+1) })
			}
			b := publish(t, p, int(min(left, int64(s.Capacity))))
			c.Done(take(t, c, b.From(), b.To()))
		}
		require.Equal(t, lastSequence, r.Published())
		requirePanics(t, text, func() { p.TryClaim(1) })
		requirePanics(t, text, func() { p.TrySend(1) })
		requirePanics(t, text, func() { p.Send(ctx, 1) })
		requireNothing(t, c)

		r.Close()
		_, ok := p.TryClaim(1)
		require.False(t, ok)
		_, err := c.Next(ctx)
		require.Equal(t, disruptor.ErrClosed, err)
		require.Equal(t, lastSequence, r.Stats().Claimed)
	})
}

// C2.
func TestFillCallsOncePerSlotInTheOrderOfTheSlots(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[[]byte](t, disruptor.Config{Capacity: 8, Producers: kind})
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
	r := newRing[int](t, disruptor.Config{Capacity: 2})
	r.Fill(func(i int, slot *int) { *slot = i + 1 })
	r.Fill(func(i int, slot *int) { *slot *= 10 })
	b, ok := r.MultiProducer().TryClaim(2)
	require.True(t, ok)
	require.Equal(t, []int{10, 20}, []int{*b.At(0), *b.At(1)})
}

func TestFillAfterTheFirstClaimPanics(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r := newRing[int](t, disruptor.Config{Capacity: 4, Producers: kind})
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
	r := newRing[int](t, disruptor.Config{Capacity: 4, Clear: true})
	require.PanicsWithValue(t, "disruptor: Fill of a ring with Config.Clear",
		func() { r.Fill(func(int, *int) { t.Error("called") }) })
}

func TestFillOfAClosedRingThatNobodyClaimedFrom(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 4})
	r.Close()
	calls := 0
	r.Fill(func(int, *int) { calls++ }) // the closed bit of the claim word is no claim
	require.Equal(t, 4, calls)
}

// C105. What would be a factory that can't be called is nil here; Fill has filled nothing then.
func TestFillWithNilPanics(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	require.Panics(t, func() { r.Fill(nil) })
	publish(t, r.MultiProducer(), 4)
}

// C20.
func TestSlotsAreAvailableOncePublishedAllOrNone(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		b := claim(t, p, 3)
		available := func(want error) {
			t.Helper()
			for seq := range b.All() {
				_, err := c.At(seq)
				require.ErrorIs(t, err, want)
			}
		}
		available(disruptor.ErrNotPublished)
		p.Publish(b)
		available(nil)
		_, err := c.At(3)
		require.ErrorIs(t, err, disruptor.ErrNotPublished)
	})
}

// C27. What a consumer has not handed back is there, however often the ring has turned, and that is a lap of events.
// C23.
func TestTheLastLapOfEventsIsThere(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		publish(t, p, 4)
		for end := int64(4); end < 20; end++ {
			for seq := end - 4; seq < end; seq++ {
				v, err := c.At(seq)
				require.NoError(t, err)
				require.Equal(t, seq, *v)
			}
			advance(t, c, end-3)
			_, err := c.At(end - 4)
			require.ErrorIs(t, err, disruptor.ErrOverwritten)
			publish(t, p, 1)
		}
	})
}
