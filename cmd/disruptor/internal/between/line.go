//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"golang.org/x/sys/unix"
)

// Limit offers round trips over memory that two processes share, without a ring that could be
// full or closed, and without recovery from a death.
func Limit(c harness.Case) []harness.Subject {
	one := func(name, setting string, run func(harness.Case, int64) (harness.Sample, error)) []harness.Subject {
		return []harness.Subject{{Name: name, Group: "limit", Setting: setting,
			Run: func(n int64) (harness.Sample, error) { return run(c, n) }}}
	}
	switch {
	case !c.Between || c.Kind != harness.Echo:
	case c.Park:
		return one("futex ping-pong", "processes", echoFutex)
	case !c.HasProcessors():
	case c.Words == 1:
		return one("cache line ping-pong", "processes", echoLine[[1]int64])
	case c.Words == 7:
		return one("cache line ping-pong", "processes", echoLine[[7]int64])
	}
	return nil
}

// A lineJob is the answering side of a ping-pong.
type lineJob struct {
	Words int
	Turns int64
}

func init() {
	child.Handle("line", func(p *child.Parent, job lineJob) error {
		if job.Words == 7 {
			return answerLine[[7]int64](p, job.Turns)
		}
		return answerLine[[1]int64](p, job.Turns)
	})
}

// A side is what one process writes and the other waits for: a line, of which the first word says that the rest is new.
type side[T harness.Cell] struct {
	turn atomic.Int64
	cell T
}

// wait spins until it is that turn. It yields so seldom that it does not show, and gives up when the other has ended.
func (s *side[T]) wait(turn int64, ended *atomic.Bool) bool {
	for n := 1; s.turn.Load() != turn; n++ {
		if n%1000 == 0 {
			if ended.Load() {
				return false
			}
			runtime.Gosched()
		}
	}
	return true
}

const sharedBytes = 4096

// away is how far the side that answers is from the one that asks: on a line of its own, and on none that is fetched
// together with the other's.
const away = 1024

// share returns memory that is shared with each process that gets the file.
func share() (*os.File, []byte, error) {
	fd, err := unix.MemfdCreate("bench", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "shared memory")
	if err := file.Truncate(sharedBytes); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	mem, err := mapped(file)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, mem, nil
}

func mapped(file *os.File) ([]byte, error) {
	mem, err := unix.Mmap(int(file.Fd()), 0, sharedBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	return mem, os.NewSyscallError("mmap", err)
}

// sides returns the side that asks and the one that answers.
func sides[S any](mem []byte) (there, back *S) {
	return (*S)(unsafe.Pointer(&mem[0])), (*S)(unsafe.Pointer(&mem[away]))
}

func answerLine[T harness.Cell](p *child.Parent, turns int64) error {
	mem, err := mapped(p.File(0))
	if err != nil {
		return err
	}
	there, back := sides[side[T]](mem)
	if err := p.Ready(); err != nil {
		return err
	}
	var never atomic.Bool // this process dies with the other
	var bad int64
	for v := range turns {
		there.wait(v+1, &never)
		bad |= harness.Differs(&there.cell, v)
		back.cell = there.cell
		back.turn.Store(v + 1)
	}
	return checkTrips(bad, turns, turns)
}

// echoLine has a cache line go to another process and back.
func echoLine[T harness.Cell](c harness.Case, n int64) (harness.Sample, error) {
	return echoLineWith[T]("line", c, n)
}

// echoLineWith has a child with that role answer.
func echoLineWith[T harness.Cell](role string, c harness.Case, n int64) (harness.Sample, error) {
	return pingPong(role, lineJob{c.Words, n}, func(mem []byte, ended *atomic.Bool) (harness.Sample, error) {
		there, back := sides[side[T]](mem)
		return harness.MeasureEcho(c, n, func(v int64) int64 {
			harness.Stamp(&there.cell, v)
			there.turn.Store(v + 1)
			if !back.wait(v+1, ended) {
				return -1
			}
			return harness.Answer(v, harness.Differs(&back.cell, v))
		})
	})
}

// pingPong starts a child that answers in shared memory, and measures.
func pingPong(role string, job lineJob, measure func(mem []byte, ended *atomic.Bool) (harness.Sample, error)) (harness.Sample, error) {
	file, mem, err := share()
	if err != nil {
		return harness.Sample{}, err
	}
	defer func() {
		_ = unix.Munmap(mem) // which it is
		_ = file.Close()
	}()
	var group child.Group
	defer group.End()
	other, err := group.Start(role, job, file)
	if err != nil {
		return harness.Sample{}, err
	}
	var ended atomic.Bool
	report := other.Watch(func() { ended.Store(true) })
	sample, err := measure(mem, &ended)
	if err != nil {
		group.End() // it would wait for the next turn
	}
	return sample, errors.Join(err, report())
}
