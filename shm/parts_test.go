//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A mark that another program has stored is not this program's misuse.
func TestPublishOfASlotThatAnotherHasMarked(t *testing.T) {
	for name, act := range map[string]func(*Producer[tick], Batch[tick]){
		"Publish": (*Producer[tick]).Publish,
		"Abort":   (*Producer[tick]).Abort,
		"part": func(p *Producer[tick], b Batch[tick]) {
			head, rest := b.Split(2)
			p.Publish(rest)
			p.Publish(head)
		},
		"Close": func(p *Producer[tick], _ Batch[tick]) { p.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newRing[tick](t, Config{Capacity: 8})
			p := newProducer(t, r)
			b, ok := p.TryClaim(4)
			require.True(t, ok)
			r.core.mark(0).Store(1 << 40)
			act(p, b)
			require.ErrorIs(t, r.Err(), ErrCorrupt)
			require.EqualError(t, r.Err(), "shm: closed: shm: ring is corrupt: "+
				"the mark of sequence 0 is 1099511627776, and its producer has not published it")
			p.Close()
		})
	}
	r, _ := newRing[tick](t, Config{Capacity: 8})
	p := newProducer(t, r)
	b, ok := p.TryClaim(4)
	require.True(t, ok)
	for i := range int64(4) {
		r.core.mark(i).Store(-1)
	}
	p.Publish(b)
	require.NoError(t, r.Err())
}

// The parts of a claim may be published and aborted in any order, each slot once.
func TestPartsOfAClaim(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 16})
	c := newConsumer(t, r, ConsumerConfig{})
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		p := newProducer(t, r)
		n := 1 + random.IntN(16)
		b, ok := p.TryClaim(n)
		require.True(t, ok)
		var parts []Batch[tick]
		for rest := b; rest.Len() > 0; {
			var head Batch[tick]
			head, rest = rest.Split(1 + random.IntN(min(rest.Len(), 3)))
			parts = append(parts, head)
		}
		aborted, open := 0, n
		fates := map[int64]bool{}
		for _, i := range random.Perm(len(parts)) {
			if random.IntN(8) == 0 {
				break // Close aborts the rest
			}
			part := parts[i]
			act, method := p.Publish, "Publish"
			if random.IntN(2) == 0 {
				act, method = p.Abort, "Abort"
				aborted += part.Len()
			}
			for s := range part.All() {
				fates[s] = method == "Publish"
			}
			act(part)
			if open -= part.Len(); open > 0 {
				require.Panics(t, func() { p.Publish(part) })
				require.Panics(t, func() { p.Abort(b) })
			}
		}
		p.Close()
		require.Zero(t, p.claim.left)
		for s := b.From(); s < b.To(); {
			if !fates[s] {
				s++
				continue
			}
			got, ok := c.TryNext()
			require.True(t, ok)
			require.Equal(t, s, got.From())
			s = got.To()
			c.Done(got)
		}
		_, ok = c.TryNext()
		require.False(t, ok)
		require.Equal(t, b.To(), c.Position())
	}
	require.Equal(t, r.Stats().Claimed, r.Stats().Published)
}

func TestPartsAreFewInOrder(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 64})
	p := newProducer(t, r)
	for _, reverse := range []bool{false, true} {
		rest, ok := p.TryClaim(32)
		require.True(t, ok)
		for rest.Len() > 0 {
			var part Batch[tick]
			if reverse {
				rest, part = rest.Split(rest.Len() - 1)
			} else {
				part, rest = rest.Split(1)
			}
			p.Publish(part)
			require.LessOrEqual(t, len(p.claim.parts), 1, fmt.Sprint(rest))
		}
	}
}
