package disruptor

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const longestSession = 400 // bytes; more is more of the same

// FuzzRing does to a tiny ring and to its model what a string of bytes says, and compares all that can be seen.
func FuzzRing(f *testing.F) {
	for _, seed := range ringSeeds() {
		f.Add(seed)
	}
	hits := make(map[string]int)
	f.Fuzz(func(t *testing.T, in []byte) {
		clear(hits)
		newSession(t, in[:min(len(in), longestSession)], hits).run()
	})
}

// ringSeeds returns a few lives of a ring that random strings seldom spell, and random strings of sizes from nothing
// to the longest, one for each shape of ring.
func ringSeeds() [][]byte {
	const (
		one, two, four, eight byte = 0, 1, 2, 3
		single, clear         byte = 4, 8
		zero, far, late       byte = 0, 1, 3
	)
	seeds := [][]byte{
		// A lap of aborted claims under a consumer, and a claim of all slots after it.
		life(four, zero, "Consumer", 0, "TryClaim", 0, 3, "Abort", 0, 0, "TryClaim", 0, 3, "TryNext", 0, "TryClaim", 0, 3),
		// The parts of a claim published from its end to its start, one of them aborted.
		life(four, far, "Consumer", 0, "TryClaim", 0, 3, "Split", 0, 1, "Split", 1, 1, "Publish", 2, 0, "Abort", 1, 0,
			"TryNext", 0, "Publish", 0, 0, "TryNext", 0, "Done", 0, 0, "TryNext", 0),
		life(four|single, far, "Consumer", 0, "TryClaim", 3, "Split", 0, 1, "Split", 1, 1, "Publish", 2, "Abort", 1,
			"TryNext", 0, "Publish", 0, "TryNext", 0, "Done", 0, 0, "TryNext", 0, "TryClaim", 1, "Abort", 0, "TrySend"),
		// A chain loses its first, its middle and its last stage while aborted slots lie before the later ones.
		life(eight, zero, "Consumer", 0, "Consumer", 1, "Consumer", 2, "TrySend", 0, "TryClaim", 0, 1, "Abort", 0, 0,
			"TrySend", 0, "TryNext", 0, "Done", 0, 0, "TryNext", 0, "Done", 0, 0, "TryNext", 1, "Done", 1, 0,
			"Consumer.Close", 0, "TryNext", 1, "TryNext", 2, "Consumer.Close", 1, "TryNext", 2, "Done", 2, 0, "TryNext", 2),
		// A stage joins ahead of the stage that it follows, which then leaves.
		life(four|clear, zero, "Consumer", 0, "TrySend", 0, "TrySend", 0, "Consumer", 1, "TrySend", 0, "TryNext", 1,
			"TryNext", 0, "Done", 0, 1, "TryNext", 1, "Consumer.Close", 0, "TryNext", 1, "Done", 1, 0, "TrySend", 0),
		// A stage that joined a lap ago loses the one that it follows, while a later claim is published before an earlier.
		life(two, zero, "Consumer", 0, "Consumer", 1, "TrySend", 0, "TrySend", 0, "TryNext", 0, "Done", 0, 0,
			"TryNext", 1, "Done", 1, 0, "TryClaim", 0, 0, "TryClaim", 0, 0, "Publish", 1, 0, "Consumer.Close", 0, "TryNext", 1),
		// Nobody listens, for two laps; then somebody does, before an open claim.
		life(two, zero, "TrySend", 0, "TrySend", 0, "TrySend", 0, "TryClaim", 0, 1, "Consumer", 0, "TrySend", 0, "TrySend", 0,
			"Publish", 0, 0, "TryNext", 0, "Done", 0, 0, "TrySend", 0),
		// A consumer that gives its producer's range back, from the middle of it.
		life(four, zero, "Consumer", 0, "TryClaim", 0, 3, "Publish", 0, 0, "TryNext", 0, "Done", 0, 1, "misuse", 0, 10, 0),
		// A claim given back whole when one of its parts has been published, or given back.
		life(four, zero, "Consumer", 0, "TryClaim", 0, 2, "Split", 0, 1, "Publish", 1, 0, "misuse", 0, 12, 0),
		life(four|single, zero, "Consumer", 0, "TryClaim", 2, "Split", 0, 1, "Publish", 1, "misuse", 12, 0),
		life(four|single, zero, "TryClaim", 2, "Split", 0, 1, "Split", 1, 1, "Abort", 1, "misuse", 12, 0),
		// The end while claims are open, one of which is then aborted.
		life(four, zero, "Consumer", 0, "TryClaim", 0, 1, "TryClaim", 0, 1, "end", 1, "WaitFor", 0, 2, "Publish", 1, 0,
			"Abort", 0, 0, "Next", 0, "Done", 0, 0, "Next", 0),
		life(two|single, late, "Consumer", 0, "TryClaim", 1, "Split", 0, 1, "end", 1, "Abort", 1, "Publish", 0, "TryNext", 0),
		// The last sequences.
		life(eight, late, "TryClaim", 0, 7, "Publish", 0, 0, "TryClaim", 0, 7, "Publish", 0, 0, "TryClaim", 0, 7,
			"Publish", 0, 0, "TrySend", 0, "TryClaim", 0, 1),
		life(one, zero, "Consumer", 0, "TrySend", 0, "TrySend", 0, "TryNext", 0, "TrySend", 0, "Done", 0, 0, "TrySend", 0),
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 16, 64, 255, 256, longestSession}
	for shape := range 64 {
		seeds = append(seeds, randomLife(rnd, byte(shape), sizes[shape%len(sizes)]))
	}
	return seeds
}

// life spells operations by their names.
func life(shape, place byte, words ...any) []byte {
	in := []byte{shape, place}
	for _, w := range words {
		switch w := w.(type) {
		case int:
			in = append(in, byte(w))
		case string:
			in = append(in, byte(slices.IndexFunc(operations, func(o operation) bool { return o.name == w })))
		}
	}
	return in
}

func randomLife(rnd *rand.Rand, shape byte, size int) []byte {
	in := []byte{shape}
	for range size {
		in = append(in, byte(rnd.Uint32()))
	}
	return in
}

// What sessions must meet, so that FuzzRing is known to go where it says.
var outcomes = []string{
	"Abort", "Abort after the end", "Abort of nothing", "Abort out of order", "Abort taken back",
	"At", "At above", "At an aborted slot", "At below",
	"Batches drained", "Batches left", "Batches of one that has left",
	"Claim granted", "Claim on an ended ring", "Claim without room",
	"Close", "Close again", "Close with open claims",
	"Consumer", "Consumer after others", "Consumer after the end", "Consumer after those that left",
	"Consumer ahead of whom it follows", "Consumer before open claims",
	"Consumer.Close", "Consumer.Close again", "Consumer.Close of a first stage", "Consumer.Close of a middle stage",
	"Consumer.Close of the last", "Consumer.Close with slots in hand",
	"Do aborted by a panic", "Do aborted by an error", "Do on an ended ring", "Do published", "Do without room",
	"Done", "Done of a prefix",
	"Next", "Next ended by its context", "Next on its end",
	"Publish", "Publish after the end", "Publish of nothing", "Publish out of order",
	"Run cancelled",
	"Send granted", "Send on an ended ring", "Send without room",
	"Split",
	"TryClaim granted", "TryClaim on an ended ring", "TryClaim without room",
	"TryNext", "TryNext early", "TryNext early, with more", "TryNext found nothing", "TryNext over aborted slots",
	"TrySend granted", "TrySend on an ended ring", "TrySend without room",
	"WaitFor", "WaitFor ended by its context", "WaitFor on its end",
	"misuse: Abort again", "misuse: Abort of a claim that is published in part", "misuse: Abort of a consumer's batch", "misuse: Abort of another ring's batch",
	"misuse: Abort of no batch", "misuse: At and Split out of range", "misuse: Consumer after another ring's",
	"misuse: Consumer after nil", "misuse: Done again", "misuse: Done of another ring's batch",
	"misuse: Done of more than is in hand", "misuse: Done of no batch", "misuse: Done with a gap",
	"misuse: Fill", "misuse: Publish again", "misuse: Publish of another ring's batch", "misuse: Publish of no batch",
	"misuse: a producer of the other kind", "misuse: a second producer", "misuse: claim", "misuse: nil context",
	"misuse: nil handler", "misuse: send",
}

func TestFuzzReachesEveryOperation(t *testing.T) {
	hits := make(map[string]int)
	for _, seed := range ringSeeds() {
		newSession(t, seed, hits).run()
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		newSession(t, randomLife(rnd, byte(rnd.Uint32()), 120), hits).run()
	}
	for _, o := range outcomes {
		require.Positive(t, hits[o], "no session met %q", o)
	}
	for o := range hits {
		require.Contains(t, outcomes, o, "an outcome that is not in the list")
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
		r := newRing[int64](t, Config{Capacity: 1 << (size % 8)})
		for i := range r.slots {
			r.slots[i] = -1
		}
		n := int(length) % (r.Cap() + 1)
		b := Batch[int64]{r, int64(from), int64(from) + int64(n)}
		plain := make([]int64, n)
		for i := range plain {
			plain[i] = b.From() + int64(i)
			*b.At(i) = plain[i]
		}
		compareBatch(t, b, plain)
		i := int(split) % (n + 1)
		head, rest := b.Split(i)
		compareBatch(t, head, plain[:i])
		compareBatch(t, rest, plain[i:])
		untouched := 0
		for _, v := range r.slots {
			if v == -1 {
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

func compareBatch(t *testing.T, b Batch[int64], plain []int64) {
	head, tail := b.Slices()
	require.True(t, slices.Equal(plain, append(slices.Clip(head), tail...)), "Slices")
	require.LessOrEqual(t, cap(head)+cap(tail), b.ring.Cap(), "an append to head could reach what is not in the batch")
	walked := 0
	for seq, v := range b.All() {
		if seq != b.From()+int64(walked) || *v != plain[walked] || v != b.At(walked) {
			t.Fatalf("slot %d of [%d, %d) is %d at sequence %d", walked, b.From(), b.To(), *v, seq)
		}
		walked++
	}
	require.Equal(t, []int64{int64(len(plain)), b.From() + int64(len(plain)), int64(walked)},
		[]int64{int64(b.Len()), b.To(), int64(len(plain))}, "Len, To and the length of All")
	for range b.All() { // a loop that is left
		break
	}
}
