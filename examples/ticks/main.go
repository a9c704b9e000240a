// Ticks passes market data between two processes. It starts itself again as the feed, which
// publishes ticks to a ring in shared memory, and reads them. For each symbol it keeps the open,
// high, low and last price and the volume. It also measures how old the ticks were when they were
// read.
//
//	go run ./examples/ticks
//	go run ./examples/ticks -n 5000000 -rate 100000
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
	"slices"
	"text/tabwriter"
	"time"

	"github.com/be395dad/disruptor/shm"
)

// A tick is a price. It has no pointers, because both processes map the memory in which it lies.
type tick struct {
	Symbol [8]byte
	Price  float64
	Size   uint32
	_      uint32
	Sent   int64 // nanoseconds since 1970
}

var symbols = []string{"AAA", "BBB", "CCC", "DDD"}

type options struct {
	n    int
	rate int
	feed bool
}

func main() {
	var opt options
	flag.IntVar(&opt.n, "n", 1_000_000, "number of ticks")
	flag.IntVar(&opt.rate, "rate", 0, "ticks per second; 0 means as fast as they are read")
	flag.BoolVar(&opt.feed, "feed", false, "for the child: run as the feed of the ring in descriptor 3")
	flag.Parse()
	run := func() error { return read(context.Background(), os.Stdout, opt) }
	if opt.feed {
		run = func() error { return publish(context.Background(), opt) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "ticks:", err)
		os.Exit(1)
	}
}

// read creates a ring, starts the feed and reads what it publishes.
func read(ctx context.Context, w io.Writer, opt options) (err error) {
	ring, err := shm.CreateAnonymous[tick]("ticks", shm.Config{Capacity: 1 << 14, Options: shm.Options{Name: "reader"}})
	if err != nil {
		return err
	}
	consumer, err := ring.Consumer(shm.ConsumerConfig{Name: "quotes"}) // before the feed starts, to see every tick
	if err != nil {
		return err
	}
	feed, err := start(ctx, ring, opt)
	if err != nil {
		return err
	}
	begin := time.Now()
	var q quotes
	for batch := range consumer.Batches(ctx) {
		now := time.Now().UnixNano()
		for _, t := range batch.All() {
			q.add(t, now)
		}
	}
	took := time.Since(begin)
	if err := errors.Join(consumer.Err(), feed.Wait()); err != nil {
		return err
	}
	consumer.Close()
	if err := q.print(w, took); err != nil {
		return err
	}
	return ring.Detach(ctx)
}

// start starts this program again as the feed and passes the ring to it.
func start(ctx context.Context, ring *shm.Ring[tick], opt options) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	file, err := ring.File()
	if err != nil {
		return nil, err
	}
	defer file.Close() // the child has its own
	cmd := exec.CommandContext(ctx, self, "-feed", fmt.Sprintf("-n=%d", opt.n), fmt.Sprintf("-rate=%d", opt.rate))
	cmd.ExtraFiles = []*os.File{file}
	cmd.Stderr = os.Stderr
	return cmd, cmd.Start()
}

// publish is the feed: it sends the ticks and closes the ring.
func publish(ctx context.Context, opt options) error {
	ring, err := shm.OpenFile[tick](os.NewFile(3, "ring"), shm.Options{Name: "feed"})
	if err != nil {
		return err
	}
	defer ring.Close() // what is published is still delivered
	producer, err := ring.Producer("feed")
	if err != nil {
		return err
	}
	defer producer.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	prices := slices.Repeat([]float64{100}, len(symbols))
	begin := time.Now()
	for i := range opt.n {
		if opt.rate > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(opt.rate))))
		}
		k := rng.IntN(len(symbols))
		prices[k] += rng.NormFloat64() / 100
		t := tick{Price: prices[k], Size: 1 + rng.Uint32N(100), Sent: time.Now().UnixNano()}
		copy(t.Symbol[:], symbols[k])
		if err := producer.Send(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// quotes is what the reader keeps of the ticks.
type quotes struct {
	bars map[[8]byte]*bar
	ages []time.Duration
}

type bar struct {
	open, high, low, last float64
	volume                uint64
	ticks                 int
}

func (q *quotes) add(t *tick, now int64) {
	b := q.bars[t.Symbol]
	if b == nil {
		b = &bar{open: t.Price, high: t.Price, low: t.Price}
		if q.bars == nil {
			q.bars = map[[8]byte]*bar{}
		}
		q.bars[t.Symbol] = b
	}
	b.high, b.low, b.last = max(b.high, t.Price), min(b.low, t.Price), t.Price
	b.volume += uint64(t.Size)
	b.ticks++
	q.ages = append(q.ages, time.Duration(now-t.Sent))
}

func (q *quotes) print(w io.Writer, took time.Duration) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "symbol\tticks\topen\thigh\tlow\tlast\tvolume\t")
	for _, s := range symbols {
		var key [8]byte
		copy(key[:], s)
		if b := q.bars[key]; b != nil {
			fmt.Fprintf(table, "%s\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t%d\t\n", s, b.ticks, b.open, b.high, b.low, b.last, b.volume)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	slices.Sort(q.ages)
	age := func(part float64) time.Duration { return q.ages[int(part*float64(len(q.ages)-1))] }
	if len(q.ages) > 0 {
		fmt.Fprintf(w, "%d ticks in %v; their age when read: median %v, 99%% %v\n",
			len(q.ages), took.Round(time.Millisecond), age(0.5), age(0.99))
	}
	return nil
}
