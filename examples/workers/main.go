// Workers is a queue of jobs that four workers share: each job goes to one of them. Some jobs
// fail at first and are tried again. Some fail every time and are set aside. A stage after the
// workers receives the results in the order of the jobs.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/be395dad/disruptor"
)

type job struct {
	number   int
	attempts int
	sum      [sha256.Size]byte // the result
	setAside bool
}

var (
	errBusy   = errors.New("a resource of the job is busy")
	errPoison = errors.New("the job can't be done")
)

// work does a job. Every tenth job fails at its first attempt, and every hundredth at all of
// them.
func work(_ int64, j *job) error {
	j.attempts++
	switch {
	case j.number%100 == 99:
		return errPoison
	case j.number%10 == 9 && j.attempts == 1:
		return errBusy
	}
	j.sum = sha256.Sum256(fmt.Append(nil, j.number))
	return nil
}

// A tally is what the last stage has counted.
type tally struct{ done, again, setAside int }

// run has workers do that many jobs.
func run(jobs, workers int) (t tally, err error) {
	ring, err := disruptor.New[job](disruptor.Config{Capacity: 1 << 10, Producers: disruptor.Single})
	if err != nil {
		return t, err
	}
	group := ring.HandleGroup(disruptor.GroupConfig[job]{
		Name: "workers", Workers: workers, MaxBatch: 8,
		OnFailure: disruptor.FailurePolicy{Retries: 2},
		DeadLetter: func(b disruptor.Batch[job], _ error) error { // one job, because the handler is an Each
			b.At(0).setAside = true
			return nil
		},
	}, disruptor.Each(work))
	ring.Handle("results", disruptor.Each(func(seq int64, j *job) error {
		return t.add(seq, j)
	}), group.Consumer())

	go func() {
		defer ring.Close()
		p := ring.SingleProducer()
		for n := range jobs {
			if p.Send(context.Background(), job{number: n}) != nil {
				return // a handler has failed, and Run says why
			}
		}
	}()
	return t, ring.Run(context.Background())
}

// add counts a job. It fails if the job is not the next one, or was not done.
func (t *tally) add(seq int64, j *job) error {
	if int64(j.number) != seq {
		return fmt.Errorf("result %d is of job %d", seq, j.number)
	}
	if j.setAside {
		t.setAside++
		return nil
	}
	if want := sha256.Sum256(fmt.Append(nil, j.number)); j.sum != want {
		return fmt.Errorf("job %d has a wrong result", j.number)
	}
	t.done++
	if j.attempts > 1 {
		t.again++
	}
	return nil
}

func main() {
	const jobs, workers = 100_000, 4
	t, err := run(jobs, workers)
	if err == nil && t.done+t.setAside != jobs {
		err = fmt.Errorf("of %d jobs %d were done and %d set aside", jobs, t.done, t.setAside)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "workers:", err)
		os.Exit(1)
	}
	fmt.Printf("workers: %d jobs done by %d workers, %d of them at the second attempt; %d set aside; results in order\n",
		t.done, workers, t.again, t.setAside)
}
