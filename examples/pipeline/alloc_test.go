//go:build !disruptor_debug

package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// After the first lap, when every slot has its buffer, a record costs no allocation. The library's
// debug checks do allocate, hence the tag.
func TestNoAllocationPerRecord(t *testing.T) {
	const records = 100_000
	opt := small(t)
	opt.records, opt.ring = records, 1<<12
	p := start(t, opt, text("a line that fits into a slot's buffer\n"+numbered(1000), true), nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, p.process(t.Context()))
	runtime.ReadMemStats(&after)
	require.Less(t, after.Mallocs-before.Mallocs, uint64(records/2))
}
