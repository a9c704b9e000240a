//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
	"github.com/be395dad/disruptor/shm"
)

// An event of a stream is a word.
type event = [1]int64

// A streamJob is a part of a stream: one producer, or one stage.
type streamJob struct {
	Case    harness.Case
	N       int64 // events per producer
	Setting setting
	Index   int // of the producer or stage
}

func init() {
	child.Handle("stage", func(p *child.Parent, job streamJob) error {
		ring, err := shm.OpenFile[event](p.File(0), job.Setting.options())
		if err != nil {
			return err
		}
		consumer, err := job.consumer(ring)
		if err != nil {
			return err
		}
		if err := p.Ready(); err != nil {
			return err
		}
		return wiring.Check(job.Case, job.N, []wiring.Seen{read(consumer, job.Case)})
	})
	child.Handle("producer", func(p *child.Parent, job streamJob) error {
		ring, err := shm.OpenFile[event](p.File(0), job.Setting.options())
		if err != nil {
			return err
		}
		producer, err := ring.Producer("")
		if err != nil {
			return err
		}
		defer producer.Close()
		if err := errors.Join(p.Ready(), p.Await()); err != nil {
			return err
		}
		return job.produce(producer)
	})
}

// consumer joins as the stage with the job's index.
func (j streamJob) consumer(ring *shm.Ring[event]) (*shm.Consumer[event], error) {
	cfg := shm.ConsumerConfig{Name: stageName(j.Index)}
	for _, i := range j.Case.After[j.Index] {
		cfg.After = append(cfg.After, stageName(i))
	}
	return ring.Consumer(cfg)
}

func stageName(i int) string { return fmt.Sprint("stage ", i) }

// produce publishes the job's events.
func (j streamJob) produce(p *shm.Producer[event]) error {
	v := harness.First(j.Index)
	if j.Setting.Send {
		for end := v + j.N; v < end; v++ {
			if err := p.Send(background, event{v}); err != nil {
				return err
			}
		}
		return nil
	}
	for end := v + j.N; v < end; {
		b, err := p.Claim(background, j.Case.Batch)
		if err != nil {
			return err
		}
		for i := range b.Len() {
			harness.Stamp(b.At(i), v)
			v++
		}
		p.Publish(b)
	}
	return nil
}

// read reads until the ring has ended.
func read(consumer *shm.Consumer[event], c harness.Case) wiring.Seen {
	defer consumer.Close()
	if c.Producers > 1 {
		tally := harness.NewTally()
		for b := range consumer.Batches(background) {
			for i := range b.Len() {
				harness.See(tally, b.At(i))
			}
		}
		return wiring.Seen{Tally: tally}
	}
	var bad, want int64
	for b := range consumer.Batches(background) {
		for i := range b.Len() {
			bad |= harness.Differs(b.At(i), want)
			want++
		}
	}
	return wiring.Seen{Bad: bad, Words: want}
}

// streamWithin has all producers and stages in this process, at one ring.
func streamWithin(s setting, c harness.Case, n int64) (harness.Sample, error) {
	ring, err := create[event](s, c)
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(ring)
	consumers := make([]*shm.Consumer[event], len(c.After))
	for i := range consumers {
		if consumers[i], err = (streamJob{c, n, s, i}).consumer(ring); err != nil {
			return harness.Sample{}, err
		}
	}
	producers := make([]*shm.Producer[event], c.Producers)
	for i := range producers {
		if producers[i], err = ring.Producer(""); err != nil {
			return harness.Sample{}, err
		}
	}
	found := make([]wiring.Seen, len(c.After))
	t := wiring.Start()
	for i := range consumers {
		t.Stages.Go(func() { found[i] = read(consumers[i], c) })
	}
	for i := range producers {
		t.Producers.Go(func() {
			_ = streamJob{c, n, s, i}.produce(producers[i]) // the check finds what is missing
			producers[i].Close()
		})
	}
	return t.End(ring.Close), wiring.Check(c, n, found)
}

// streamAcross runs the first producer in this process, and each other producer and each stage
// in a separate one.
func streamAcross(s setting, c harness.Case, n int64) (harness.Sample, error) {
	return streamFrom(s, c, n, streamJob{c, n, s, 0}.produce)
}

// streamFrom is streamAcross with a first producer that may do something else.
func streamFrom(s setting, c harness.Case, n int64, first func(*shm.Producer[event]) error) (harness.Sample, error) {
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
	var group child.Group
	defer group.End()
	stages, err := startAll(&group, "stage", file, streamJob{c, n, s, 0}, 0, len(c.After))
	if err != nil {
		return harness.Sample{}, err
	}
	others, err := startAll(&group, "producer", file, streamJob{c, n, s, 0}, 1, c.Producers)
	if err != nil {
		return harness.Sample{}, err
	}
	p, err := ring.Producer("")
	if err != nil {
		return harness.Sample{}, err
	}
	defer p.Close()
	begin := time.Now()
	if err := group.Go(); err != nil {
		return harness.Sample{}, err
	}
	if err := first(p); err != nil { // children still running are killed
		return harness.Sample{}, err
	}
	err = child.Reports(others)
	ring.Close()
	err = errors.Join(err, child.Reports(stages))
	return harness.Sample{Took: time.Since(begin)}, err
}

// startAll starts a child for each index in [from, to), in order: a stage joins after the stages
// it follows.
func startAll(g *child.Group, role string, ring *os.File, job streamJob, from, to int) ([]*child.Process, error) {
	var all []*child.Process
	for job.Index = from; job.Index < to; job.Index++ {
		p, err := g.Start(role, job, ring)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
