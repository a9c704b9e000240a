package behaviour

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A Single producer that aborts the end of its claim takes it back: no consumer notices.
func TestAbortOfATailIsTakenBack(t *testing.T) {
	forEachSingleScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		at := s.start
		for range 3 {
			b := claim(t, p, s.Capacity)
			spoil(b)
			p.Abort(b)
			require.Equal(t, at, r.Stats().Claimed)

			head, rest := claim(t, p, s.Capacity).Split(1)
			middle, tail := rest.Split(rest.Len() / 2)
			spoil(tail)
			p.Abort(tail)
			require.Equal(t, middle.To(), r.Stats().Claimed)
			p.Publish(middle)
			p.Publish(head)
			if tail.Len() > 0 { // claimed a second time
				again := publish(t, p, tail.Len())
				require.Equal(t, tail.From(), again.From())
			}
			at += int64(s.Capacity)
			c.Done(take(t, c, at-int64(s.Capacity), at))
		}
	})
}

func TestAbortOfAHeadIsSteppedOver(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		if s.Capacity < 8 {
			return
		}
		r, p := s.ring(t)
		c := r.Consumer("c")
		at := s.start
		for range 3 {
			head, rest := claim(t, p, 4).Split(2)
			spoil(head)
			p.Publish(rest)
			requireNothing(t, c)
			require.Equal(t, at, c.Position())
			p.Abort(head)
			require.Equal(t, at+4, r.Published())
			c.Done(take(t, c, at+2, at+4))
			at += 4

			// In the middle of the available slots, an aborted range ends a batch.
			publish(t, p, 1)
			abort(t, p, 1)
			end := r.Stats().Claimed
			if s.Producers == disruptor.Multi {
				end = publish(t, p, 1).To()
			}
			c.Done(take(t, c, at, at+1))
			require.Equal(t, at+1, c.Position(), "what was in hand is done, and not more")
			take(t, c, at+2, end)
			require.Equal(t, at+2, c.Position(), "nothing was in hand, so the position has moved by itself")
			c.Done(take(t, c, at+2, end))
			at = end
		}
	})
}

// Every consumer is handed the same events, without the aborted ones: one that reads marks, one
// that follows such a one, one that has joined ahead of the consumer it follows, and one that
// used to follow.
func TestEveryConsumerStepsOverTheSameSlots(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		if s.Capacity == 1 && s.Producers == disruptor.Single {
			return // what it aborts is always taken back
		}
		r, p := s.ring(t)
		rnd := s.random()
		type seen struct {
			*disruptor.Consumer[int64]
			from   int64
			events []int64
		}
		join := func(name string, after ...*disruptor.Consumer[int64]) *seen {
			c := r.Consumer(name, after...)
			return &seen{c, c.Position(), nil}
		}
		root := join("root")
		leaver := join("leaver")
		stage := join("stage", root.Consumer)
		former := join("former", leaver.Consumer)
		all := []*seen{root, leaver, stage, former}
		var published []int64
		for turn := range 200 {
			if free := r.Stats().Free; free > 1 || free == 1 && s.multi() {
				n := 1 + rnd.IntN(min(free, 5))
				if rnd.IntN(2) == 0 {
					for seq := range publish(t, p, n).All() {
						published = append(published, seq)
					}
				} else if s.multi() {
					abort(t, p, n)
				} else if n > 1 {
					abort(t, p, n-1)
					published = append(published, r.Stats().Claimed-1)
				}
			}
			switch turn {
			case 50:
				leaver.Close() // wherever it stands
			case 100:
				all = append(all, join("ahead", root.Consumer))
			}
			for _, c := range all {
				if rnd.IntN(3) == 0 {
					continue
				}
				if b, ok := c.TryNext(); ok {
					head, _ := b.Split(1 + rnd.IntN(b.Len()))
					collect(&c.events, head)
					c.Done(head)
				}
			}
		}
		for _, c := range all {
			for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
				collect(&c.events, b)
				c.Done(b)
			}
			want := published
			for len(want) > 0 && want[0] < c.from {
				want = want[1:]
			}
			if c == leaver {
				want = want[:len(c.events)]
			} else {
				require.Equal(t, r.Published(), c.Position())
			}
			require.Equal(t, want, append([]int64{}, c.events...), c.Name())
		}
	})
}

// C58.
func TestRingFullOfAbortsDoesNotStopAProducer(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		n := s.Capacity
		if !s.multi() {
			if n == 1 {
				return // what it aborts is always taken back
			}
			n--
		}
		r, p := s.ring(t)
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		for range 3 { // consumers that look from time to time
			abort(t, p, n)
			if s.multi() {
				require.False(t, p.TrySend(-1))
				requireNothing(t, root)
				requireNothing(t, stage)
			} else {
				last := r.Stats().Claimed
				root.Done(take(t, root, last-1, last))
				stage.Done(take(t, stage, last-1, last))
			}
			require.Equal(t, s.Capacity, r.Stats().Free)
		}

		if !s.multi() {
			return // its consumers are handed the event that keeps the abort from being taken back
		}
		ctx := testContext(t)
		next := func(c *disruptor.Consumer[int64]) <-chan error { // and consumers that wait
			return whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
				b, err := c.Next(ctx)
				if err == nil && (b.Len() != 1 || *b.At(0) != b.From()) {
					err = errors.New("wrong event")
				}
				if err == nil {
					c.Done(b)
				}
				return err
			})
		}
		rootDone, stageDone := next(root), next(stage)
		for range 3 {
			b, err := p.Claim(ctx, s.Capacity)
			require.NoError(t, err)
			spoil(b)
			p.Abort(b)
		}
		require.NoError(t, p.Do(ctx, 1, func(b disruptor.Batch[int64]) error {
			*b.At(0) = b.From()
			return nil
		}))
		require.NoError(t, <-rootDone)
		require.NoError(t, <-stageDone)
	})
}

func TestWaitForAndAtOfAnAbortedSequence(t *testing.T) {
	forEachMultiScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		root := r.Consumer("root")
		stage := r.Consumer("stage", root)
		last := s.start + int64(s.Capacity) - 1
		result := whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
			_, err := root.WaitFor(ctx, last)
			return err
		})
		if s.Capacity > 1 {
			publish(t, p, s.Capacity-1)
		}
		abort(t, p, 1)
		require.NoError(t, <-result)
		for _, c := range []*disruptor.Consumer[int64]{root, stage} {
			_, err := c.At(last)
			require.ErrorIs(t, err, disruptor.ErrAborted, c.Name())
			if s.Capacity > 1 {
				v, err := c.At(last - 1)
				require.NoError(t, err)
				require.Equal(t, last-1, *v)
				c.Done(take(t, c, s.start, last))
			}
			requireNothing(t, c)
			_, err = c.At(last)
			require.ErrorIs(t, err, disruptor.ErrOverwritten, "the position has passed it")
		}
	})
}

// Do aborts its claim if its function fails, panics or exits. C33.
func TestDoAborts(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		ctx := testContext(t)
		cause := errors.New("cause")
		require.Equal(t, cause, p.Do(ctx, s.Capacity, func(disruptor.Batch[int64]) error { return cause }))
		requireNothing(t, c)
		require.PanicsWithError(t, "cause", func() {
			p.Do(ctx, s.Capacity, func(disruptor.Batch[int64]) error { panic(cause) })
		})
		requireNothing(t, c)
		left := make(chan struct{})
		go func() {
			defer close(left)
			p.Do(ctx, s.Capacity, func(disruptor.Batch[int64]) error {
				runtime.Goexit()
				return nil
			})
		}()
		<-left
		requireNothing(t, c)
		b := publish(t, p, s.Capacity)
		take(t, c, b.From(), b.To())
		if s.multi() {
			require.Equal(t, s.start+3*int64(s.Capacity), b.From())
		} else {
			require.Equal(t, s.start, b.From(), "taken back")
		}
	})
}

// With batches of one slot a lap of aborted slots was a lap of calls, each inside the one before.
func TestSteppingOverALapOfAbortsNeedsNoStack(t *testing.T) {
	const capacity = 1 << 16
	r := newRing[int64](t, disruptor.Config{Capacity: capacity, MaxBatch: 1})
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	p := r.MultiProducer()
	abort(t, p, capacity)
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20)) // an overflow ends the whole test binary
	requireNothing(t, root)
	requireNothing(t, stage)
	require.Equal(t, int64(capacity), stage.Position())
	b := publish(t, p, 1)
	root.Done(take(t, root, b.From(), b.To()))
	take(t, stage, b.From(), b.To())
}
