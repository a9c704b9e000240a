package behaviour

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// A claim of a Multi ring is published or aborted a second time, in part after the whole or as a whole after a part.

type multiBatch = disruptor.Batch[int64]

// A secondTime is one way to do so. The claim is b; it consists of head and rest.
type secondTime struct {
	name  string
	first func(p *disruptor.MultiProducer[int64], b, rest multiBatch)
	// again is the range that comes a second time.
	again func(b, rest multiBatch) multiBatch
	// mend publishes what is still open.
	mend func(p *disruptor.MultiProducer[int64], head multiBatch)
	// seen is the part of b that consumers are handed in the end.
	seen func(b, head multiBatch) multiBatch
}

var (
	theWhole  = func(b, _ multiBatch) multiBatch { return b }
	theSecond = func(_, second multiBatch) multiBatch { return second }
	theNone   = func(b, _ multiBatch) multiBatch { none, _ := b.Split(0); return none }
	isWhole   = func(*disruptor.MultiProducer[int64], multiBatch) {}
)

var secondTimes = []secondTime{
	{
		"a part of what is published",
		func(p *disruptor.MultiProducer[int64], b, _ multiBatch) { p.Publish(b) },
		theSecond, isWhole, theWhole,
	},
	{
		"a part of what is aborted",
		func(p *disruptor.MultiProducer[int64], b, _ multiBatch) { p.Abort(b) },
		theSecond, isWhole, theNone,
	},
	{
		"the whole of which a part is aborted",
		func(p *disruptor.MultiProducer[int64], _, rest multiBatch) { p.Abort(rest) },
		theWhole,
		func(p *disruptor.MultiProducer[int64], head multiBatch) { p.Publish(head) },
		theSecond,
	},
	{
		"the whole of which a part is published",
		func(p *disruptor.MultiProducer[int64], _, rest multiBatch) { p.Publish(rest) },
		theWhole,
		func(p *disruptor.MultiProducer[int64], head multiBatch) { p.Publish(head) },
		theWhole,
	},
}

// Without disruptor_debug Publish does not find these, and its documentation says so.
func TestASecondTimeIsFoundAndLosesNothing(t *testing.T) {
	for _, start := range []int64{0, 1<<41 + 3} {
		for _, second := range secondTimes {
			for _, gap := range []bool{false, true} {
				name := second.name
				if gap {
					name += " behind a gap"
				}
				t.Run(name+"/Abort", func(t *testing.T) { secondTimeRound(t, start, second, gap, false) })
				if debugTag {
					t.Run(name+"/Publish", func(t *testing.T) { secondTimeRound(t, start, second, gap, true) })
				}
			}
		}
	}
}

// secondTimeRound does it in a ring of 8 slots of which, with a gap, the first two that are claimed stay open.
func secondTimeRound(t *testing.T, start int64, second secondTime, gap, publishes bool) {
	rnd := rand.New(rand.NewPCG(uint64(start), 1))
	r := newRingWithHistory[int64](t, disruptor.Config{Capacity: 8}, start, rnd)
	p := r.MultiProducer()
	root := r.Consumer("root")
	stage := r.Consumer("stage", root)
	var open multiBatch
	if gap {
		open = claim(t, p, 2)
	}
	b := claim(t, p, 4)
	head, rest := b.Split(2)
	second.first(p, b, rest)
	late := r.Consumer("late")

	again := second.again(b, rest)
	for range 2 {
		require.Panics(t, func() {
			if publishes {
				p.Publish(again)
			} else {
				p.Abort(again)
			}
		})
	}

	var want []int64
	if gap {
		p.Publish(open)
		collect(&want, open)
	}
	second.mend(p, head)
	seen := second.seen(b, head)
	collect(&want, seen)
	fromLate := make([]int64, 0, 8)
	for _, seq := range want {
		if seq >= late.Position() {
			fromLate = append(fromLate, seq)
		}
	}
	require.Equal(t, b.To(), r.Published(), "nothing is open any more")
	for range 3 { // and the next laps are as ever
		requireEvents(t, root, want)
		requireEvents(t, stage, want)
		requireEvents(t, late, fromLate)
		want = nil
		for seq := range publish(t, p, 7).All() {
			want = append(want, seq)
		}
		fromLate = want
	}
}

// requireEvents requires that c is handed these events now, and hands them back.
func requireEvents(t *testing.T, c *disruptor.Consumer[int64], want []int64) {
	t.Helper()
	got := []int64{}
	for b, ok := c.TryNext(); ok; b, ok = c.TryNext() {
		collect(&got, b)
		c.Done(b)
	}
	require.Equal(t, append([]int64{}, want...), got, c.Name())
}

// The texts, of the five that were met first.
func TestASecondTimeIsNamed(t *testing.T) {
	for _, c := range []struct {
		name string
		gap  bool
		only bool // with disruptor_debug
		do   func(p *disruptor.MultiProducer[int64], b, rest multiBatch)
		text string
	}{
		{"publish, publish the rest", false, true, func(p *disruptor.MultiProducer[int64], b, rest multiBatch) {
			p.Publish(b)
			p.Publish(rest)
		}, "[2, 4)"},
		{"abort, publish the rest", false, true, func(p *disruptor.MultiProducer[int64], b, rest multiBatch) {
			p.Abort(b)
			p.Publish(rest)
		}, "[2, 4)"},
		{"abort the rest, publish", false, true, func(p *disruptor.MultiProducer[int64], b, rest multiBatch) {
			p.Abort(rest)
			p.Publish(b)
		}, "[0, 4)"},
		{"behind a gap: publish, publish the rest", true, true, func(p *disruptor.MultiProducer[int64], b, rest multiBatch) {
			p.Publish(b)
			p.Publish(rest)
		}, "[4, 6)"},
		{"behind a gap: publish, abort the rest", true, false, func(p *disruptor.MultiProducer[int64], b, rest multiBatch) {
			p.Publish(b)
			p.Abort(rest)
		}, "[4, 6)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.only && !debugTag {
				t.Skip("needs disruptor_debug")
			}
			p := newRing[int64](t, disruptor.Config{Capacity: 8}).MultiProducer()
			if c.gap {
				claim(t, p, 2)
			}
			b := claim(t, p, 4)
			_, rest := b.Split(2)
			requirePanics(t, "disruptor: sequences "+c.text+" published or aborted twice", func() { c.do(p, b, rest) })
		})
	}
}
