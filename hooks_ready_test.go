//go:build disruptor_debug

package disruptor

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Something happens between the first look of a consumer in a select, which finds nothing, its
// registration and its second look. Wherever it comes, TryNext finds it, or the channel has a
// value.

func TestWhatComesBesideARegistrationIsFoundOrTold(t *testing.T) {
	var open Batch[int64] // a claim
	for _, c := range []struct {
		name  string
		late  func(s *readyScene) *Consumer[int64]
		event func(t *testing.T, s *readyScene)
		then  func(t *testing.T, s *readyScene) // called when TryNext has found nothing again; nil: it never does
	}{
		{
			"a publish", func(s *readyScene) *Consumer[int64] { return s.root },
			func(t *testing.T, s *readyScene) { publish(t, s.p, 1) },
			func(t *testing.T, s *readyScene) { publish(t, s.p, 1) },
		},
		{
			"an abort", func(s *readyScene) *Consumer[int64] { return s.root },
			func(t *testing.T, s *readyScene) { abort(t, s.p, 1) },
			func(t *testing.T, s *readyScene) { publish(t, s.p, 1) },
		},
		{
			"a Done of the stage before", func(s *readyScene) *Consumer[int64] { return s.stage },
			func(t *testing.T, s *readyScene) { publish(t, s.p, 1); advance(t, s.root, s.r.Published()) },
			func(t *testing.T, s *readyScene) { publish(t, s.p, 1); advance(t, s.root, s.r.Published()) },
		},
		{
			"the stage before leaves", func(s *readyScene) *Consumer[int64] { return s.stage },
			func(_ *testing.T, s *readyScene) { s.root.Close() },
			func(t *testing.T, s *readyScene) { publish(t, s.p, 1) },
		},
		{
			"the first of two stages is done", func(s *readyScene) *Consumer[int64] { return s.both },
			func(t *testing.T, s *readyScene) { advance(t, s.root, 1) },
			func(t *testing.T, s *readyScene) { advance(t, s.stage, 1) },
		},
		{
			"the first of two stages leaves", func(s *readyScene) *Consumer[int64] { return s.both },
			func(_ *testing.T, s *readyScene) { s.root.Close() },
			func(t *testing.T, s *readyScene) { advance(t, s.stage, 1) },
		},
		{
			"Close", func(s *readyScene) *Consumer[int64] { return s.root },
			func(_ *testing.T, s *readyScene) { s.r.Close() }, nil,
		},
		{
			"Close with a claim open", func(s *readyScene) *Consumer[int64] { return s.root },
			func(t *testing.T, s *readyScene) { open = claim(t, s.p, 1); s.r.Close() },
			func(_ *testing.T, s *readyScene) { s.p.Publish(open) },
		},
		{
			"Close under a stage", func(s *readyScene) *Consumer[int64] { return s.stage },
			func(_ *testing.T, s *readyScene) { s.r.Close() }, nil,
		},
		{
			"a failure", func(s *readyScene) *Consumer[int64] { return s.root },
			func(_ *testing.T, s *readyScene) { s.r.core.fail(errHandler) }, nil,
		},
		{
			"a failure while a closed ring drains", func(s *readyScene) *Consumer[int64] {
				s.p.TryClaim(1)
				s.r.Close()
				s.root.Ready()
				s.root.TryNext() // is told of the end
				return s.root
			},
			func(_ *testing.T, s *readyScene) { s.r.core.fail(errHandler) }, nil,
		},
	} {
		for _, at := range []hookPoint{pointEmpty, pointSignal} {
			for _, again := range []bool{false, true} { // whether it is registered already
				forEachReadyScene(t, func(t *testing.T, s *readyScene) {
					name := fmt.Sprint(c.name, ", at ", at, ", registered before: ", again, ", single: ", s.r.core.single)
					late := c.late(s)
					if late == s.both {
						publish(t, s.p, 1)
					}
					require.True(t, isReady(late))
					if again {
						requireNothing(t, late)
						require.False(t, isReady(late))
					}
					found := false
					during(t, at, func() { c.event(t, s) }, func() { _, found = late.TryNext() })
					require.True(t, found || isReady(late), name)
					for last := int64(-1); last != late.Position(); { // until it finds nothing, also behind what is aborted
						last = late.Position()
						for b, ok := late.TryNext(); ok; b, ok = late.TryNext() {
							late.Done(b)
						}
					}
					if c.then == nil {
						require.True(t, isReady(late), name)
						requireQuietOf(t, s, late)
						return
					}
					for isReady(late) {
						_, ok := late.TryNext()
						require.False(t, ok, name)
					}
					c.then(t, s)
					require.True(t, isReady(late), name)
					if _, ok := late.TryNext(); !ok {
						require.True(t, isReady(late), name)
					}
				})
			}
		}
	}
}

// requireQuietOf checks that c is registered nowhere.
func requireQuietOf(t *testing.T, s *readyScene, c *Consumer[int64]) {
	t.Helper()
	require.Nil(t, c.signal.lot)
	require.Equal(t, s.quiet, s.r.core.raised.load()&^settled)
}
