package disruptor_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/behaviour"
)

// Each topology passes events of 8 bytes from its producers to its last consumers, through the ring or through
// buffered channels of the same capacity, and checks what arrives. A channel has no batches: its producers send, and
// its consumers receive, one event at a time.
type topology struct {
	name      string
	producers int
	// after[i] lists the stages that stage i follows; an empty list means the producers.
	after [][]int
}

var topologies = []topology{
	{"1P1C", 1, [][]int{nil}},
	{"3P1C", 3, [][]int{nil}},
	{"1P3C", 1, [][]int{nil, nil, nil}},
	{"pipeline3", 1, [][]int{nil, {0}, {1}}},
	{"diamond", 1, [][]int{nil, nil, {0, 1}}},
}

// runRing passes n events per producer in batches. It returns the sum of each stage, and the
// time from the start of the goroutines to the end of the last one.
func (t topology) runRing(cfg disruptor.Config, n, batch int) ([]int64, time.Duration) {
	if t.producers == 1 {
		cfg.Producers = disruptor.Single
	}
	ring, err := disruptor.New[int64](cfg)
	if err != nil {
		panic(err)
	}
	sums := make([]int64, len(t.after))
	consumers := make([]*disruptor.Consumer[int64], len(t.after))
	for i, after := range t.after {
		var before []*disruptor.Consumer[int64]
		for _, j := range after {
			before = append(before, consumers[j])
		}
		consumers[i] = ring.Consumer(fmt.Sprint(i), before...)
	}
	var producers, stages sync.WaitGroup
	begin := time.Now()
	for i, c := range consumers {
		stages.Go(func() {
			sum := int64(0)
			for b := range c.Batches(context.Background()) {
				head, tail := b.Slices()
				for _, v := range head {
					sum += v
				}
				for _, v := range tail {
					sum += v
				}
			}
			sums[i] = sum
		})
	}
	for range t.producers {
		if t.producers == 1 {
			p := ring.SingleProducer()
			producers.Go(func() { behaviour.ProduceSingle(p, n, batch) })
		} else {
			p := ring.MultiProducer()
			producers.Go(func() { produceMulti(p, n, batch) })
		}
	}
	producers.Wait()
	ring.Close()
	stages.Wait()
	return sums, time.Since(begin)
}

func produceMulti(p *disruptor.MultiProducer[int64], n, batch int) {
	ctx := context.Background()
	for i := 0; i < n; i += batch {
		b, err := p.Claim(ctx, batch)
		if err != nil {
			panic(err)
		}
		if batch == 1 {
			*b.At(0) = int64(i)
		} else {
			behaviour.Fill(b, int64(i))
		}
		p.Publish(b)
	}
}

// runChannels does the same with channels, one for each pair of a stage and one that follows it.
func (t topology) runChannels(capacity, n int) ([]int64, time.Duration) {
	type edge = chan int64
	inputs := make([][]edge, len(t.after))
	outputs := make([][]edge, len(t.after))
	var first []edge
	for i, after := range t.after {
		if len(after) == 0 {
			c := make(edge, capacity)
			first, inputs[i] = append(first, c), []edge{c}
		}
		for _, j := range after {
			c := make(edge, capacity)
			inputs[i], outputs[j] = append(inputs[i], c), append(outputs[j], c)
		}
	}
	sums := make([]int64, len(t.after))
	var producers, stages sync.WaitGroup
	begin := time.Now()
	for i := range t.after {
		stages.Go(func() {
			sum := int64(0)
			for v := range inputs[i][0] {
				for _, in := range inputs[i][1:] {
					<-in
				}
				sum += v
				for _, out := range outputs[i] {
					out <- v
				}
			}
			sums[i] = sum
			for _, out := range outputs[i] {
				close(out)
			}
		})
	}
	for range t.producers {
		producers.Go(func() {
			for i := range int64(n) {
				for _, c := range first {
					c <- i
				}
			}
		})
	}
	producers.Wait()
	for _, c := range first {
		close(c)
	}
	stages.Wait()
	return sums, time.Since(begin)
}

// A subject is one row of the benchmarks.
type subject struct {
	name string
	run  func(n int) ([]int64, time.Duration)
}

var benchWaits = []struct {
	name string
	wait disruptor.WaitStrategy
}{
	{"spin", disruptor.SpinWait{}},
	{"yield", disruptor.YieldWait{}},
	{"block", disruptor.BlockWait{}},
}

func (t topology) subjects(batch int) []subject {
	channels := func(n int) ([]int64, time.Duration) { return t.runChannels(behaviour.BenchCapacity, n) }
	subjects := []subject{{"channel", channels}}
	for _, w := range benchWaits {
		subjects = append(subjects, subject{"ring-" + w.name, func(n int) ([]int64, time.Duration) {
			return t.runRing(disruptor.Config{Capacity: behaviour.BenchCapacity, Wait: w.wait}, n, batch)
		}})
	}
	return subjects
}

// measure runs s with n events per producer, checks the sums and returns the time per event.
func (t topology) measure(tb testing.TB, s subject, n int) float64 {
	runtime.GC()
	sums, took := s.run(n)
	want := int64(t.producers) * int64(n) * int64(n-1) / 2
	for i, sum := range sums {
		if sum != want {
			tb.Fatalf("%s %s: stage %d has sum %d, not %d", t.name, s.name, i, sum, want)
		}
	}
	return float64(took.Nanoseconds()) / float64(n*t.producers)
}

// BenchmarkTopology measures each row alone, for profiles, and for benchstat on a quiet machine.
func BenchmarkTopology(b *testing.B) {
	for _, t := range topologies {
		for _, batch := range []int{1, 16, 64} {
			for _, s := range t.subjects(batch) {
				b.Run(fmt.Sprintf("%s/batch=%d/%s", t.name, batch, s.name), func(b *testing.B) {
					n := (b.N/t.producers + batch) / batch * batch
					b.ResetTimer()
					b.ReportMetric(t.measure(b, s, n), "ns/event")
				})
			}
		}
	}
}

// BenchmarkAgainstChannel gives ratios that hold on a machine whose speed drifts: in each round every subject runs once,
// in random order, between two ping-pongs of a cache line. Where virtual CPUs move between sockets the ping-pong has two
// modes; a run counts if both of its ping-pongs were within 1.5 of the fastest, and one that does not is tried again, up
// to three times. Run it with -benchtime 1x; there are 15 rounds.
func BenchmarkAgainstChannel(b *testing.B) {
	rounds, tries, fastest := behaviour.RoundsAndTries()
	for _, t := range topologies {
		for _, batch := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/batch=%d", t.name, batch), func(b *testing.B) {
				events := 1 << 20 / t.producers / 64 * 64
				if testing.Short() {
					events = 1 << 12
				}
				subjects := t.subjects(batch)
				kept, total := behaviour.Interleaved(rounds*b.N, tries, fastest, len(subjects), func(i int) float64 {
					return t.measure(b, subjects[i], events)
				})
				channel := behaviour.Quantile(kept[0], 0.5)
				for i, s := range subjects {
					ns := behaviour.Quantile(kept[i], 0.5)
					b.Logf("%-9s batch %-2d %-10s %8.2f ns/event [%.2f %.2f] kept %d/%d  %6.1fx channel", t.name, batch,
						s.name, ns, behaviour.Quantile(kept[i], 0.25), behaviour.Quantile(kept[i], 0.75), len(kept[i]), total[i], channel/ns)
					b.ReportMetric(ns, s.name+"-ns")
				}
				b.ReportMetric(fastest, "fastest-ping-pong-ns")
			})
		}
	}
}
