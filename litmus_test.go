package disruptor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/machine"
	"github.com/be395dad/disruptor/internal/race"
)

// A litmus test runs two or three goroutines of a few steps each against each other, many times,
// each time on a fresh ring. What they have seen makes up the outcome of a run. Some outcomes
// must never occur.
type litmus struct {
	name      string
	cfg       Config
	runs      int // 0 means 200
	forbidden func(outcome string) bool
	// run returns the goroutines. Each writes what it saw to its place in *seen.
	run func(r *Ring[litmusEvent], seen *[3]string) []func()
}

// litmusEvent has plain fields: a consumer that reads an old value there was handed the slot too
// early.
type litmusEvent struct{ a, b, stamp int64 }

// TestForbiddenOutcomesAreNeverMet logs how often each outcome was met, under -v.
func TestForbiddenOutcomesAreNeverMet(t *testing.T) {
	waits := []WaitStrategy{YieldWait{}, BlockWait{Spin: -1}} // a store-release and a look, and a full fence
	for _, l := range litmusTests {
		for _, wait := range waits {
			t.Run(fmt.Sprintf("%s/%T", l.name, wait), func(t *testing.T) {
				l.cfg.Wait = wait
				if l.runs == 0 {
					l.runs = 200
				}
				met := make(map[string]int)
				rnd := rand.New(rand.NewPCG(5, 6))
				for range l.runs * race.Scale {
					met[l.once(t, rnd)]++
				}
				t.Log(met)
				for outcome, n := range met {
					require.False(t, l.forbidden(outcome), "%d times: %s", n, outcome)
				}
			})
		}
	}
}

func (l *litmus) once(t *testing.T, rnd *rand.Rand) string {
	r := newRing[litmusEvent](t, l.cfg)
	var seen [3]string
	var wg sync.WaitGroup
	var ready word
	steps := l.run(r, &seen)
	patience := 5000 * race.Scale // until the other processor, if it is free, has taken the other goroutine
	if len(steps) > 2 {
		patience = 100
	}
	for _, f := range steps {
		delay, turns := rnd.IntN(40), rnd.IntN(3)
		wg.Go(func() {
			// Goroutines woken by a channel would run one after the other on the waker's processor.
			ready.add(1)
			for n := 1; ready.load() < int64(len(steps)); n++ {
				if n%patience == 0 {
					runtime.Gosched()
				}
			}
			for range turns { // on one processor only this varies the order
				runtime.Gosched()
			}
			machine.Pause(delay)
			f()
		})
	}
	wg.Wait()
	return strings.Join(seen[:], "; ")
}

// only forbids every outcome but these.
func only(allowed ...string) func(string) bool {
	return func(outcome string) bool { return !slices.Contains(allowed, outcome) }
}

// sequences returns the sequences that a consumer is handed now, without waiting.
func sequences(c *Consumer[litmusEvent]) (seqs []int64) {
	for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
		for s := range b.All() {
			seqs = append(seqs, s)
		}
		c.Done(b)
	}
	return seqs
}

var litmusTests = []litmus{
	{
		name: "publish: who is handed a slot sees what was written to it",
		cfg:  Config{Capacity: 1},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			c, p := r.Consumer("c"), r.MultiProducer()
			return []func(){
				func() { b, _ := p.TryClaim(1); b.At(0).a = 1; b.At(0).b = 2; p.Publish(b) },
				func() {
					if b, ok := c.TryNext(); ok {
						seen[0] = fmt.Sprint("handed ", b.At(0).a, b.At(0).b)
					}
				},
			}
		},
		forbidden: only("; ; ", "handed 1 2; ; "),
	},
	{
		name: "reuse: who is not done is not overwritten",
		cfg:  Config{Capacity: 1, Producers: Single},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			c, p := r.Consumer("c"), r.SingleProducer()
			p.TrySend(litmusEvent{a: 1, b: 1})
			return []func(){
				func() { seen[0] = fmt.Sprint(p.TrySend(litmusEvent{a: 2, b: 2})) },
				func() {
					b, _ := c.TryNext()
					seen[1] = fmt.Sprint(b.At(0).a, b.At(0).b)
					b.At(0).stamp = 1 // a consumer may also write
					c.Done(b)
				},
			}
		},
		forbidden: only("false; 1 1; ", "true; 1 1; "),
	},
	{
		name: "stage: who comes after sees what was done before",
		cfg:  Config{Capacity: 2, Producers: Single},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			first := r.Consumer("first")
			second := r.Consumer("second", first)
			r.SingleProducer().TrySend(litmusEvent{})
			return []func(){
				func() { b, _ := first.TryNext(); b.At(0).stamp = 7; first.Done(b) },
				func() {
					if b, ok := second.TryNext(); ok {
						seen[0] = fmt.Sprint("handed ", b.At(0).stamp)
					}
				},
			}
		},
		forbidden: only("; ; ", "handed 7; ; "),
	},
	{
		name: "abort: nobody is handed an aborted slot, on the ring or behind another",
		cfg:  Config{Capacity: 4},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			first := r.Consumer("first")
			second := r.Consumer("second", first)
			p := r.MultiProducer()
			x, _ := p.TryClaim(1)
			y, _ := p.TryClaim(2)
			return []func(){
				func() { rest, last := y.Split(1); p.Publish(x); p.Abort(rest); p.Publish(last) },
				func() { seen[0] = fmt.Sprint(sequences(first)) },
				func() { seen[1] = fmt.Sprint(sequences(second)) },
			}
		},
		forbidden: func(outcome string) bool { return strings.Contains(outcome, "1") },
	},
	{
		name: "join: a claim that laps the joiner does not pass it by",
		cfg:  Config{Capacity: 1},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			p := r.MultiProducer()
			sent := 0
			return []func(){
				func() {
					for range 3 {
						if p.TrySend(litmusEvent{a: int64(sent)}) {
							sent++
						}
					}
				},
				func() {
					c := r.Consumer("c")
					from := c.Position()
					b, ok := c.TryNext()
					switch {
					case from > r.Published():
						seen[0] = "joined at what was never published"
					case ok && (b.From() != from || b.At(0).a != from):
						seen[0] = fmt.Sprintf("joined at %d, handed %d of %d", from, b.At(0).a, b.From())
					}
				},
			}
		},
		forbidden: only("; ; "),
	},
	{
		name: "join: two streams that need no consumer stop for one that joins",
		cfg:  Config{Capacity: 2},
		runs: 20,
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			p := r.MultiProducer()
			var joined word
			stream := func() {
				for joined.load() == 0 {
					if b, ok := p.TryClaim(1); ok {
						b.At(0).a = b.From()
						p.Publish(b)
					} else {
						runtime.Gosched()
					}
				}
			}
			return []func(){stream, stream, func() {
				for i := range 10 {
					c := r.Consumer("c")
					next := c.Position()
					for range i {
						b, _ := c.TryNext()
						for s, e := range b.All() {
							if s != next || e.a != s {
								seen[0] = fmt.Sprintf("handed %d of %d in the place of %d", e.a, s, next)
							}
							next++
						}
						c.Done(b)
					}
					c.Close()
				}
				joined.store(1)
			}}
		},
		forbidden: only("; ; "),
	},
	{
		name: "leave: the last one's slots are not claimed while another joins",
		cfg:  Config{Capacity: 1},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			old, p := r.Consumer("old"), r.MultiProducer()
			p.TrySend(litmusEvent{a: 0})
			return []func(){
				func() {
					b, _ := old.TryNext()
					if a := b.At(0).a; a != 0 {
						seen[0] = fmt.Sprint("0 was overwritten by ", a)
					}
					old.Close()
				},
				func() {
					for range 2 { // the first may find no room, and the second be sequence 1
						if b, ok := p.TryClaim(1); ok {
							b.At(0).a = b.From()
							p.Publish(b)
						}
					}
				},
				func() {
					c := r.Consumer("new")
					from := c.Position()
					if b, ok := c.TryNext(); ok && b.At(0).a != from {
						seen[1] = fmt.Sprintf("joined at %d, handed %d", from, b.At(0).a)
					}
				},
			}
		},
		forbidden: only("; ; "),
	},
	closeLitmus(Single),
	closeLitmus(Multi),
	streamLitmus(Single),
	streamLitmus(Multi),
	{
		name: "claim: two that claim at once get different slots",
		cfg:  Config{Capacity: 2},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			p := r.MultiProducer()
			claim := func(i int) func() {
				return func() { b, _ := p.TryClaim(1); b.At(0).a++; seen[i] = fmt.Sprint(b.From()) }
			}
			return []func(){claim(0), claim(1)}
		},
		forbidden: only("0; 1; ", "1; 0; "),
	},
}

// closeLitmus: a claim against Close, and two consumers that find the end. Accepted or not, all agree.
func closeLitmus(producers Producers) litmus {
	return litmus{
		name: fmt.Sprint("close: what is accepted is seen by all, what is refused by nobody/", producers),
		cfg:  Config{Capacity: 1, Producers: producers},
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			x, y, p := r.Consumer("x"), r.Consumer("y"), newProducer(r)
			drain := func(c *Consumer[litmusEvent], i int) func() {
				return func() {
					n := 0
					for b := range c.Batches(context.Background()) {
						n += b.Len()
					}
					seen[i] = fmt.Sprint(n)
				}
			}
			return []func(){
				func() {
					if seen[0] = "refused"; p.TrySend(litmusEvent{}) {
						seen[0] = "accepted"
					}
				},
				r.Close,
				drain(x, 1),
				drain(y, 2),
			}
		},
		forbidden: only("accepted; 1; 1", "refused; 0; 0"),
	}
}

// streamLitmus: Close against claims that follow one another so closely that one of them is
// always under way. The producer also reads, so that the ring is never full. A consumer that has
// found the end does not look again, so the end must be behind every accepted event.
func streamLitmus(producers Producers) litmus {
	return litmus{
		name: fmt.Sprint("close: the end is behind all that is accepted of a stream/", producers),
		cfg:  Config{Capacity: 64, Producers: producers},
		runs: 100,
		run: func(r *Ring[litmusEvent], seen *[3]string) []func() {
			c, p := r.Consumer("c"), newProducer(r)
			closing := func() {
				for n := 0; c.Position() == 0 && n < 10_000; n++ { // until the stream flows
				}
				r.Close()
			}
			return []func(){closing, func() {
				accepted := int64(0)
				for r.Err() == nil {
					for p.TrySend(litmusEvent{}) {
						accepted++
					}
					sequences(c)
				}
				r.Close() // returns when the end is fixed
				if end := r.core.end.load(); end != accepted {
					seen[0] = fmt.Sprintf("%d accepted, but the end is %d", accepted, end)
				}
			}}
		},
		forbidden: only("; ; "),
	}
}
