// Survivor is a pipeline of several processes that goes on while some of them are killed. It
// starts itself again as three producers. Every now and then it kills one of them with SIGKILL
// and starts another instead. Two stages read: audit checks that the numbers of each producer
// come in order and without a gap; sum, which follows audit, adds them up.
//
//	go run ./examples/survivor
//
// At the end it prints how many sequences were delivered and how many were lost: those that
// producers had claimed and not published when they died.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/be395dad/disruptor/shm"
)

type event struct {
	Producer, Number int64
}

type options struct {
	kills int
	every time.Duration
	dir   string

	ring     string // path, for a producer
	producer int64
}

const producers = 3

func main() {
	var opt options
	flag.IntVar(&opt.kills, "kills", 10, "how many producers to kill")
	flag.DurationVar(&opt.every, "every", 50*time.Millisecond, "average time between two kills")
	flag.StringVar(&opt.dir, "dir", "/dev/shm", "folder for the ring")
	flag.StringVar(&opt.ring, "ring", "", "for a child: run as a producer of the ring in this file")
	flag.Int64Var(&opt.producer, "producer", 0, "for a child: number of the producer")
	flag.Parse()
	ctx := context.Background()
	run := func() error { return survive(ctx, os.Stdout, opt) }
	if opt.ring != "" {
		run = func() error { return produce(ctx, opt) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "survivor:", err)
		os.Exit(1)
	}
}

// produce publishes numbers until the ring is closed or the process is killed.
func produce(ctx context.Context, opt options) error {
	ring, err := shm.Open[event](opt.ring, shm.Options{Name: fmt.Sprint("producer ", opt.producer)})
	if err != nil {
		return err
	}
	p, err := ring.Producer("")
	for n := int64(0); err == nil; n++ {
		err = p.Send(ctx, event{opt.producer, n})
	}
	if errors.Is(err, shm.ErrClosed) {
		return nil
	}
	return err
}

func survive(ctx context.Context, w io.Writer, opt options) (err error) {
	path := filepath.Join(opt.dir, fmt.Sprintf("survivor-%d", os.Getpid()))
	ring, err := shm.Create[event](path, shm.Config{Capacity: 1 << 10, Options: shm.Options{Name: "pipeline"}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shm.Remove(path)) }()

	var stages sync.WaitGroup
	var delivered, total int64
	audit := newAudit()
	err = errors.Join(
		serve(ctx, &stages, ring, shm.ConsumerConfig{Name: "audit"}, audit.check),
		serve(ctx, &stages, ring, shm.ConsumerConfig{Name: "sum", After: []string{"audit"}}, func(e *event) {
			delivered++
			total += e.Number
		}))
	if err == nil {
		err = killSome(ctx, path, opt)
	}
	ring.Close()
	stages.Wait() // until everything that was published is delivered
	stats := ring.Stats()
	fmt.Fprintf(w, "%d producers killed; of %d sequences %d were delivered, %d were lost with their producers, %d aborted; sum %d\n",
		opt.kills, stats.Claimed, delivered, stats.Lost, stats.Aborted, total)
	if err == nil && delivered+stats.Lost+stats.Aborted != stats.Claimed {
		err = fmt.Errorf("that does not add up:\n%v", stats)
	}
	return errors.Join(err, audit.err, ring.Detach(ctx))
}

// killSome starts producers, kills some and starts others instead. In the end it kills them all.
func killSome(ctx context.Context, path string, opt options) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	next := int64(0)
	start := func() *exec.Cmd {
		cmd := exec.CommandContext(ctx, self, "-ring", path, "-producer", fmt.Sprint(next))
		cmd.Stderr = os.Stderr
		next++
		err = errors.Join(err, cmd.Start())
		return cmd
	}
	var running [producers]*exec.Cmd
	for i := range running {
		running[i] = start()
	}
	for range opt.kills {
		time.Sleep(opt.every/2 + rand.N(opt.every+1))
		i := rand.IntN(producers)
		if err != nil {
			break
		}
		err = running[i].Process.Kill()
		_ = running[i].Wait() // "signal: killed"
		running[i] = start()
	}
	for _, cmd := range running {
		if cmd.Process != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	return err
}

// serve makes a consumer and calls handle with each event, on a new goroutine, until the ring is
// drained.
func serve(ctx context.Context, stages *sync.WaitGroup, ring *shm.Ring[event], cfg shm.ConsumerConfig, handle func(*event)) error {
	c, err := ring.Consumer(cfg)
	if err != nil {
		return err
	}
	stages.Go(func() {
		defer c.Close()
		for batch := range c.Batches(ctx) {
			for _, e := range batch.All() {
				handle(e)
			}
		}
	})
	return nil
}

// An audit checks the numbers of each producer.
type audit struct {
	next map[int64]int64
	err  error
}

func newAudit() *audit { return &audit{next: map[int64]int64{}} }

func (a *audit) check(e *event) {
	if want := a.next[e.Producer]; e.Number != want && a.err == nil {
		a.err = fmt.Errorf("producer %d: got number %d, want %d", e.Producer, e.Number, want)
	}
	a.next[e.Producer] = e.Number + 1
}
