//go:build amd64 && gc && !purego && !race && !go1.28 && !disruptor_debug

// Only where stores are buffered: every other build has the order that this tests.

package disruptor

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// Two seats come to the same place at once while both stores wait in store buffers. If each
// worker saw the old seat of the other, the position would be stuck forever.
func TestOfTwoSeatsThatMoveAtOnceOneSeesTheOther(t *testing.T) {
	rounds := int64(litmusRounds(10_000))
	r := newRing[int64](t, Config{Capacity: 4})
	crew := r.Group(GroupConfig[int64]{Key: func(*int64) uint64 { return 0 }}).crew
	a, b := crew.newTaker(), crew.newTaker()
	var begun, done word
	meet := func(w *word, n int64) {
		for i := 1; w.load() != n; i++ {
			if i%64 == 0 {
				runtime.Gosched()
			}
		}
	}
	go func() {
		late := newBacklog()
		for n := int64(1); n <= rounds; n++ {
			meet(&begun, n)
			late.fill()
			b.settleAt(n)
			done.store(n)
		}
	}()
	late := newBacklog()
	for n := int64(1); n <= rounds; n++ {
		begun.store(n)
		late.fill()
		a.settleAt(n)
		meet(&done, n)
		if at := crew.member.position.load(); at != n {
			require.Equal(t, n, at, "both seats are there")
		}
	}
}
