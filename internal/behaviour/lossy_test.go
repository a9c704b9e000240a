package behaviour

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A lossy consumer in one goroutine with its producers, where each step and each number is known.

func lossy(r *disruptor.Ring[int64], maxBatch int) *disruptor.LossyConsumer[int64] {
	return r.LossyConsumer(disruptor.LossyConfig[int64]{Name: "lossy", MaxBatch: maxBatch})
}

// takeCopy returns the copy that c is handed now. It must be [from, to), after that many missed
// events.
func takeCopy(t testing.TB, c *disruptor.LossyConsumer[int64], from, to, missed int64) {
	t.Helper()
	got, ok := c.TryNext()
	require.True(t, ok, "nothing is available, not even [%d, %d)", from, to)
	require.Equal(t, [3]int64{from, to, missed}, [3]int64{got.From, got.To, got.Missed})
	require.Len(t, got.Events, int(to-from))
	for i, v := range got.Events {
		require.Equal(t, from+int64(i), v)
	}
}

func requireNoCopy(t testing.TB, c *disruptor.LossyConsumer[int64]) {
	t.Helper()
	got, ok := c.TryNext()
	require.False(t, ok, "%+v", got)
	require.Empty(t, got.Events)
}

// drainCopies enters all copies that c is handed now.
func drainCopies(t testing.TB, c *disruptor.LossyConsumer[int64], l *ledger) {
	t.Helper()
	for got, ok := c.TryNext(); ok; got, ok = c.TryNext() {
		require.NoError(t, l.enter(got))
	}
}

func TestALossyConsumerThatKeepsUpMissesNothing(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		c := lossy(r, s.Capacity)
		at := s.start
		for range 20 {
			b := publish(t, p, 1+rnd.IntN(s.Capacity))
			takeCopy(t, c, at, b.To(), 0)
			at = b.To()
			require.Equal(t, at, c.Position())
			requireNoCopy(t, c)
		}
		require.Zero(t, c.Missed())
	})
}

func TestACopyHasAtMostMaxBatchEvents(t *testing.T) {
	for _, size := range []struct{ maxBatch, handed int }{{0, 64}, {1, 1}, {5, 5}, {64, 64}, {128, 128}, {1000, 128}} {
		for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
			r := newRing[int64](t, disruptor.Config{Capacity: 128, Producers: kind})
			c := lossy(r, size.maxBatch)
			publish(t, newProducer(r), 128)
			l := newLedger(c)
			for left := 128; left > 0; left -= size.handed {
				got, ok := c.TryNext()
				require.True(t, ok)
				require.Len(t, got.Events, min(left, size.handed), "MaxBatch of %d", size.maxBatch)
				require.Equal(t, len(got.Events), cap(got.Events))
				require.NoError(t, l.enter(got))
			}
			requireNoCopy(t, c)
			require.NoError(t, l.close(c, 128, false))
		}
	}
}

// Nobody waits for a lossy consumer that never reads, and it is told exactly how many events it
// has missed.
func TestNoClaimWaitsForALossyConsumer(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		c := lossy(r, 1+rnd.IntN(s.Capacity))
		l := newLedger(c)
		end := s.start
		for range 3 {
			for range 5 {
				end = publish(t, p, 1+rnd.IntN(s.Capacity)).To() // there is always room
				require.Equal(t, end, r.Published())
				require.Equal(t, int64(s.Capacity), int64(r.Stats().Free), "it holds nothing")
				require.LessOrEqual(t, c.Lag(), int64(s.Capacity))
			}
			missed := c.Missed()
			require.Equal(t, c.Position()-l.next, missed-l.missed, "what it has not been told of, either")
			drainCopies(t, c, l)
			require.Equal(t, missed, c.Missed())
			require.Equal(t, missed, l.missed)
			require.NoError(t, l.close(c, end, false))
		}
	})
}

// A lossy consumer does not miss events only because its last look found but did not copy them.
func TestALossyConsumerIsPushedNoFurtherForWhatItHasFound(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := lossy(r, 1)
		for range r.Cap() {
			publish(t, p, 1)
		}
		takeCopy(t, c, 0, 1, 0)
		publish(t, p, 1)
		require.Zero(t, c.Missed(), "there is room")
		publish(t, p, 1)
		require.EqualValues(t, 2, c.Missed(), "half the ring is free then")
	})
}

// An event that comes after the end needs no slot, so it pushes nobody.
func TestNoSendPushesALossyConsumerOnceTheRingIsClosed(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := lossy(r, r.Cap())
		publish(t, p, r.Cap())
		r.Close()
		_, err := p.SendAll(context.Background(), make([]int64, 2))
		require.ErrorIs(t, err, disruptor.ErrClosed)
		require.Zero(t, c.Missed())
		takeCopy(t, c, 0, int64(r.Cap()), 0)
	})
}

// A lossy consumer is pushed only if nothing else makes room, and then so far that half the ring
// is free.
func TestALossyConsumerIsPushedNoFurtherThanHalfARing(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := lossy(r, 4)
		for range 4 {
			publish(t, p, 1)
		}
		require.Zero(t, c.Missed(), "the ring is full")
		publish(t, p, 1)
		require.EqualValues(t, 2, c.Missed())
		publish(t, p, 1)
		require.EqualValues(t, 2, c.Missed())
		takeCopy(t, c, 2, 6, 2)
		for range 4 {
			publish(t, p, 1)
		}
		require.EqualValues(t, 2, c.Missed())
		publish(t, p, 3)
		require.EqualValues(t, 5, c.Missed(), "as far as the claim needs")
		takeCopy(t, c, 9, 13, 3)
	})
}

// A push ends at the end of a range: on a Multi ring a consumer can go on from nowhere else.
func TestALossyConsumerGoesOnWhereARangeBegins(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 8})
	p, c := r.MultiProducer(), lossy(r, 8)
	publish(t, p, 3)
	publish(t, p, 4)
	publish(t, p, 1)
	publish(t, p, 1) // half the ring is free from 4 on
	require.EqualValues(t, 7, c.Position())
	takeCopy(t, c, 7, 9, 7)
}

// A claim that can't get its room anyway pushes nobody.
func TestALossyConsumerIsPushedForNothingByNobody(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		slow, c := r.Consumer("slow"), lossy(r, 4)
		for range 4 {
			publish(t, p, 1)
		}
		require.False(t, p.TrySend(0), "another consumer is in the way")
		require.Zero(t, c.Missed())
		advance(t, slow, 1)
		publish(t, p, 1)
		require.EqualValues(t, 1, c.Missed(), "as far as the other one is")
		_, ok := p.TryClaim(2)
		require.False(t, ok)
		require.EqualValues(t, 1, c.Missed())
		advance(t, slow, 5)
		takeCopy(t, c, 1, 5, 1)

		open := claim(t, p, 2)
		_, single := p.(*disruptor.SingleProducer[int64])
		if !single {
			_, ok = p.TryClaim(4)
			require.False(t, ok, "the first is still open")
		}
		p.Publish(open)
		takeCopy(t, c, 5, 7, 0)
	})
}

// The same if the first boundary that satisfies the claim is also behind the other consumer's
// position.
func TestARangeIsNotMissedForNothing(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	p, slow, c := r.MultiProducer(), r.Consumer("slow"), lossy(r, 4)
	publish(t, p, 4)
	advance(t, slow, 1)
	_, ok := p.TryClaim(2)
	require.False(t, ok)
	takeCopy(t, c, 0, 4, 0)
}

// SendAll takes the free room, and pushes lossy consumers only where there is none.
func TestSendAllPushesNoFurtherThanTheNextEventNeeds(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		c := lossy(r, 4)
		for range 3 {
			publish(t, p, 1)
		}
		n, err := p.SendAll(testContext(t), []int64{3, 4})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.EqualValues(t, 2, c.Missed())
		_, err = p.SendAll(testContext(t), make([]int64, 100))
		require.NoError(t, err)
		require.EqualValues(t, 105, r.Published())
	})
}

func TestNewestSkipsToTheNewest(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		n := min(3, s.Capacity)
		c := r.LossyConsumer(disruptor.LossyConfig[int64]{MaxBatch: n, Newest: true})
		at, missed := s.start, int64(0)
		for range 5 {
			end := publish(t, p, s.Capacity).To()
			takeCopy(t, c, end-int64(n), end, end-int64(n)-at)
			missed += end - int64(n) - at
			require.Equal(t, missed, c.Missed())
			requireNoCopy(t, c)
			end = publish(t, p, 1).To()
			takeCopy(t, c, end-1, end, 0)
			at = end
		}
	})
}

// Aborted sequences are in no copy. Behind missed ones they are missed, too; elsewhere they are not.
func TestALossyConsumerStepsOverAborts(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		if s.Capacity < 8 {
			return
		}
		r, p := s.ring(t)
		c := lossy(r, 8)
		at := s.start
		abort(t, p, 2)
		if !s.multi() { // abort has published one behind it
			takeCopy(t, c, at+2, at+3, 0)
			return
		}
		publish(t, p, 2)
		abort(t, p, 1)
		publish(t, p, 1)
		takeCopy(t, c, at+2, at+4, 0)
		takeCopy(t, c, at+5, at+6, 0)
		requireNoCopy(t, c)
		abort(t, p, 1)
		requireNoCopy(t, c)
		require.Equal(t, at+7, c.Position())
		require.Zero(t, c.Missed())
	})
}

func TestMissedAndAbortedSequencesAddUp(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		if s.Capacity == 1 || s.Capacity > 8 {
			return
		}
		r, p := s.ring(t)
		rnd := s.random()
		c := r.LossyConsumer(disruptor.LossyConfig[int64]{MaxBatch: 1 + rnd.IntN(s.Capacity), Newest: rnd.IntN(3) == 0})
		l := newLedger(c)
		aborted, gone := map[int64]bool{}, int64(0)
		for range 200 {
			n := 1 + rnd.IntN(s.Capacity-1)
			before := r.Published()
			if rnd.IntN(3) == 0 {
				abort(t, p, n)
				for i := range int64(n) {
					aborted[before+i] = true
				}
			} else {
				publish(t, p, n)
			}
			for range rnd.IntN(3) {
				next := l.next
				got, ok := c.TryNext()
				if !ok {
					break
				}
				require.NoError(t, l.enter(got))
				for seq := next; seq < got.From-got.Missed; seq++ {
					require.True(t, aborted[seq], "%d is neither missed nor aborted", seq)
					gone++
				}
				for seq := got.From; seq < got.To; seq++ {
					require.False(t, aborted[seq])
				}
			}
		}
		drainCopies(t, c, l)
		require.NoError(t, l.close(c, r.Published(), true))
		require.GreaterOrEqual(t, l.between, gone)
	})
}

// After a miss the next events are found at once, however many were missed and whatever is
// aborted there.
func TestACallFindsWhatLiesBehindAMissAndAborts(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	p, c := r.MultiProducer(), lossy(r, 1)
	for range 3 {
		publish(t, p, 4)
	}
	abort(t, p, 1)
	abort(t, p, 2)
	publish(t, p, 1)
	require.EqualValues(t, 12, c.Position())
	takeCopy(t, c, 15, 16, 15)
}

// If only aborted sequences follow an event, it is in the last copy; only Missed reports a later
// miss.
func TestWhatIsMissedLastIsInMissed(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	p, c := r.MultiProducer(), lossy(r, 4)
	publish(t, p, 4)
	abort(t, p, 4)
	require.EqualValues(t, 4, c.Missed())
	requireNoCopy(t, c)
	require.EqualValues(t, 8, c.Missed(), "with the aborted ones behind")
	publish(t, p, 1)
	takeCopy(t, c, 8, 9, 8)
}

func TestALossyConsumerBesideStrictOnes(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := lossy(r, s.Capacity)
		l := newLedger(c)
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		for range 3 {
			b := publish(t, p, s.Capacity)
			require.False(t, p.TrySend(-1), "strict consumers are waited for")
			root.Done(take(t, root, b.From(), b.To()))
			require.False(t, p.TrySend(-1))
			late := r.Consumer("late")
			require.Equal(t, b.To(), late.Position())
			stage.Done(take(t, stage, b.From(), b.To()))
			late.Close()
		}
		drainCopies(t, c, l)
		require.NoError(t, l.close(c, s.start+3*int64(s.Capacity), false))
		require.EqualValues(t, 2*s.Capacity, l.missed)
	})
}

// A lossy consumer that joins sees the same events as any consumer that joins, and nothing before.
func TestALossyConsumerJoinsWhereOthersDo(t *testing.T) {
	forEachMultiScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		if s.Capacity < 4 {
			return
		}
		first, behind := claim(t, p, 2), claim(t, p, 1)
		p.Publish(behind)
		c := lossy(r, 4)
		require.Equal(t, s.start, c.Position())
		requireNoCopy(t, c)
		p.Publish(first)
		takeCopy(t, c, s.start, s.start+3, 0)
		publish(t, p, 2)
		late := lossy(r, 4)
		requireNoCopy(t, late)
		require.Equal(t, s.start+5, late.Position())
		strict := r.Consumer("strict") // c stands behind it, and holds nothing
		require.Equal(t, s.start+5, strict.Position())
		publish(t, p, s.Capacity)
		advance(t, strict, s.start+5+int64(s.Capacity))
	})
}

func TestManyLossyConsumers(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		var cs []*disruptor.LossyConsumer[int64]
		var ls []*ledger
		for range 4 {
			cs = append(cs, lossy(r, 1+rnd.IntN(s.Capacity)))
			ls = append(ls, newLedger(cs[len(cs)-1]))
		}
		for range 50 {
			publish(t, p, 1+rnd.IntN(s.Capacity))
			i := rnd.IntN(len(cs))
			for range rnd.IntN(4) {
				if got, ok := cs[i].TryNext(); ok {
					require.NoError(t, ls[i].enter(got))
				}
			}
		}
		for i, c := range cs {
			drainCopies(t, c, ls[i])
			require.NoError(t, ls[i].close(c, r.Published(), false))
		}
	})
}

func TestALossyConsumerOfAClosedRing(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		ctx := testContext(t)
		c := lossy(r, s.Capacity)
		publish(t, p, s.Capacity)
		end := publish(t, p, 1).To()
		open := claim(t, p, 1)
		l := newLedger(c)
		l.next = s.start
		l.joined = s.start
		r.Close()
		for c.Position() < end {
			got, err := c.Next(ctx)
			require.NoError(t, err, "what is there is still delivered")
			require.NoError(t, l.enter(got))
		}
		next := whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
			got, err := c.Next(ctx)
			if err == nil {
				err = l.enter(got)
			}
			return err
		})
		p.Publish(open)
		require.NoError(t, <-next)
		got, err := c.Next(ctx)
		require.Equal(t, disruptor.ErrClosed, err)
		require.Empty(t, got.Events)
		require.NoError(t, l.close(c, end+1, false))
		for range c.Copies(ctx) {
			require.Fail(t, "the ring is drained")
		}
		require.NoError(t, c.Err())

		late := lossy(r, 1)
		_, err = late.Next(ctx)
		require.Equal(t, disruptor.ErrClosed, err)
		require.Equal(t, end+1, late.Position())
		require.Zero(t, late.Missed())
	})
}

func TestALossyConsumerThatHasLeft(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := lossy(r, 1)
		publish(t, p, s.Capacity)
		publish(t, p, s.Capacity)
		c.Close()
		c.Close()
		at, missed := c.Position(), c.Missed()
		require.EqualValues(t, s.Capacity, missed)
		publish(t, p, s.Capacity)
		requireNoCopy(t, c)
		_, err := c.Next(testContext(t))
		require.Equal(t, disruptor.ErrClosed, err)
		for range c.Copies(testContext(t)) {
			require.Fail(t, "a copy for a consumer that has left")
		}
		require.Equal(t, disruptor.ErrClosed, c.Err())
		require.Equal(t, at, c.Position())
		require.Equal(t, missed, c.Missed())
		require.Empty(t, r.Stats().Consumers)
		publish(t, p, s.Capacity)
		require.Equal(t, s.start+4*int64(s.Capacity), r.Published())
	})
}

func TestStatsOfALossyConsumer(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		slow := r.Consumer("slow")
		c := lossy(r, 1)
		for range 3 {
			publish(t, p, 1)
		}
		advance(t, slow, 3)
		publish(t, p, 1)
		require.Equal(t, 3, r.Stats().Free)
		require.Equal(t, []disruptor.ConsumerStats{
			{Name: "slow", Position: 3, Lag: 1, Available: 1},
			{Name: "lossy", Position: 0, Lag: 4, Available: 4, Lossy: true},
		}, settled(r.Stats()).Consumers)
		publish(t, p, 2)
		_, ok := c.TryNext()
		require.True(t, ok)
		s := r.Stats()
		require.Equal(t, disruptor.ConsumerStats{
			Name: "lossy", Position: c.Position(), Lag: 6 - c.Position(), Available: 6 - c.Position(), Lossy: true, Missed: c.Missed(),
		}, settled(s).Consumers[1])
		require.EqualValues(t, 2, c.Missed())
		require.Contains(t, s.String(), `"lossy" is busy at 3: 3 behind, 3 available, 2 missed`)
		require.Contains(t, s.String(), "1 free")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := p.Claim(ctx, 4)
		require.ErrorContains(t, err, `consumer "slow" is 3 behind`, "nobody waits for the other one")
	})
}

func TestMisuseOfALossyConsumer(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	requirePanics(t, "disruptor: MaxBatch of -1", func() { lossy(r, -1) })
	requirePanics(t, `disruptor: consumer "c": Start and Stop need a handler`, func() {
		r.LossyConsumer(disruptor.LossyConfig[int64]{Name: "c", Stop: func(*disruptor.LossyConsumer[int64]) {}})
	})
	requirePanics(t, `disruptor: nil handler for consumer "c"`, func() {
		r.HandleLossy(disruptor.LossyConfig[int64]{Name: "c"}, nil)
	})
	require.Empty(t, r.Stats().Consumers)
	var none context.Context
	requirePanics(t, "disruptor: nil context", func() { _, _ = lossy(r, 1).Next(none) })
	requirePanics(t, "disruptor: nil context", func() { lossy(r, 1).Copies(none) })
}

func TestCallsOfALossyConsumerEndWithTheirContext(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := lossy(r, 1)
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(testContext(t))
		cancel(enough)
		_, err := c.Next(ctx)
		require.Equal(t, enough, err)

		publish(t, p, s.Capacity)
		got, err := c.Next(ctx)
		require.NoError(t, err, "what is available is returned")
		require.Equal(t, s.start, got.From)
		for range c.Copies(ctx) { // it may be handed what is left
		}
		require.Equal(t, enough, c.Err())
		drainCopies(t, c, newLedger(c))
		publish(t, p, 1)
		for got := range c.Copies(testContext(t)) {
			require.Len(t, got.Events, 1)
			break
		}
		require.NoError(t, c.Err())
	})
}

// When the ring fails, a lossy consumer stops where it stands, as others do.
func TestALossyConsumerOfARingThatFails(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := lossy(r, 1)
		publish(t, p, s.Capacity)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errHandler)
		require.Equal(t, errHandler, r.Run(ctx))
		requireNoCopy(t, c)
		_, err := c.Next(testContext(t))
		require.ErrorIs(t, err, errHandler)
		require.ErrorIs(t, err, disruptor.ErrClosed)
		for range c.Copies(testContext(t)) {
			require.Fail(t, "a copy after a failure")
		}
		require.ErrorIs(t, c.Err(), errHandler)
	})
}
