//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"golang.org/x/sys/unix"
)

// The operations of futex(2) for a word that several processes share.
const (
	futexWait = 0
	futexWake = 1
)

// A bell is a word that a process sets, and in which another sleeps until then.
type bell struct{ word atomic.Uint32 }

func (b *bell) ring(turn uint32) {
	b.word.Store(turn)
	_, _, _ = unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b.word)), futexWake, 1, 0, 0, 0)
}

// wait sleeps until it is that turn, and gives up when the other has ended. Syscall6 lets Go use the processor
// meanwhile, as each sleep of a Go program in the kernel has to.
func (b *bell) wait(turn uint32, ended *atomic.Bool) bool {
	for now := b.word.Load(); now != turn; now = b.word.Load() {
		if ended.Load() {
			return false
		}
		limit := unix.NsecToTimespec(time.Second.Nanoseconds())
		_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b.word)), futexWait, uintptr(now),
			uintptr(unsafe.Pointer(&limit)), 0, 0) // whatever it returns, the loop looks again
	}
	return true
}

func init() {
	child.Handle("futex", func(p *child.Parent, job lineJob) error {
		mem, err := mapped(p.File(0))
		if err != nil {
			return err
		}
		there, back := sides[bell](mem)
		if err := p.Ready(); err != nil {
			return err
		}
		var never atomic.Bool // this process dies with the other
		for v := range uint32(job.Turns) {
			there.wait(v+1, &never)
			back.ring(v + 1)
		}
		return nil
	})
}

// echoFutex has two processes wake each other. The number that comes back is the turn.
func echoFutex(c harness.Case, n int64) (harness.Sample, error) {
	return pingPong("futex", lineJob{c.Words, n}, func(mem []byte, ended *atomic.Bool) (harness.Sample, error) {
		there, back := sides[bell](mem)
		return harness.MeasureEcho(c, n, func(v int64) int64 {
			turn := uint32(v + 1)
			there.ring(turn)
			if !back.wait(turn, ended) {
				return -1
			}
			return v
		})
	})
}
