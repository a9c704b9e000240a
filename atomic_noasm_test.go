//go:build !((amd64 || arm64) && gc && !purego && !race)

package disruptor

import "testing"

func scanRoutines(testing.TB) []scanRoutine { return []scanRoutine{genericScan} }
