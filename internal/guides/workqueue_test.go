package guides

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// The programs of docs/guides/work-queue.md.

type job struct {
	name   string
	result string
}

func Example_jobs() {
	busy := true
	work := func(_ int64, j *job) error {
		switch {
		case j.name == "":
			return errors.New("a job without a name")
		case j.name == "b" && busy:
			busy = false // the next attempt succeeds
			return errors.New("database busy")
		}
		j.result = "done"
		return nil
	}

	ring, _ := disruptor.New[job](disruptor.Config{Capacity: 64})
	workers := ring.HandleGroup(disruptor.GroupConfig[job]{
		Name:      "workers",
		Workers:   3, // 0: GOMAXPROCS
		MaxBatch:  1, // jobs are long: a worker holds one, not its share of all
		OnFailure: disruptor.FailurePolicy{Retries: 2, Backoff: time.Millisecond},
		DeadLetter: func(b disruptor.Batch[job], err error) error {
			b.At(0).result = "set aside"
			return nil // an error ends the ring
		},
	}, disruptor.Each(work))
	ring.Handle("report", disruptor.Each(func(_ int64, j *job) error { // in the order of the ring
		fmt.Printf("%q: %s\n", j.name, j.result)
		return nil
	}), workers.Consumer())

	p := ring.MultiProducer()
	for _, name := range []string{"a", "", "b"} {
		_ = p.Send(context.Background(), job{name: name})
	}
	ring.Close()
	err := ring.Run(context.Background())

	fmt.Println(err)
	stats := ring.Stats().Consumers[0]
	fmt.Println(stats.Retried, "calls retried,", stats.DeadLettered, "event dead-lettered")
	// Output:
	// "a": done
	// "": set aside
	// "b": done
	// <nil>
	// 3 calls retried, 1 event dead-lettered
}

func Example_accounts() {
	type payment struct {
		account uint64
		amount  int
	}
	ctx := context.Background()
	ring, _ := disruptor.New[payment](disruptor.Config{Capacity: 64})

	balances := make([]int, 4) // no lock: an account is one worker's at a time
	ring.HandleGroup(disruptor.GroupConfig[payment]{
		Name:    "accounts",
		Workers: 3,
		Key:     func(p *payment) uint64 { return p.account },
	}, disruptor.Each(func(_ int64, p *payment) error {
		balances[p.account] = 2*balances[p.account] + p.amount // the order matters
		return nil
	}))

	p := ring.MultiProducer()
	for i := range 12 {
		_ = p.Send(ctx, payment{account: uint64(i % 4), amount: i})
	}
	ring.Close()
	fmt.Println(ring.Run(ctx), balances)
	// Output: <nil> [16 23 30 37]
}

// A job that takes its worker with it is tried by three workers.
func Example_attempts() {
	ctx := context.Background()
	ring, _ := disruptor.New[job](disruptor.Config{Capacity: 64})
	group := ring.Group(disruptor.GroupConfig[job]{
		Name:     "workers",
		MaxBatch: 1,
		Attempts: 3,
		DeadLetter: func(b disruptor.Batch[job], err error) error {
			fmt.Println("given up:", b.At(0).name)
			return nil
		},
	})
	p := ring.MultiProducer()
	for _, name := range []string{"a", "poison", "b"} {
		_ = p.Send(ctx, job{name: name})
	}
	ring.Close()

	handle := func(w *disruptor.Worker[job]) error {
		defer w.Close() // what is not done goes to another worker
		for {
			b, err := w.Next(ctx)
			if err != nil {
				return err // ErrClosed: all is finished, or the ring has failed
			}
			if b.At(0).name == "poison" {
				return errors.New("the connection broke")
			}
			fmt.Println("done:", b.At(0).name)
			w.Done(b)
		}
	}
	for !errors.Is(handle(group.Worker()), disruptor.ErrClosed) {
		fmt.Println("a new worker")
	}
	// Output:
	// done: a
	// a new worker
	// a new worker
	// given up: poison
	// a new worker
	// done: b
}

func Example_setWorkers() {
	ctx := context.Background()
	ring, _ := disruptor.New[job](disruptor.Config{Capacity: 64})
	group := ring.HandleGroup(disruptor.GroupConfig[job]{Name: "workers", Workers: 1},
		func(disruptor.Batch[job]) error { return nil })

	scale := func() { // from time to time, on one goroutine
		switch lag := group.Consumer().Lag(); {
		case lag > int64(ring.Cap()/2):
			group.SetWorkers(8)
		case lag == 0:
			group.SetWorkers(1)
		}
	}

	p := ring.MultiProducer()
	for range 50 {
		p.TrySend(job{})
	}
	scale()
	ring.Close()
	fmt.Println(ring.Run(ctx), group.Consumer().Position())
	// Output: <nil> 50
}
