//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// A kernelJob is the side of a pipe or socket that receives, and in round trips answers.
type kernelJob struct {
	Kind  string
	Words int
	N     int64
}

func init() {
	child.Handle("receive", func(p *child.Parent, job kernelJob) error {
		e, err := inherited(job.Kind, p)
		if err == nil {
			err = p.Ready()
		}
		if err != nil {
			return err
		}
		return receive(e, job.N)
	})
	child.Handle("reply", func(p *child.Parent, job kernelJob) error {
		e, err := inherited(job.Kind, p)
		if err == nil {
			err = p.Ready()
		}
		if err != nil {
			return err
		}
		if job.Words == 7 {
			return reply[[7]int64](e, job.N)
		}
		return reply[[1]int64](e, job.N)
	})
}

// startKernel starts a child that is connected to this process.
func startKernel(g *child.Group, role string, job kernelJob) (end, *child.Process, error) {
	near, far, err := connect(job.Kind)
	if err != nil {
		return end{}, nil, err
	}
	other, err := g.Start(role, job, far...)
	for _, f := range far { // or this process would keep its own end open
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		near.close()
		return end{}, nil, err
	}
	return near, other, nil
}

// streamKernel writes each batch at once.
func streamKernel(kind string, c harness.Case, n int64) (harness.Sample, error) {
	var group child.Group
	defer group.End()
	near, other, err := startKernel(&group, "receive", kernelJob{kind, c.Words, n})
	if err != nil {
		return harness.Sample{}, err
	}
	batch := make([]byte, 8*c.Batch)
	begin := time.Now()
	for v := int64(0); v < n && err == nil; v += int64(c.Batch) {
		for i := range c.Batch {
			binary.NativeEndian.PutUint64(batch[8*i:], uint64(v+int64(i)))
		}
		_, err = near.Write(batch)
	}
	near.close()
	err = errors.Join(err, other.Report())
	return harness.Sample{Took: time.Since(begin)}, err
}

// receive reads words until the other end is closed. A read may end within one.
func receive(e end, n int64) error {
	buffer := make([]byte, 64<<10)
	var bad, want int64
	held := 0
	for {
		got, err := e.Read(buffer[held:])
		held += got
		whole := held / 8 * 8
		for i := 0; i < whole; i += 8 {
			bad |= int64(binary.NativeEndian.Uint64(buffer[i:])) ^ want
			want++
		}
		held = copy(buffer, buffer[whole:held])
		if err == io.EOF {
			return harness.Check(bad|int64(held), want, n)
		}
		if err != nil {
			return err
		}
	}
}

// reply writes back what it reads.
func reply[T harness.Cell](e end, turns int64) error {
	var bad, want int64
	var cell T
	for {
		_, err := io.ReadFull(e, bytesOf(&cell))
		if err == io.EOF {
			return checkTrips(bad, want, turns)
		}
		if err != nil {
			return err
		}
		bad |= harness.Differs(&cell, want)
		want++
		if _, err := e.Write(bytesOf(&cell)); err != nil {
			return err
		}
	}
}

// echoKernel makes round trips.
func echoKernel[T harness.Cell](kind string, c harness.Case, n int64) (harness.Sample, error) {
	var group child.Group
	defer group.End()
	near, other, err := startKernel(&group, "reply", kernelJob{kind, c.Words, n})
	if err != nil {
		return harness.Sample{}, err
	}
	var cell T
	sample, err := harness.MeasureEcho(c, n, func(v int64) int64 {
		harness.Stamp(&cell, v)
		if _, err := near.Write(bytesOf(&cell)); err != nil {
			return -1
		}
		if _, err := io.ReadFull(near, bytesOf(&cell)); err != nil {
			return -1
		}
		return harness.Answer(v, harness.Differs(&cell, v))
	})
	near.close()
	return sample, errors.Join(err, other.Report())
}
