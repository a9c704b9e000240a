package disruptor

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The runway ends with the line of marks that the last claim ends in: the claim that crosses the end fetches one
// line more.
func TestTheRunwayEndsWithTheLineOfTheLastClaim(t *testing.T) {
	p := newRing[int](t, Config{Capacity: 256}).MultiProducer()
	claim := func(n int) int64 {
		_, ok := p.TryClaim(n)
		require.True(t, ok)
		return p.limit.load()
	}
	orRoom := func(line int64) int64 {
		if canFetch {
			return line
		}
		return 256
	}
	require.Equal(t, orRoom(8), claim(1))
	require.Equal(t, orRoom(8), claim(7), "below the limit nothing is looked at")
	require.Equal(t, orRoom(16), claim(1))
	require.Equal(t, orRoom(16), claim(3))
	require.Equal(t, orRoom(24), claim(7), "the end of the line that the last slot is in")
	require.Equal(t, int64(256), claim(16), "a batch fetches nothing")

	p = newRing[int](t, Config{Capacity: 256}).MultiProducer()
	for range 184 {
		claim(1)
	}
	require.Equal(t, orRoom(192), claim(1), "64 slots are free from the next line on")
	for range 7 {
		claim(1)
	}
	require.Equal(t, int64(256), claim(1), "fewer are")
}

// No sequence of claims and releases, of whatever size, lets the limit pass the room, or the room the gate.
func TestTheRunwayStaysWithinTheRoom(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		capacity := 1 << random.IntN(11)
		r := newRing[[3]int](t, Config{Capacity: capacity})
		c, p := r.Consumer("c"), r.MultiProducer()
		for range 2000 {
			if b, ok := p.TryClaim(1 + random.IntN(min(capacity, 20))); ok {
				require.LessOrEqual(t, p.limit.load(), p.room.load())
				require.LessOrEqual(t, p.room.load(), c.Position()+int64(capacity))
				require.LessOrEqual(t, b.To(), p.limit.load())
				p.Publish(b)
			}
			if random.IntN(3) == 0 {
				if b, ok := c.TryNext(); ok {
					done, _ := b.Split(random.IntN(b.Len() + 1))
					c.Done(done)
				}
			}
		}
	}
}
