package behaviour

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Each handle remembers what it has claimed. Whichever handle a batch is published or aborted through, and whichever
// comes a second time, it is found, and nothing is lost.
func TestASecondTimeIsFoundThroughAnyHandle(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { anyHandleRound(t, rand.New(rand.NewPCG(seed, 2))) })
	}
}

// A part is a batch, or one of the two that it was split into.
type part struct {
	multiBatch
	by    int // the handle that claimed it
	done  bool
	whole *multiBatch // of a first part: the batch
}

func anyHandleRound(t *testing.T, rnd *rand.Rand) {
	r := newRingWithHistory[int64](t, disruptor.Config{Capacity: 8}, int64(rnd.IntN(2))<<41, rnd)
	handles := []*disruptor.MultiProducer[int64]{r.MultiProducer(), r.MultiProducer(), r.MultiProducer()}
	alone := rnd.IntN(2) == 0 // each publishes what it has claimed, but for second times
	consumer := r.Consumer("c")
	var all []*part
	aborted := map[int64]bool{}
	var got []int64
	begin := consumer.Position()
	drain := func() {
		for b, ok := consumer.TryNext(); ok; b, ok = consumer.TryNext() {
			collect(&got, b)
			consumer.Done(b)
		}
	}
	finish := func(p *disruptor.MultiProducer[int64], b multiBatch, aborts bool) {
		if aborts {
			p.Abort(b)
		} else {
			p.Publish(b)
		}
	}
	for range 200 {
		switch i := len(all) - 1 - rnd.IntN(6); {
		case rnd.IntN(3) == 0 || i < 0:
			by := rnd.IntN(len(handles))
			b, ok := handles[by].TryClaim(1 + rnd.IntN(3))
			if !ok {
				drain()
				continue
			}
			for i := range b.Len() {
				*b.At(i) = b.From() + int64(i)
			}
			if head, rest := b.Split(1); rest.Len() > 0 && rnd.IntN(3) == 0 {
				all = append(all, &part{multiBatch: head, by: by, whole: &b}, &part{multiBatch: rest, by: by})
			} else {
				all = append(all, &part{multiBatch: b, by: by})
			}
		case !all[i].done:
			c := all[i]
			by, aborts := c.by, rnd.IntN(4) == 0
			if !alone {
				by = rnd.IntN(len(handles))
			}
			finish(handles[by], c.multiBatch, aborts)
			c.done = true
			for seq := c.From(); aborts && seq < c.To(); seq++ {
				aborted[seq] = true
			}
		default:
			c := all[i]
			again, p := c.multiBatch, handles[rnd.IntN(len(handles))]
			if c.whole != nil && rnd.IntN(2) == 0 {
				again = *c.whole
			}
			require.Panics(t, func() { finish(p, again, rnd.IntN(2) == 0) }, "%d to %d", again.From(), again.To())
		}
		if rnd.IntN(4) == 0 {
			drain()
		}
	}
	for _, c := range all {
		if !c.done {
			handles[c.by].Publish(c.multiBatch)
		}
	}
	drain()
	var want []int64
	for seq := begin; seq < r.Published(); seq++ {
		if !aborted[seq] {
			want = append(want, seq)
		}
	}
	require.Equal(t, want, got)
}
