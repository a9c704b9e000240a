//go:build disruptor_debug

package disruptor

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// What producers do between two accesses of a lossy consumer, and the other way round; see hooks_test.go.

func lossyRing(t *testing.T, capacity, maxBatch int) (*Ring[int64], *MultiProducer[int64], *LossyConsumer[int64]) {
	r := newRing[int64](t, Config{Capacity: capacity})
	return r, r.MultiProducer(), r.LossyConsumer(LossyConfig[int64]{Name: "lossy", MaxBatch: maxBatch})
}

func publishSingly(t *testing.T, p Producer[int64], n int) {
	for range n {
		publish(t, p, 1)
	}
}

func takeCopy(t *testing.T, c *LossyConsumer[int64], from, to, missed int64) {
	t.Helper()
	got, ok := c.TryNext()
	require.True(t, ok)
	require.Equal(t, [3]int64{from, to, missed}, [3]int64{got.From, got.To, got.Missed})
	for i, v := range got.Events {
		require.Equal(t, from+int64(i), v)
	}
}

// A pin that stored the position without noticing a push would take it back below a limit that
// producers have.
func TestAPinFindsThatItWasPushed(t *testing.T) {
	_, p, c := lossyRing(t, 4, 2)
	publishSingly(t, p, 4)
	during(t, pointPeeked, func() { publishSingly(t, p, 3) }, func() { takeCopy(t, c, 4, 6, 4) })
	publishSingly(t, p, 3)
	require.EqualValues(t, 4, c.Missed())
}

// A pin holds the slots.
func TestNoClaimTakesWhatIsPinned(t *testing.T) {
	_, p, c := lossyRing(t, 4, 2)
	publishSingly(t, p, 4)
	during(t, pointPinned, func() {
		require.EqualValues(t, 0, c.Position())
		_, ok := p.TryClaim(1)
		require.False(t, ok)
	}, func() { takeCopy(t, c, 0, 2, 0) })
	publishSingly(t, p, 2)
	require.Zero(t, c.Missed())
}

// A push comes too late for a consumer that has pinned meanwhile, or moved on: it must not store
// its target.
func TestAPushThatIsLateMovesNothing(t *testing.T) {
	_, p, c := lossyRing(t, 4, 4)
	publishSingly(t, p, 4)
	during(t, pointPush, func() { takeCopy(t, c, 0, 4, 0) }, func() { publish(t, p, 1) })
	require.EqualValues(t, 4, c.Position())
	require.Zero(t, c.Missed())
	takeCopy(t, c, 4, 5, 0)

	publishSingly(t, p, 4)
	during(t, pointPinned, func() {
		require.False(t, p.TrySend(0))
		require.EqualValues(t, 5, c.Position())
	}, func() { takeCopy(t, c, 5, 9, 0) })
}

// A push goes to what is published, not to what is claimed.
func TestAPushStopsAtAnOpenClaim(t *testing.T) {
	_, p, c := lossyRing(t, 4, 4)
	publishSingly(t, p, 2)
	open := claim(t, p, 1)
	last := claim(t, p, 1)
	p.Publish(last)
	_, ok := p.TryClaim(3)
	require.False(t, ok, "2 is still open")
	b, ok := p.TryClaim(2)
	require.True(t, ok)
	require.EqualValues(t, 2, c.Position())
	p.Publish(open)
	for seq, v := range b.All() {
		*v = seq
	}
	p.Publish(b)
	takeCopy(t, c, 2, 6, 2)
}

// A consumer that joins is pinned until it has stored where it stands: that store would take
// back an earlier push.
func TestWhoJoinsIsNotPushed(t *testing.T) {
	r, p, _ := lossyRing(t, 2, 1)
	publishSingly(t, p, 2)
	var late *LossyConsumer[int64]
	during(t, pointWalked, func() {
		for range 6 {
			p.TrySend(-1)
		}
	}, func() { late = r.LossyConsumer(LossyConfig[int64]{}) })
	require.GreaterOrEqual(t, late.Position(), r.core.claimed()-2)
}

// A gate that read the list only before it pushes would not see a consumer that joins in between.
func TestAPushComesBeforeTheSecondLookAtTheList(t *testing.T) {
	r, p, c := lossyRing(t, 4, 4)
	publish(t, p, 2)
	open := claim(t, p, 2)
	var joiner *Consumer[int64]
	during(t, pointListed, func() {
		joiner = r.Consumer("joiner")
		p.Publish(open)
	}, func() {
		_, ok := r.MultiProducer().TryClaim(3)
		require.False(t, ok, "the joiner holds [2, 4)")
	})
	require.EqualValues(t, 2, joiner.Position())
	publish(t, p, 2)
	joiner.Done(take(t, joiner, 2, 6))
	require.LessOrEqual(t, c.Missed(), int64(4))
}

// A claim that waits for more room than a pinned consumer leaves gets it after the unpin.
func TestAnUnpinWakesAClaimThatNeedsMore(t *testing.T) {
	for _, clear := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing[int64](t, Config{Capacity: 4, Wait: BlockWait{Spin: -1}, Clear: clear})
			p, c := r.MultiProducer(), r.LossyConsumer(LossyConfig[int64]{MaxBatch: 1})
			publishSingly(t, p, 4)
			claimed := make(chan error)
			during(t, pointPinned, func() {
				go func() { _, err := p.Claim(t.Context(), 3); claimed <- err }()
				synctest.Wait()
			}, func() {
				takeCopy(t, c, 0, 1, 0)
				require.NoError(t, <-claimed) // it passes points, too
			})
			require.EqualValues(t, 2, c.Missed())
		})
	}
}

// A push that comes when its consumer has left neither changes the missed count nor loops forever.
func TestALatePushOfWhoHasLeft(t *testing.T) {
	r, p, c := lossyRing(t, 4, 1)
	publishSingly(t, p, 4)
	takeCopy(t, c, 0, 1, 0)
	publishSingly(t, p, 1)
	during(t, pointPush, func() {
		c.Close()
		publishSingly(t, r.MultiProducer(), 8)
	}, func() { p.TrySend(-1) })
	require.EqualValues(t, 1, c.Position())
	require.Zero(t, c.Missed())
}

// After a push, marks of a later lap lie below the target: the consumer goes on from the target,
// not from the slots it had found.
func TestALossyConsumerGoesOnFromWhereItWasPushed(t *testing.T) {
	_, p, c := lossyRing(t, 4, 1)
	publish(t, p, 2)
	takeCopy(t, c, 0, 1, 0) // has found 2
	publish(t, p, 2)
	publish(t, p, 4)
	open := claim(t, p, 2)
	publish(t, p, 1) // in the slot of 2, with 8 still open
	require.EqualValues(t, 8, c.Position())
	_, ok := c.TryNext()
	require.False(t, ok, "8 is not published")
	p.Publish(open)
	takeCopy(t, c, 8, 9, 7)
}
