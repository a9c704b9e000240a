//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"errors"
	"fmt"
	"sync"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/shm"
)

// An echoJob is the answering side of round trips.
type echoJob struct {
	Words   int
	Turns   int64
	Setting setting
}

func init() {
	child.Handle("answer", func(p *child.Parent, job echoJob) error {
		if job.Words == 7 {
			return answerTo[[7]int64](p, job)
		}
		return answerTo[[1]int64](p, job)
	})
}

// answerTo answers over the rings that a child has inherited.
func answerTo[T harness.Cell](p *child.Parent, job echoJob) error {
	there, err := shm.OpenFile[T](p.File(0), job.Setting.options())
	if err != nil {
		return err
	}
	back, err := shm.OpenFile[T](p.File(1), job.Setting.options())
	if err != nil {
		return err
	}
	questions, answers, err := ends(there, back)
	if err != nil {
		return err
	}
	if err := p.Ready(); err != nil {
		return err
	}
	return answer(questions, answers, job.Turns)
}

// ends returns a consumer of one ring and a producer of the other.
func ends[T any](from, to *shm.Ring[T]) (*shm.Consumer[T], *shm.Producer[T], error) {
	c, err := from.Consumer(shm.ConsumerConfig{})
	if err != nil {
		return nil, nil, err
	}
	p, err := to.Producer("")
	return c, p, err
}

// answer sends what comes back until the ring has ended, and returns what was wrong with it.
func answer[T harness.Cell](questions *shm.Consumer[T], p *shm.Producer[T], turns int64) error {
	defer questions.Close()
	defer p.Close()
	var bad, want int64
	for b := range questions.Batches(background) {
		for i := range b.Len() {
			bad |= harness.Differs(b.At(i), want)
			want++
			if err := p.Send(background, *b.At(i)); err != nil {
				return err
			}
		}
	}
	return checkTrips(bad, want, turns)
}

// checkTrips says what is wrong with the questions that the answering side has seen.
func checkTrips(bad, got, want int64) error {
	if err := harness.Check(bad, got, want); err != nil {
		return fmt.Errorf("questions: %w", err)
	}
	return nil
}

// ask makes n round trips over two rings, and ends them.
func ask[T harness.Cell](c harness.Case, n int64, there, back *shm.Ring[T]) (harness.Sample, error) {
	answers, p, err := ends(back, there)
	if err != nil {
		return harness.Sample{}, err
	}
	defer answers.Close()
	defer p.Close()
	defer there.Close()
	return harness.MeasureEcho(c, n, func(v int64) int64 {
		var cell T
		harness.Stamp(&cell, v)
		if p.Send(background, cell) != nil {
			return -1
		}
		b, err := answers.Next(background)
		if err != nil {
			return -1
		}
		bad := harness.Differs(b.At(0), v) | int64(b.Len()-1)
		answers.Done(b)
		return harness.Answer(v, bad)
	})
}

// echoWithin has a goroutine answer.
func echoWithin[T harness.Cell](s setting, c harness.Case, n int64) (harness.Sample, error) {
	there, err := create[T](s, c)
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(there)
	back, err := create[T](s, c)
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(back)
	questions, p, err := ends(there, back)
	if err != nil {
		return harness.Sample{}, err
	}
	var other sync.WaitGroup
	var answered error
	other.Go(func() { answered = answer(questions, p, n) })
	sample, err := ask(c, n, there, back)
	other.Wait()
	return sample, errors.Join(err, answered)
}

// echoAcross has a child answer.
func echoAcross[T harness.Cell](s setting, c harness.Case, n int64) (harness.Sample, error) {
	return echoWith[T]("answer", s, c, n)
}

// echoWith has a child with that role answer.
func echoWith[T harness.Cell](role string, s setting, c harness.Case, n int64) (harness.Sample, error) {
	there, err := create[T](s, c)
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(there)
	back, err := create[T](s, c)
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(back)
	in, err := there.File()
	if err != nil {
		return harness.Sample{}, err
	}
	defer in.Close()
	out, err := back.File()
	if err != nil {
		return harness.Sample{}, err
	}
	defer out.Close()
	var group child.Group
	defer group.End()
	other, err := group.Start(role, echoJob{c.Words, n, s}, in, out)
	if err != nil {
		return harness.Sample{}, err
	}
	report := other.Watch(back.Close)
	sample, err := ask(c, n, there, back)
	return sample, errors.Join(err, report())
}
