//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64) && !race

package mapfile

import (
	"os"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The file is cut under a goroutine that accesses it all the time. Not with the race detector: see Guard.
func TestGuardOfAtomicAccesses(t *testing.T) {
	page := os.Getpagesize()
	for name, access := range map[string]func(*int64){
		"load":             func(w *int64) { atomic.LoadInt64(w) },
		"store":            func(w *int64) { atomic.StoreInt64(w, 1) },
		"add":              func(w *int64) { atomic.AddInt64(w, 1) },
		"compare and swap": func(w *int64) { atomic.CompareAndSwapInt64(w, 0, 0) },
	} {
		for range 20 {
			f, path := created(t, int64(2*page))
			word := (*int64)(unsafe.Pointer(&f.Mem()[page]))
			began, ended := make(chan struct{}), make(chan error)
			go func() {
				ended <- f.Guard(func() {
					access(word)
					close(began)
					for {
						access(word)
					}
				})
			}()
			<-began
			require.NoError(t, os.Truncate(path, 0))
			require.ErrorIs(t, <-ended, ErrTruncated, name)
		}
	}
}
