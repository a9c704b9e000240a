package behaviour

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// C5, C6, C8, C32.
func TestClaimsOfEverySize(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		from := s.start
		for n := 1; n <= s.Capacity; n++ {
			b, ok := p.TryClaim(n)
			require.True(t, ok)
			to := from + int64(n)
			if b.From() != from || b.To() != to || b.Len() != n {
				require.FailNow(t, "wrong claim", "%d slots at %d: %+v", n, from, b)
			}
			*b.At(n - 1) = to - 1
			*b.At(0) = from
			p.Publish(b)

			got, ok := c.TryNext()
			if !ok || got.From() != from || got.To() != to || *got.At(0) != from || *got.At(n - 1) != to-1 {
				require.FailNow(t, "wrong batch", "%d slots at %d: %+v", n, from, got)
			}
			c.Done(got)
			if c.Position() != to {
				require.Equal(t, to, c.Position())
			}
			from = to
		}
	})
}

// C10, C11, C17.
func TestClaimOfAFullRingFailsAndChangesNothing(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		end := s.start + int64(s.Capacity)
		for range s.Capacity {
			publish(t, p, 1)
		}
		for range 3 {
			for _, n := range []int{1, s.Capacity} {
				b, ok := p.TryClaim(n)
				require.False(t, ok)
				require.Zero(t, b.Len())
			}
			require.False(t, p.TrySend(-1))
			stats := r.Stats()
			require.Equal(t, [3]int64{end, end, 0}, [3]int64{stats.Claimed, stats.Published, int64(stats.Free)})
			take(t, c, s.start, end)
		}

		head, rest := take(t, c, s.start, end).Split(1)
		c.Done(head)
		if s.Capacity > 1 {
			_, ok := p.TryClaim(2)
			require.False(t, ok, "one slot is free")
		}
		publish(t, p, 1)
		require.False(t, p.TrySend(-1))
		c.Done(rest)
		if rest.Len() > 0 {
			publish(t, p, rest.Len())
		}
	})
}

// C13, C17, C81.
func TestNoClaimPassesTheSlowestGateByMoreThanALap(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		consumers := []*disruptor.Consumer[int64]{r.Consumer("a"), r.Consumer("b")}
		consumers = append(consumers, r.Consumer("after b", consumers[1]))
		published := s.start
		for range 50 {
			gate := published
			for _, c := range consumers {
				gate = min(gate, c.Position())
			}
			room := int(gate + int64(s.Capacity) - published)
			if room < s.Capacity {
				_, ok := p.TryClaim(room + 1)
				require.False(t, ok, "%d slots are free", room)
			}
			require.Equal(t, room, r.Stats().Free)
			if room > 0 {
				published = publish(t, p, 1+rnd.IntN(room)).To()
			}
			for _, c := range consumers {
				if b, ok := c.TryNext(); ok {
					head, _ := b.Split(rnd.IntN(b.Len() + 1))
					c.Done(head)
				}
			}
		}
	})
}

// C12, C81.
func TestBlockedClaimIsReleasedByTheLastDoneThatItNeeds(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		a, b := r.Consumer("a"), r.Consumer("b")
		publish(t, p, s.Capacity)
		end := s.start + int64(s.Capacity)
		n := 1 + s.random().IntN(s.Capacity)

		var claimed disruptor.Batch[int64]
		result := whileWaiting(t, r, s.Wait, func(ctx context.Context) (err error) {
			claimed, err = p.Claim(ctx, n)
			return err
		})
		a.Done(take(t, a, s.start, end))
		head, rest := take(t, b, s.start, end).Split(n)
		head, last := head.Split(n - 1)
		b.Done(head)
		require.Equal(t, end, r.Stats().Claimed, "one slot is missing")
		b.Done(last)
		require.NoError(t, <-result)
		require.Equal(t, [2]int64{end, end + int64(n)}, [2]int64{claimed.From(), claimed.To()})
		b.Done(rest)
	})
}

// Without consumers the gate is Published(), not infinity: slots of an open claim are not claimed a second time. C14.
func TestWithoutConsumersClaimsGoOnForEverBehindThePublished(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		rnd := s.random()
		for end := s.start; end < s.start+int64(5*s.Capacity); {
			end = publish(t, p, 1+rnd.IntN(s.Capacity)).To()
			require.Equal(t, end, r.Published())
			require.Equal(t, s.Capacity, r.Stats().Free)
		}
	})
}

// C14.
func TestWithoutConsumersNoClaimLapsAnOpenClaim(t *testing.T) {
	forEachMultiScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		for turn := range 3 {
			from := s.start + int64(2*turn*s.Capacity)
			open := claim(t, p, 1)
			if s.Capacity > 1 {
				publish(t, p, s.Capacity-1)
			}
			_, ok := p.TryClaim(1)
			require.False(t, ok)
			require.Equal(t, from, r.Published())

			// Whoever waits is released by the Publish, or the Abort, that closes the gap.
			result := whileWaiting(t, r, s.Wait, func(ctx context.Context) error {
				b, err := p.Claim(ctx, s.Capacity)
				if err == nil {
					p.Publish(b)
				}
				return err
			})
			if turn == 1 {
				p.Abort(open)
			} else {
				p.Publish(open)
			}
			require.NoError(t, <-result)
			require.Equal(t, from+2*int64(s.Capacity), r.Published())
		}
	})
}

// Claims, or the parts of one, may be published in any order, on a Multi ring by any goroutine: consumers see the
// order of the sequences. C21, C32.
func TestPublishInAnyOrder(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		rnd := s.random()
		for lap := range 3 {
			from := s.start + int64(lap*s.Capacity)
			parts := claimParts(t, p, s, rnd)
			open := make(map[int64]int64)
			for _, part := range parts {
				open[part.From()] = part.To()
			}
			rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			published := make(map[int64]bool)
			for _, part := range parts {
				if s.multi() {
					done := make(chan struct{})
					go func() {
						defer close(done)
						p.Publish(part)
					}()
					<-done
				} else {
					p.Publish(part)
				}
				published[part.From()] = true
				end := from
				for published[end] {
					end = open[end]
				}
				require.Equal(t, end, r.Published())
				if end > from {
					take(t, c, from, end)
				} else {
					requireNothing(t, c)
				}
			}
			c.Done(take(t, c, from, from+int64(s.Capacity)))
		}
	})
}

// claimParts claims a whole lap, on a Multi ring by several claims, and splits it at random into at most 20 parts.
func claimParts(t *testing.T, p disruptor.Producer[int64], s scene, rnd *rand.Rand) []disruptor.Batch[int64] {
	t.Helper()
	var claims, parts []disruptor.Batch[int64]
	for free := s.Capacity; free > 0; {
		n := free
		if s.multi() && len(claims) < 4 {
			n = 1 + rnd.IntN(free)
		}
		claims = append(claims, claim(t, p, n))
		free -= n
	}
	for _, rest := range claims {
		for range 4 {
			var part disruptor.Batch[int64]
			if part, rest = rest.Split(rnd.IntN(rest.Len() + 1)); part.Len() > 0 {
				parts = append(parts, part)
			}
		}
		if rest.Len() > 0 {
			parts = append(parts, rest)
		}
	}
	return parts
}

// C28, C34.
func TestSendAndDoPublishAndKeepTheirErrors(t *testing.T) {
	forEachScene(t, func(t *testing.T, s scene) {
		r, p := s.ring(t)
		c := r.Consumer("c")
		ctx := testContext(t)
		at := s.start
		require.NoError(t, p.Send(ctx, at))
		c.Done(take(t, c, at, at+1))
		require.True(t, p.TrySend(at+1))
		c.Done(take(t, c, at+1, at+2))
		at += 2
		err := p.Do(ctx, s.Capacity, func(b disruptor.Batch[int64]) error {
			require.Equal(t, s.Capacity, b.Len())
			for i, v := range b.All() {
				*v = i
			}
			return nil
		})
		require.NoError(t, err)
		full := take(t, c, at, at+int64(s.Capacity))

		// On a full ring each of them gives the cause of its context and claims nothing.
		cause := errors.New("cause")
		ended, cancel := context.WithCancelCause(ctx)
		cancel(cause)
		_, err = p.Claim(ended, 1)
		require.ErrorIs(t, err, cause)
		require.ErrorIs(t, p.Send(ended, -1), cause)
		require.ErrorIs(t, p.Do(ended, 1, func(disruptor.Batch[int64]) error { panic("called") }), cause)
		require.Equal(t, full.To(), r.Stats().Claimed)

		// And a claim that fits succeeds even so.
		c.Done(full)
		require.NoError(t, p.Send(ended, full.To()))
	})
}
