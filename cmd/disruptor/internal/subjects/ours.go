package subjects

import (
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

// A setting is one way to use this library.
type setting struct {
	name      string
	wait      disruptor.WaitStrategy
	backoff   time.Duration
	producers disruptor.Producers
	read      reading
	send      bool                                                                   // events one at a time by Send, not by Claim and Publish
	sharing   func(ring *disruptor.Ring[[1]int64], workers int) []func() wiring.Seen // Share
}

// reading is how a consumer goes through what it is handed.
type reading int

const (
	slices reading = iota
	all
	poll
)

// Ours offers this library in each setting that makes sense for c.
func Ours(c harness.Case) []harness.Subject {
	if c.Between {
		return oursBetween(c)
	}
	var subjects []harness.Subject
	for _, s := range ourSettings(c) {
		if run := s.run(c); run != nil {
			subjects = append(subjects, harness.Subject{Name: "disruptor", Group: "disruptor", Setting: s.name, Run: run})
		}
	}
	return subjects
}

// ourSettings returns what is measured for c: first the defaults, a Config with nothing but its Capacity.
func ourSettings(c harness.Case) []setting {
	byDefault := setting{name: "default"} // both sides wait by BlockWait{}, and there may be several producers
	spin := setting{name: "spin", wait: disruptor.SpinWait{}}
	yield := setting{name: "yield", wait: disruptor.YieldWait{}}
	block := setting{name: "block", wait: disruptor.BlockWait{}} // with a SingleProducer; else it is the default
	parks := setting{name: "block, parks at once", wait: disruptor.BlockWait{Spin: -1}}
	fences := setting{name: "block, parks at once, fences", wait: disruptor.BlockWait{Spin: -1, Fence: true}}
	sleep := setting{name: "sleep", wait: disruptor.SleepWait{}}
	long := 8 * time.Microsecond
	if c.Words > 1 {
		long = 30 * time.Microsecond // the more bytes, the longer until the caches have them
	}
	far := setting{name: fmt.Sprint("yield, backs off ", long), wait: yield.wait, backoff: long}
	blockFar := setting{name: fmt.Sprint("block, backs off ", long), wait: block.wait, backoff: long}
	close := setting{name: "yield, no back-off", wait: yield.wait, backoff: -1}
	defaults := []setting{byDefault}
	if c.Batch == 1 {
		defaults = append(defaults, sends(byDefault)...)
	}
	switch c.Kind {
	case harness.Echo:
		if c.Every > 0 {
			return append(defaults, single(block)...)
		}
		return append(defaults, single(spin, yield, block, parks, fences)...)
	case harness.Wake:
		return append(defaults, single(block, parks, fences)...)
	case harness.Idle:
		return []setting{byDefault, parks, sleep}
	case harness.Paced:
		return append(defaults, single(close, yield, block)...)
	case harness.Gather, harness.Bare, harness.Keyed:
		return append([]setting{byDefault}, single(yield, block)...)
	case harness.Share:
		if c.Producers == 1 {
			return sharing(append([]setting{byDefault, yield}, single(yield, block)...)...)
		}
		return sharing(byDefault, yield)
	}
	switch {
	case c.Producers > 1 && c.Lean:
		return append(defaults, yield)
	case c.Producers > 1:
		settings := append(defaults, spin, yield)
		if c.Batch == 1 {
			settings = append(settings, sends(yield)...)
		}
		return settings
	case c.Lean:
		return append(defaults, single(yield, block, far)...)
	case c.Poll:
		for i := range defaults {
			defaults[i].read = poll
		}
		return append(defaults, reads(single(yield), poll, "TryNext")...)
	}
	settings := append(append(defaults, single(spin, yield, block, far, blockFar)...), yield)
	if c.Batch > 1 {
		return append(settings, reads(single(yield, block, far), all, "All")...)
	}
	return append(settings, sends(single(yield, block, far)...)...)
}

// single makes settings with a SingleProducer of settings with a MultiProducer.
func single(settings ...setting) []setting {
	for i := range settings {
		settings[i].producers = disruptor.Single
		settings[i].name += ", single"
	}
	return settings
}

// sends makes settings that send of settings that claim and publish.
func sends(settings ...setting) []setting {
	for i := range settings {
		settings[i].send = true
		settings[i].name += ", Send"
	}
	return settings
}

func reads(settings []setting, read reading, name string) []setting {
	for i := range settings {
		settings[i].read = read
		settings[i].name += ", " + name
	}
	return settings
}

// run returns what s does for c, or nil.
func (s setting) run(c harness.Case) func(int64) (harness.Sample, error) {
	switch c.Kind {
	case harness.Echo:
		return func(n int64) (harness.Sample, error) { return s.echo(c, n) }
	case harness.Wake:
		return func(n int64) (harness.Sample, error) { return s.wake(c, n) }
	case harness.Idle:
		return func(int64) (harness.Sample, error) { return s.idle(c) }
	case harness.Paced:
		return func(n int64) (harness.Sample, error) { return s.paced(c, n) }
	case harness.Bare:
		return func(n int64) (harness.Sample, error) { return s.bare(c, n) }
	case harness.Gather:
		return func(n int64) (harness.Sample, error) { return s.gather(c, n) }
	case harness.Keyed:
		return func(n int64) (harness.Sample, error) { return s.keyed(c, n) }
	case harness.Share:
		return func(n int64) (harness.Sample, error) { return s.share(c, n) }
	}
	var stream func(setting, harness.Case, int64) (harness.Sample, error)
	switch c.Words {
	case 1:
		stream = streamOurs[[1]int64]
	case 8:
		stream = streamOurs[[8]int64]
	case 32:
		stream = streamOurs[[32]int64]
	case 2048:
		stream = streamOurs[[2048]int64]
	default:
		return nil
	}
	return func(n int64) (harness.Sample, error) { return stream(s, c, n) }
}

func open[T any](s setting, c harness.Case) *disruptor.Ring[T] {
	ring, err := disruptor.New[T](disruptor.Config{Capacity: c.Capacity, Wait: s.wait, Producers: s.producers, Backoff: s.backoff})
	if err != nil {
		panic(fmt.Sprintf("case %s: %v", c.Name(), err))
	}
	return ring
}

// follow makes the consumers of a case, each after the consumers it follows.
func follow[T any](ring *disruptor.Ring[T], after [][]int) []*disruptor.Consumer[T] {
	consumers := make([]*disruptor.Consumer[T], len(after))
	for i, stages := range after {
		var before []*disruptor.Consumer[T]
		for _, j := range stages {
			before = append(before, consumers[j])
		}
		consumers[i] = ring.Consumer(fmt.Sprint("stage ", i), before...)
	}
	return consumers
}
