package behaviour

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Misuse panics with a text that says what is wrong, and leaves the ring as it was.

// C60.
func TestConfigOfNoRingPanics(t *testing.T) {
	requirePanics(t, "disruptor: MaxBatch of -1", func() {
		disruptor.New[int](disruptor.Config{Capacity: 1, MaxBatch: -1})
	})
	requirePanics(t, "disruptor: Producers of 2", func() {
		disruptor.New[int](disruptor.Config{Capacity: 1, Producers: disruptor.Single + 1})
	})
}

// C7, C9, C29, C30.
func TestClaimOfACountThatNoRingHasPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		for _, full := range []bool{false, true} {
			for _, n := range []int{0, -1, 5, 1 << 30} {
				text := fmt.Sprintf("disruptor: claim of %d slots in a ring of 4", n)
				requirePanics(t, text, func() { p.TryClaim(n) })
				requirePanics(t, text, func() { p.Claim(t.Context(), n) })
				requirePanics(t, text, func() {
					p.Do(t.Context(), n, func(disruptor.Batch[int64]) error { return nil })
				})
			}
			if !full {
				r.Consumer("c")
				publish(t, p, 4)
			}
		}
		require.Equal(t, int64(4), r.Stats().Claimed)
	})
}

func TestClaimWithOneOpenPanicsOnASingleRing(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4, Producers: disruptor.Single})
	p := r.SingleProducer()
	const text = "disruptor: claim while [0, 2) is still open"
	b := claim(t, p, 2)
	requirePanics(t, text, func() { p.TryClaim(1) })
	requirePanics(t, text, func() { p.TrySend(1) })
	requirePanics(t, text, func() { p.Claim(t.Context(), 4) })
	head, rest := b.Split(1)
	p.Publish(rest)
	requirePanics(t, text, func() { p.TryClaim(1) })
	p.Publish(head)
	publish(t, p, 2)
}

// C4, C104.
func TestProducerOfTheWrongKindPanics(t *testing.T) {
	multi := newRing[int](t, disruptor.Config{Capacity: 1})
	requirePanics(t, "disruptor: SingleProducer of a Multi ring", func() { multi.SingleProducer() })
	single := newRing[int](t, disruptor.Config{Capacity: 1, Producers: disruptor.Single})
	requirePanics(t, "disruptor: MultiProducer of a Single ring", func() { single.MultiProducer() })
	single.SingleProducer()
	requirePanics(t, "disruptor: SingleProducer called twice on one ring", func() { single.SingleProducer() })
}

func TestPublishOrAbortASecondTimePanics(t *testing.T) {
	const (
		whole = "disruptor: sequences [0, 4) published or aborted twice"
		head  = "disruptor: sequences [0, 1) published or aborted twice"
	)
	for _, c := range []struct {
		name  string
		first func(p disruptor.Producer[int64], b disruptor.Batch[int64])
	}{
		{"published", func(p disruptor.Producer[int64], b disruptor.Batch[int64]) { p.Publish(b) }},
		{"aborted", func(p disruptor.Producer[int64], b disruptor.Batch[int64]) { p.Abort(b) }},
		{"published in parts", func(p disruptor.Producer[int64], b disruptor.Batch[int64]) {
			head, rest := b.Split(1)
			p.Publish(rest)
			p.Publish(head)
		}},
		{"aborted and published", func(p disruptor.Producer[int64], b disruptor.Batch[int64]) {
			head, rest := b.Split(1)
			p.Abort(head)
			p.Publish(rest)
		}},
	} {
		t.Run("multi/"+c.name, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 4})
			p := r.MultiProducer()
			b := claim(t, p, 4)
			c.first(p, b)
			part, _ := b.Split(1)
			for range 2 { // and in the next lap it is no different
				requirePanics(t, whole, func() { p.Publish(b) })
				requirePanics(t, whole, func() { p.Abort(b) })
				requirePanics(t, head, func() { p.Publish(part) })
				requirePanics(t, head, func() { p.Abort(part) })
				publish(t, p, 4)
			}
		})
		t.Run("single/"+c.name, func(t *testing.T) {
			r := newRing[int64](t, disruptor.Config{Capacity: 4, Producers: disruptor.Single})
			p := r.SingleProducer()
			b := claim(t, p, 4)
			c.first(p, b)
			text := func(from, to int) string {
				return fmt.Sprintf("disruptor: sequences [%d, %d) published, aborted or never claimed: nothing is open",
					from, to)
			}
			head, rest := b.Split(1)
			for _, again := range []func(disruptor.Batch[int64]){p.Publish, p.Abort} {
				requirePanics(t, text(0, 4), func() { again(b) })
				requirePanics(t, text(0, 1), func() { again(head) })
				requirePanics(t, text(1, 4), func() { again(rest) })
			}
		})
	}
}

// A part that was published or aborted is recognized while the rest of its claim is open, and so
// is a claim with such a part.
func TestPublishOrAbortOfAPartASecondTimePanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		whole := claim(t, p, 4)
		head, rest := whole.Split(2)
		p.Publish(rest)
		requirePanics(t, "disruptor: sequences [2, 4) published or aborted twice", func() { p.Publish(rest) })
		requirePanics(t, "disruptor: sequences [2, 4) published or aborted twice", func() { p.Abort(rest) })
		requirePanics(t, "disruptor: sequences [0, 4) published or aborted twice", func() { p.Abort(whole) })
		p.Abort(head)
		take(t, c, 2, 4)
	})
}

func TestBatchOfNoRingOrOfAnotherPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		publish(t, p, 1)
		take(t, c, 0, 1)
		foreign := claim(t, newRing[int64](t, disruptor.Config{Capacity: 4}).MultiProducer(), 2)
		for name, call := range map[string]func(disruptor.Batch[int64]){
			"Publish": p.Publish, "Abort": p.Abort, "Done": c.Done,
		} {
			requirePanics(t, "disruptor: "+name+" of a batch that was never claimed",
				func() { call(disruptor.Batch[int64]{}) })
			requirePanics(t, "disruptor: "+name+" of a batch of another ring: [0, 2)",
				func() { call(foreign) })
		}
	})
}

func TestDoneOfWhatIsNotInHandPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c, other := r.Consumer("c"), r.Consumer("other")
		text := func(from, to int, inHand string) string {
			return fmt.Sprintf(`disruptor: Done of [%d, %d) by consumer "c": %s is in hand`, from, to, inHand)
		}
		publish(t, p, 2)
		ahead := take(t, other, 0, 2)
		requirePanics(t, text(0, 2, "nothing"), func() { c.Done(ahead) }) // nothing was handed out yet
		b := take(t, c, 0, 2)
		publish(t, p, 2)
		more := take(t, other, 0, 4)
		requirePanics(t, text(0, 4, "[0, 2)"), func() { c.Done(more) }) // beyond what was handed out
		head, rest := b.Split(1)
		requirePanics(t, text(1, 2, "[0, 2)"), func() { c.Done(rest) }) // skips the first one
		c.Done(head)
		requirePanics(t, text(0, 1, "[1, 2)"), func() { c.Done(head) }) // twice
		c.Done(rest)
		requirePanics(t, text(0, 2, "nothing"), func() { c.Done(b) })
		require.Equal(t, int64(2), c.Position())
	})
}

// Slots that a consumer has found and not handed out are not in hand.
func TestDoneOfWhatWasOnlyFoundPanics(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4, MaxBatch: 1})
	c := r.Consumer("c")
	published := publish(t, r.MultiProducer(), 2)
	available, err := c.WaitFor(testContext(t), 1)
	require.NoError(t, err)
	require.Equal(t, int64(2), available)
	take(t, c, 0, 1)
	requirePanics(t, `disruptor: Done of [0, 2) by consumer "c": [0, 1) is in hand`, func() { c.Done(published) })
}

// C31.
func TestBatchIndexOutOfRangePanics(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	b := claim(t, r.MultiProducer(), 3)
	for _, i := range []int{-1, 3, 4, 1 << 30} {
		requirePanics(t, fmt.Sprintf("disruptor: At(%d) of a batch of 3 slots", i), func() { b.At(i) })
	}
	for _, n := range []int{-1, 4, 1 << 30} {
		requirePanics(t, fmt.Sprintf("disruptor: Split(%d) of a batch of 3 slots", n), func() { b.Split(n) })
	}
	requirePanics(t, "disruptor: At(0) of a batch of 0 slots", func() { disruptor.Batch[int64]{}.At(0) })
}

// C77.
func TestConsumerAfterNoneOfThisRingPanics(t *testing.T) {
	r, other := newRing[int](t, disruptor.Config{Capacity: 4}), newRing[int](t, disruptor.Config{Capacity: 4})
	a, foreign := r.Consumer("a"), other.Consumer("foreign")
	handler := func(disruptor.Batch[int]) error { return nil }
	const (
		textNil     = `disruptor: consumer "c" after a nil consumer`
		textForeign = `disruptor: consumer "c" after consumer "foreign" of another ring`
	)
	requirePanics(t, textNil, func() { r.Consumer("c", a, nil) })
	requirePanics(t, textNil, func() { r.Handle("c", handler, nil) })
	requirePanics(t, textForeign, func() { r.Consumer("c", a, foreign) })
	requirePanics(t, textForeign, func() { r.Handle("c", handler, foreign) })
	requirePanics(t, `disruptor: nil handler for consumer "c"`, func() { r.Handle("c", nil) })
	require.Len(t, r.Stats().Consumers, 1, "none of them has joined")
}

func TestNilContextPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var none context.Context
		c := r.Consumer("c")
		for name, call := range map[string]func(){
			"Claim":    func() { p.Claim(none, 1) },
			"Send":     func() { p.Send(none, 1) },
			"SendAll":  func() { p.SendAll(none, nil) },
			"Do":       func() { p.Do(none, 1, func(disruptor.Batch[int64]) error { return nil }) },
			"Next":     func() { c.Next(none) },
			"WaitFor":  func() { c.WaitFor(none, 0) },
			"Batches":  func() { c.Batches(none) },
			"Run":      func() { r.Run(none) },
			"Shutdown": func() { r.Shutdown(none) },
		} {
			t.Run(name, func(t *testing.T) { requirePanics(t, "disruptor: nil context", call) })
		}
		require.Zero(t, r.Stats().Claimed)
		require.NoError(t, r.Err())
	})
}

// The end of such a claim was beyond the last int64, and looked like one that fits. C9.
func TestClaimOfAsManySlotsAsAnIntCanSayPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		publish(t, p, 1)
		text := fmt.Sprintf("disruptor: claim of %d slots in a ring of 4", math.MaxInt)
		requirePanics(t, text, func() { p.TryClaim(math.MaxInt) })
		requirePanics(t, text, func() { p.Claim(t.Context(), math.MaxInt) })
		requirePanics(t, text, func() {
			p.Do(t.Context(), math.MaxInt, func(disruptor.Batch[int64]) error { panic("called") })
		})
		require.NoError(t, r.Err())
		require.Equal(t, int64(1), r.Stats().Claimed)
		c := r.Consumer("c")
		publish(t, p, 4)
		take(t, c, 1, 5)
	})
}

// A Single producer took the published part back, and a Multi producer covered it with the mark of the abort.
func TestAbortOfWhatIsPublishedInPartLosesNothing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := r.Consumer("c")
		b := claim(t, p, 4)
		head, rest := b.Split(1)
		middle, tail := rest.Split(2)
		p.Publish(tail)
		const text = "disruptor: sequences [%d, 4) published or aborted twice"
		requirePanics(t, fmt.Sprintf(text, 0), func() { p.Abort(b) })
		requirePanics(t, fmt.Sprintf(text, 1), func() { p.Abort(rest) })
		requirePanics(t, fmt.Sprintf(text, 3), func() { p.Abort(tail) })
		require.Equal(t, int64(4), r.Stats().Claimed)
		p.Publish(middle)
		requirePanics(t, fmt.Sprintf(text, 0), func() { p.Abort(b) })
		p.Abort(head)
		c.Done(take(t, c, 1, 4))
		publish(t, p, 4)
		take(t, c, 4, 8)
	})
}

// smarty: what did not succeed was answered by the sequences -1 and -2, which could be published.
func TestWhatAFailedClaimReturnsIsHarmless(t *testing.T) {
	r := newRing[int](t, disruptor.Config{Capacity: 1})
	c := r.Consumer("c")
	p := r.MultiProducer()
	require.True(t, p.TrySend(1))
	b, ok := p.TryClaim(1)
	require.False(t, ok)
	require.Zero(t, b.Len())
	p.Publish(b)
	p.Abort(b)
	require.Equal(t, int64(1), r.Published())
	got, _ := c.TryNext()
	require.Equal(t, 1, *got.At(0))
}
