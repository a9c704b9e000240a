package main

import "math/rand/v2"

// A backlog delays the store that follows it, so that wake-ups are lost if a fence is missing:
// stores leave the CPU's store buffer in order, and most stores of the backlog miss the caches.
type backlog struct {
	words []int64
	rnd   *rand.Rand
}

func newBacklog(rnd *rand.Rand) *backlog { return &backlog{make([]int64, 1<<22), rnd} }

// fill stores as many as the buffer may hold, fewer, or none.
func (b *backlog) fill() {
	at := b.rnd.Uint64()
	for range b.rnd.IntN(48) {
		at = at*6364136223846793005 + 1442695040888963407
		b.words[at>>42] = int64(at)
	}
}
