//go:build amd64 && gc && !purego && !race

package machine

import (
	"math"
	"testing"
	"unsafe"
)

// Any address will do, and the routine bounds itself: it does not trust its caller with the time for which it can't
// be preempted.
func TestPrefetchTakesAnyAddressAndAnyCount(t *testing.T) {
	var v int64
	for _, lines := range []int{math.MinInt, -1, 0, 1, MaxPrefetch, math.MaxInt} {
		PrefetchWrite(nil, nil, lines)
		PrefetchWrite(unsafe.Pointer(&v), unsafe.Pointer(&v), lines)
	}
}
