package behaviour

import (
	"math/rand/v2"
	"slices"
)

// LongestSession is the most bytes of a string that a session uses: longer ones show nothing new.
const LongestSession = 400

// The meaning of the first two bytes.
const (
	one, two, four, eight byte = 0, 1, 2, 3
	single, zeroing       byte = 4, 8
	zero, far, late       byte = 0, 1, 3
)

// RingSeeds returns a few lives of a ring that random strings seldom spell, and random strings of sizes from nothing
// to the longest, one for each shape of ring.
func RingSeeds() [][]byte {
	seeds := [][]byte{
		// A lap of aborted claims under a consumer, and a claim of all slots after it.
		life(four, zero, "Consumer", 0, 0, "TryClaim", 0, 3, "Abort", 0, 0, "TryClaim", 0, 3, "TryNext", 0, "TryClaim", 0, 3),
		// The parts of a claim published from its end to its start, one of them aborted.
		life(four, far, "Consumer", 0, 0, "TryClaim", 0, 3, "Split", 0, 1, "Split", 1, 1, "Publish", 2, 0, "Abort", 1, 0,
			"TryNext", 0, "Publish", 0, 0, "TryNext", 0, "Done", 0, 0, "TryNext", 0),
		life(four|single, far, "Consumer", 0, 0, "TryClaim", 3, "Split", 0, 1, "Split", 1, 1, "Publish", 2, "Abort", 1,
			"TryNext", 0, "Publish", 0, "TryNext", 0, "Done", 0, 0, "TryNext", 0, "TryClaim", 1, "Abort", 0, "TrySend"),
		// A chain loses its first, its middle and its last stage while aborted slots lie before the later ones.
		life(eight, zero, "Consumer", 0, 0, "Consumer", 1, 0, "Consumer", 2, 0, "TrySend", 0, "TryClaim", 0, 1, "Abort", 0, 0,
			"TrySend", 0, "TryNext", 0, "Done", 0, 0, "TryNext", 0, "Done", 0, 0, "TryNext", 1, "Done", 1, 0,
			"Consumer.Close", 0, "TryNext", 1, "TryNext", 2, "Consumer.Close", 1, "TryNext", 2, "Done", 2, 0, "TryNext", 2),
		// A stage joins ahead of the stage that it follows, which then leaves.
		life(four|zeroing, zero, "Consumer", 0, 0, "TrySend", 0, "TrySend", 0, "Consumer", 1, 0, "TrySend", 0, "TryNext", 1,
			"TryNext", 0, "Done", 0, 1, "TryNext", 1, "Consumer.Close", 0, "TryNext", 1, "Done", 1, 0, "TrySend", 0),
		// A stage that joined a lap ago loses the consumer it follows, while a later claim is
		// published before an earlier one.
		life(two, zero, "Consumer", 0, 0, "Consumer", 1, 0, "TrySend", 0, "TrySend", 0, "TryNext", 0, "Done", 0, 0,
			"TryNext", 1, "Done", 1, 0, "TryClaim", 0, 0, "TryClaim", 0, 0, "Publish", 1, 0, "Consumer.Close", 0, "TryNext", 1),
		// Nobody listens, for two laps; then somebody does, before an open claim.
		life(two, zero, "TrySend", 0, "TrySend", 0, "TrySend", 0, "TryClaim", 0, 1, "Consumer", 0, 0, "TrySend", 0,
			"TrySend", 0, "Publish", 0, 0, "TryNext", 0, "Done", 0, 0, "TrySend", 0),
		// A consumer that gives its producer's range back, from the middle of it.
		life(four, zero, "Consumer", 0, 0, "TryClaim", 0, 3, "Publish", 0, 0, "TryNext", 0, "Done", 0, 1, "misuse", 0, 10, 0),
		// A claim given back whole when one of its parts has been published, or given back.
		life(four, zero, "Consumer", 0, 0, "TryClaim", 0, 2, "Split", 0, 1, "Publish", 1, 0, "misuse", 0, 12, 0),
		life(four|single, zero, "Consumer", 0, 0, "TryClaim", 2, "Split", 0, 1, "Publish", 1, "misuse", 12, 0),
		life(four|single, zero, "TryClaim", 2, "Split", 0, 1, "Split", 1, 1, "Abort", 1, "misuse", 12, 0),
		// The end while claims are open, one of which is then aborted.
		life(four, zero, "Consumer", 0, 0, "TryClaim", 0, 1, "TryClaim", 0, 1, "end", 1, "WaitFor", 0, 2, "Publish", 1, 0,
			"Abort", 0, 0, "Next", 0, "Done", 0, 0, "Next", 0),
		life(two|single, late, "Consumer", 0, 0, "TryClaim", 1, "Split", 0, 1, "end", 1, "Abort", 1, "Publish", 0,
			"TryNext", 0),
		// The last sequences.
		life(eight, late, "TryClaim", 0, 7, "Publish", 0, 0, "TryClaim", 0, 7, "Publish", 0, 0, "TryClaim", 0, 7,
			"Publish", 0, 0, "TrySend", 0, "TryClaim", 0, 1),
		life(one, zero, "Consumer", 0, 0, "TrySend", 0, "TrySend", 0, "TryNext", 0, "TrySend", 0, "Done", 0, 0, "TrySend", 0),
		// A consumer in a select is told of an abort, and of what comes behind it.
		life(four, zero, "Consumer", 0, 0, "Ready", 0, "TryClaim", 0, 0, "Abort", 0, 0, "Ready", 0, "TrySend", 0, "Ready", 0),
	}
	seeds = append(seeds, groupSeeds()...)
	seeds = append(seeds, lossySeeds()...)
	seeds = append(seeds, handlerSeeds()...)
	rnd := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 16, 64, 255, 256, LongestSession}
	for shape := range 64 {
		seeds = append(seeds, RandomLife(rnd, byte(shape), sizes[shape%len(sizes)]))
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

// RandomLife returns a string of so many random bytes for a ring of that shape.
func RandomLife(rnd *rand.Rand, shape byte, size int) []byte {
	in := []byte{shape}
	for range size {
		in = append(in, byte(rnd.Uint32()))
	}
	return in
}
