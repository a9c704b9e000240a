package disruptor

import (
	"os"
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Marks at either end of a page between two pages that can't be read: one word too far faults.
func TestScanMarksReadsNothingElse(t *testing.T) {
	page := os.Getpagesize()
	memory, err := unix.Mmap(-1, 0, 3*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Munmap(memory)) }()
	require.NoError(t, unix.Mprotect(memory[:page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(memory[2*page:], unix.PROT_NONE))
	marks := unsafe.Slice((*int64)(unsafe.Pointer(&memory[page])), page/wordBytes)

	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for _, r := range scanRoutines(t) {
		t.Run(r.name, func(t *testing.T) {
			r.force(t)
			for n := 1; n <= 200; n++ {
				for _, m := range [][]int64{marks[:n], marks[len(marks)-n:]} {
					const first = 1 << 40
					for i := range m {
						m[i] = first + int64(i)
					}
					require.NotPanics(t, func() { require.Equal(t, n, scanMarks(&m[0], n, first)) })
					m[n-1] = 0
					require.NotPanics(t, func() { require.Equal(t, n-1, scanMarks(&m[0], n, first)) })
				}
			}
			require.NotPanics(t, func() { r.bounded((*int64)(unsafe.Pointer(&memory[2*page])), 0, 0) })
		})
	}
}
