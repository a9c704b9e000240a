//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// sink keeps loads.
var sink byte

func TestGuard(t *testing.T) {
	page := os.Getpagesize()
	size := 4 * page
	f, path := created(t, int64(size))
	g := opened(t, path, Options{ReadOnly: true})
	mem := f.Mem()
	require.NoError(t, f.Guard(func() { mem[size-1] = 1 }))
	require.NoError(t, os.Truncate(path, int64(2*page)))
	var buf [256]byte
	for name, access := range map[string]func(){
		"load":          func() { sink = mem[size-1] },
		"store":         func() { mem[2*page] = 1 },
		"copy from":     func() { copy(buf[:], mem[3*page:]) },
		"copy to":       func() { copy(mem[3*page:], buf[:]) },
		"across an end": func() { copy(buf[:], mem[2*page-8:]) },
		"clear":         func() { clear(mem[page:]) },
	} {
		t.Run(name, func(t *testing.T) {
			after := false
			err := f.Guard(func() { access(); after = true })
			require.ErrorIs(t, err, ErrTruncated)
			require.EqualError(t, err, "file truncated: "+path+" faulted while it was mapped")
			require.False(t, after)
			require.False(t, debug.SetPanicOnFault(false), "it is not as it was")
		})
	}
	require.NoError(t, f.Guard(func() { sink = mem[2*page-1] }))
	require.ErrorIs(t, g.Guard(func() { sink = g.Mem()[2*page] }), ErrTruncated)
	_, err := f.ReadAt(buf[:], int64(2*page))
	require.Error(t, err)
	require.NoError(t, os.Truncate(path, int64(size)))
	require.NoError(t, f.Guard(func() { mem[size-1] = 1 }))
}

// panicOf returns what fn panics with.
func panicOf(fn func()) (r any) {
	defer func() { r = recover() }()
	fn()
	return nil
}

// addressed looks like a fault.
type addressed struct{ at uintptr }

func (a addressed) Error() string { return "addressed" }
func (a addressed) Addr() uintptr { return a.at }

func TestGuardOfOtherPanics(t *testing.T) {
	page := os.Getpagesize()
	f, path := created(t, int64(2*page))
	g := opened(t, path, Options{})
	require.NoError(t, os.Truncate(path, 0))

	require.Equal(t, "own", panicOf(func() { _ = f.Guard(func() { panic("own") }) }))
	var fault interface {
		runtime.Error
		Addr() uintptr
	}
	r := panicOf(func() { _ = f.Guard(func() { sink = g.Mem()[5] }) })
	require.Implements(t, &fault, r, "of a fault in another mapping")
	r = panicOf(func() { _ = f.Guard(func() { sink = *(*byte)(nil) }) })
	require.Implements(t, new(runtime.Error), r)
	var none []byte
	r = panicOf(func() { _ = f.Guard(func() { sink = none[len(buffer)] }) })
	require.ErrorContains(t, r.(error), "index out of range")
	inside := addressed{addressOf(f.Mem())}
	require.Equal(t, inside, panicOf(func() { _ = f.Guard(func() { panic(inside) }) }))
	require.False(t, debug.SetPanicOnFault(false))

	// In one another, each takes its own.
	require.NoError(t, g.Guard(func() {
		require.ErrorIs(t, f.Guard(func() { sink = f.Mem()[0] }), ErrTruncated)
	}))
	reached := false
	require.ErrorIs(t, g.Guard(func() {
		_ = f.Guard(func() { sink = g.Mem()[0] })
		reached = true
	}), ErrTruncated)
	require.False(t, reached)

	ended := make(chan bool)
	go func() {
		defer close(ended)
		_ = f.Guard(runtime.Goexit)
		ended <- true
	}()
	_, went := <-ended
	require.False(t, went, "Goexit ends the goroutine")
}

var buffer [1]byte

func TestFaultIn(t *testing.T) {
	f, _ := created(t, 100)
	at := addressOf(f.Mem())
	for offset, want := range map[int]bool{-1: false, 0: true, 99: true, 100: false, 4096: false} {
		require.Equal(t, want, faultIn(f.Mem(), runtimeError{addressed{at + uintptr(offset)}}), "%d", offset)
	}
}

// runtimeError is one, with an address.
type runtimeError struct{ addressed }

func (runtimeError) RuntimeError() {}

func addressOf(mem []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(mem))) }
