package behaviour

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Senders: what becomes of an event for which the ring has no room.

// An overflown is a policy that does not wait forever, and what becomes of an event on a ring that
// stays full.
type overflown struct {
	disruptor.Overflow[int64]
	err error // of Send
}

var errInline = errors.New("inline")

// overflows returns each of these policies with this wait. Inline appends its events to ran, and
// fails.
func overflows(wait time.Duration, ran *[]int64) []overflown {
	inline := func(v int64) error { *ran = append(*ran, v); return errInline }
	all := []overflown{
		{disruptor.Overflow[int64]{Wait: wait, Drop: true}, disruptor.ErrDropped},
		{disruptor.Overflow[int64]{Wait: wait, Inline: inline}, errInline},
	}
	if wait > 0 {
		all = append(all, overflown{disruptor.Overflow[int64]{Wait: wait}, disruptor.ErrNoRoom})
	}
	return all
}

// requireCounts requires these counts in Stats of events that have found no room.
func requireCounts(t testing.TB, s disruptor.Stats, dropped, inlined, timedOut int) {
	t.Helper()
	require.Equal(t, [3]int{dropped, inlined, timedOut}, [3]int{int(s.Dropped), int(s.Inlined), int(s.TimedOut)},
		"dropped, inlined, timed out")
}

// requireCount requires that this policy has disposed of n events, and no other policy of any.
func (o overflown) requireCount(t testing.TB, s disruptor.Stats, n int) {
	t.Helper()
	switch o.err {
	case disruptor.ErrDropped:
		requireCounts(t, s, n, 0, 0)
	case errInline:
		requireCounts(t, s, 0, n, 0)
	default:
		requireCounts(t, s, 0, 0, n)
	}
}

// forEachOverflow runs test for a full ring of 4 slots of each kind, in a bubble, with a sender of each policy that
// waits for that long.
func forEachOverflow(t *testing.T, wait time.Duration, test func(t *testing.T, r *disruptor.Ring[int64],
	c *disruptor.Consumer[int64], s *disruptor.Sender[int64], o overflown, ran *[]int64)) {
	for i := range overflows(wait, nil) {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			var ran []int64
			o := overflows(wait, &ran)[i]
			c := r.Consumer("c")
			publish(t, p, 4)
			test(t, r, c, p.Sender(o.Overflow), o, &ran)
		})
	}
}

// On every ring and with every strategy: the delivered events are exactly those that Send
// accepted; each other event is counted once.
func TestASenderDoesWithAnEventWithoutRoomWhatItsPolicySays(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		for _, wait := range []time.Duration{0, 1} {
			var ran []int64
			for _, o := range overflows(wait, &ran) {
				ran = nil
				r, p := s.ring(t)
				sender := p.Sender(o.Overflow)
				c := r.Consumer("c")
				for lap := range 2 {
					for range s.Capacity {
						require.NoError(t, sender.Send(testContext(t), r.Published()))
					}
					for i := range int64(3) {
						require.Equal(t, o.err, sender.Send(testContext(t), -i))
					}
					o.requireCount(t, r.Stats(), 3*(lap+1))
					require.Zero(t, r.Stats().Blocked)
					advance(t, c, r.Published())
				}
				require.EqualValues(t, s.start+2*int64(s.Capacity), c.Position())
				if o.err == errInline {
					require.Equal(t, []int64{0, -1, -2, 0, -1, -2}, ran)
				}
			}
		}
	})
}

func TestBlockDecidesWhichEventsAreKept(t *testing.T) {
	forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var asked []int64
		s := p.Sender(disruptor.Overflow[int64]{
			Drop:  true,
			Block: func(v int64) bool { asked = append(asked, v); return v >= 0 },
		})
		c := r.Consumer("c")
		for i := range int64(4) {
			require.NoError(t, s.Send(context.Background(), i))
		}
		require.Empty(t, asked, "as long as there is room")
		require.Equal(t, disruptor.ErrDropped, s.Send(context.Background(), -1))
		sent := inBackground(func() error { return s.Send(context.Background(), 4) })
		time.Sleep(time.Hour)
		advance(t, c, 1)
		require.NoError(t, <-sent)
		require.Equal(t, []int64{-1, 4}, asked)
		requireCounts(t, r.Stats(), 1, 0, 0)
		advance(t, c, 5)
	})
}

func TestInlineReturnsForSendAndMaySendItself(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		for _, wait := range []time.Duration{0, 1} {
			var s *disruptor.Sender[int64]
			depth, before := 0, r.Stats().Inlined
			s = p.Sender(disruptor.Overflow[int64]{Wait: wait, Inline: func(v int64) error {
				if depth++; depth == 3 {
					return nil
				}
				err := s.Send(testContext(t), v-1)
				require.NoError(t, err)
				return err
			}})
			if wait == 0 {
				r.Consumer("c")
				publish(t, p, 4)
			}
			require.NoError(t, s.Send(testContext(t), -1))
			require.Equal(t, 3, depth)
			require.EqualValues(t, before+3, r.Stats().Inlined)
		}
	})
}

// A handler may send into its own ring if it does not wait for room there.
func TestAHandlerMaySendIntoItsOwnFullRingWithoutAWait(t *testing.T) {
	var ran []int64
	for _, o := range overflows(0, &ran) {
		forEachKindInABubble(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
			s := p.Sender(o.Overflow)
			r.Handle("h", disruptor.Each(func(_ int64, v *int64) error {
				if err := s.Send(context.Background(), -1); err != o.err {
					return fmt.Errorf("sent: %w", err)
				}
				if *v == 3 {
					r.Close()
				}
				return nil
			}))
			publish(t, p, 4)
			require.NoError(t, r.Run(context.Background()))
			o.requireCount(t, r.Stats(), 4)
		})
	}
}

func TestAnOverflowThatContradictsItselfPanics(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		requirePanics(t, "disruptor: Overflow.Wait of -1ns", func() { p.Sender(disruptor.Overflow[int64]{Wait: -1}) })
		requirePanics(t, "disruptor: Overflow with both Drop and Inline", func() {
			p.Sender(disruptor.Overflow[int64]{Drop: true, Inline: func(int64) error { return nil }})
		})
		requirePanics(t, "disruptor: nil context", func() {
			var ctx context.Context
			_ = p.Sender(disruptor.Overflow[int64]{Drop: true}).Send(ctx, 1)
		})
		require.Zero(t, r.Stats().Claimed)
	})
}

func TestStatsSayWhatBecameOfEventsWithoutRoom(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		r.Consumer("c")
		publish(t, p, 4)
		quiet := fmt.Sprint(r.Stats())
		require.NotContains(t, quiet, "no room")
		var ran []int64
		for i, o := range overflows(1, &ran) {
			for range i + 1 {
				require.Equal(t, o.err, p.Sender(o.Overflow).Send(testContext(t), -1))
			}
		}
		requireCounts(t, r.Stats(), 1, 2, 3)
		require.Contains(t, fmt.Sprint(r.Stats()), "\n  no room: 1 events dropped, 2 run inline, 3 timed out")
	})
}
