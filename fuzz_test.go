package disruptor_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/behaviour"
	"github.com/be395dad/disruptor/internal/history"
)

// FuzzRing applies the operations in a string of bytes to a tiny ring and to its model, and
// compares all that can be seen.
func FuzzRing(f *testing.F) {
	for _, seed := range behaviour.RingSeeds() {
		f.Add(seed)
	}
	hits := make(map[string]int)
	f.Fuzz(func(t *testing.T, in []byte) {
		clear(hits)
		behaviour.NewSession(t, in[:min(len(in), behaviour.LongestSession)], hits).Run()
	})
}

func TestFuzzReachesEveryOperation(t *testing.T) {
	hits := make(map[string]int)
	for _, seed := range behaviour.RingSeeds() {
		behaviour.NewSession(t, seed, hits).Run()
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		behaviour.NewSession(t, behaviour.RandomLife(rnd, byte(rnd.Uint32()), 120), hits).Run()
	}
	for _, o := range behaviour.Outcomes {
		require.Positive(t, hits[o], "no session met %q", o)
	}
	for o := range hits {
		require.Contains(t, behaviour.Outcomes, o, "an outcome that is not in the list")
	}
}

// FuzzBatch compares a batch, anywhere in rings of any small size, with a plain slice of the same events.
func FuzzBatch(f *testing.F) {
	for _, size := range []uint8{0, 1, 2, 3, 6, 7} {
		for _, from := range []uint16{0, 1, 5, 127, 65535} {
			f.Add(size, from, uint8(1<<size), uint8(1))
			f.Add(size, from, uint8(from), uint8(from/2))
		}
	}
	f.Fuzz(func(t *testing.T, size uint8, from uint16, length, split uint8) {
		cfg := disruptor.Config{Capacity: 1 << (size % 8)}
		r, err := disruptor.NewAt[int64](cfg, history.History{End: int64(from)})
		require.NoError(t, err)
		var slots []*int64
		r.Fill(func(_ int, slot *int64) {
			*slot = -1
			slots = append(slots, slot)
		})
		n := int(length) % (r.Cap() + 1)
		all, ok := r.MultiProducer().TryClaim(r.Cap())
		require.True(t, ok)
		b, _ := all.Split(n)
		plain := make([]int64, n)
		for i := range plain {
			plain[i] = b.From() + int64(i)
			*b.At(i) = plain[i]
		}
		compareBatch(t, r.Cap(), b, plain)
		i := int(split) % (n + 1)
		head, rest := b.Split(i)
		compareBatch(t, r.Cap(), head, plain[:i])
		compareBatch(t, r.Cap(), rest, plain[i:])
		untouched := 0
		for _, v := range slots {
			if *v == -1 {
				untouched++
			}
		}
		require.Equal(t, r.Cap()-n, untouched)
		for _, i := range []int{-1, n + 1} {
			require.Panics(t, func() { b.Split(i) })
			require.Panics(t, func() { b.At(i) })
		}
		require.Panics(t, func() { b.At(n) })
	})
}

func compareBatch(t *testing.T, capacity int, b disruptor.Batch[int64], plain []int64) {
	head, tail := b.Slices()
	require.True(t, slices.Equal(plain, append(slices.Clip(head), tail...)), "Slices")
	require.LessOrEqual(t, cap(head)+cap(tail), capacity, "an append to head could reach what is not in the batch")
	walked := 0
	for seq, v := range b.All() {
		if seq != b.From()+int64(walked) || *v != plain[walked] || v != b.At(walked) {
			t.Fatalf("slot %d of [%d, %d) is %d at sequence %d", walked, b.From(), b.To(), *v, seq)
		}
		walked++
	}
	require.Equal(t, []int64{int64(len(plain)), b.From() + int64(len(plain)), int64(walked)},
		[]int64{int64(b.Len()), b.To(), int64(len(plain))}, "Len, To and the length of All")
	for range b.All() { // a loop with a break
		break
	}
}
