//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/shm"
	"golang.org/x/sys/unix"
)

// orphans offers the death of a producer that has claimed a slot and not published it.
func orphans(c harness.Case) []harness.Subject {
	s := setting{Wait: block}
	return []harness.Subject{{Name: "shm", Group: "shm, processes", Setting: "a consumer in another process, " + s.Wait,
		Run: func(n int64) (harness.Sample, error) { return measureOrphans(s, c, n) }}}
}

func init() {
	// The child claims a slot, sends an event behind it that says when, and kills itself. That event is delivered once a
	// consumer has found the child dead and has stepped over the claim.
	child.Handle("die", func(p *child.Parent, _ struct{}) error {
		ring, err := shm.OpenFile[event](p.File(0), shm.Options{})
		if err != nil {
			return err
		}
		dies, err := ring.Producer("dies")
		if err != nil {
			return err
		}
		tells, err := ring.Producer("tells")
		if err != nil {
			return err
		}
		if err := errors.Join(p.Ready(), p.Await()); err != nil {
			return err
		}
		if _, ok := dies.TryClaim(1); !ok {
			return errors.New("no slot to claim")
		}
		if !tells.TrySend(event{monotonic()}) {
			return errors.New("no room for the event")
		}
		err = unix.Kill(os.Getpid(), unix.SIGKILL)
		time.Sleep(time.Minute) // it comes at once
		return errors.Join(errors.New("it does not die"), err)
	})
}

// measureOrphans has n children die, one after the other, and takes the time from just before each killed itself, by the
// clock that all processes share, until a consumer of this one, which was waiting, has the next event. So the time
// in which the kernel ends the process, and frees its lock, is a part of it.
func measureOrphans(s setting, c harness.Case, n int64) (harness.Sample, error) {
	ring, err := create[event](s, c)
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(ring)
	file, err := ring.File()
	if err != nil {
		return harness.Sample{}, err
	}
	defer file.Close()
	consumer, err := ring.Consumer(shm.ConsumerConfig{Name: "waits"})
	if err != nil {
		return harness.Sample{}, err
	}
	defer consumer.Close()
	return harness.MeasureCalls(n, func(i int64) (time.Duration, error) {
		took, err := orphan(file, consumer, 2*i)
		if err != nil {
			return 0, err
		}
		if lost := ring.Stats().Lost; lost != i+1 {
			err = fmt.Errorf("%d sequences lost by %d deaths", lost, i+1)
		}
		return took, err
	})
}

// orphan has one child die, which claims the sequence seq.
func orphan(ring *os.File, consumer *shm.Consumer[event], seq int64) (time.Duration, error) {
	var group child.Group
	defer group.End()
	if _, err := group.Start("die", struct{}{}, ring); err != nil {
		return 0, err
	}
	if err := group.Go(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(background, 30*time.Second)
	defer cancel()
	b, err := consumer.Next(ctx)
	if err != nil {
		return 0, err
	}
	took := time.Duration(monotonic() - b.At(0)[0])
	if b.From() != seq+1 || b.Len() != 1 {
		return 0, fmt.Errorf("events [%d, %d) after the claim of %d", b.From(), b.To(), seq)
	}
	consumer.Done(b)
	return took, nil
}

// monotonic returns the time on the clock that all processes share, in nanoseconds.
func monotonic() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(err)
	}
	return t.Nano()
}
