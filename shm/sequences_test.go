//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// startAt makes a new ring one in which that many sequences were claimed before.
func startAt(c *core, seq int64) {
	for s := max(seq-c.Capacity, 0); s < seq; s++ {
		c.mark(s).Store(int64(published(s)))
	}
	c.control.cursor.Store(seq)
}

// A ring works up to maxSequence, and then fails with an error, not by an overflow.
func TestTheLastSequences(t *testing.T) {
	for _, marks := range []Marks{EmbeddedMarks, SeparateMarks} {
		r, path := newRing[tick](t, Config{Capacity: 8, Marks: marks})
		startAt(r.core, maxSequence-100)
		o := openRing[tick](t, path, Options{})
		p := newProducer(t, r)
		a := newConsumer(t, o, ConsumerConfig{Name: "a"})
		b := newConsumer(t, r, ConsumerConfig{Name: "b", After: []string{"a"}})
		require.Equal(t, int64(maxSequence-100), a.Position())
		ctx := long(t)
		sent := int64(maxSequence - 100)
		for {
			claim, err := p.Claim(ctx, 5)
			if err != nil {
				require.ErrorIs(t, err, ErrCorrupt)
				require.ErrorContains(t, err, "cursor at 1152921504606846971 after ")
				break
			}
			require.Equal(t, sent, claim.From())
			sent += 5
			*claim.At(4) = tick{ID: sent}
			head, rest := claim.Split(1)
			p.Abort(head)
			p.Publish(rest)
			for _, c := range []*Consumer[tick]{a, b} {
				got, err := c.Next(ctx)
				require.NoError(t, err)
				require.Equal(t, []int64{sent - 4, sent}, []int64{got.From(), got.To()})
				require.Equal(t, sent, got.At(3).ID)
				c.Done(got)
			}
			require.Equal(t, []int64{sent, sent}, []int64{r.Stats().Published, o.Stats().Claimed})
		}
		require.Equal(t, int64(maxSequence-5), sent)
		require.ErrorIs(t, r.Err(), ErrCorrupt)
		require.ErrorIs(t, o.Err(), ErrCorrupt)
	}
}

func TestJoinBeyondAllSequences(t *testing.T) {
	for _, cursor := range []int64{maxSequence, maxSequence + maxCapacity, math.MaxInt64} {
		r, _ := newRing[tick](t, Config{Capacity: 8})
		startAt(r.core, cursor)
		_, err := r.Consumer(ConsumerConfig{})
		require.ErrorIs(t, err, ErrCorrupt)
		require.Regexp(t, "^shm: closed: shm: ring is corrupt: cursor at [0-9]+$", err.Error())
	}
}

// Each way in which another process's value is found wrong, and its text.
func TestWhatIsCorrupt(t *testing.T) {
	for text, act := range map[string]func(*Ring[tick], *Producer[tick], *Consumer[tick]){
		"cursor at 1 after 2": func(r *Ring[tick], p *Producer[tick], _ *Consumer[tick]) {
			r.core.control.cursor.Store(1)
			p.TrySend(tick{})
		},
		"a consumer at 900, beyond the cursor at 3": func(r *Ring[tick], p *Producer[tick], c *Consumer[tick]) {
			r.core.place(0).position.Store(900)
			p.TryClaim(8)
		},
		"a consumer at 1152921504606846976, beyond the cursor at 3": func(r *Ring[tick], p *Producer[tick], c *Consumer[tick]) {
			r.core.control.members.Store(1 << 63)
			p.TryClaim(8)
		},
		"the mark of sequence 0 is 18, of a later lap": func(r *Ring[tick], _ *Producer[tick], c *Consumer[tick]) {
			r.core.mark(0).Store(int64(published(8)))
			c.TryNext()
		},
		"a consumer at 20, more than a lap beyond one that follows it at 0": func(r *Ring[tick], _ *Producer[tick], c *Consumer[tick]) {
			f, err := r.Consumer(ConsumerConfig{After: []string{"c"}})
			require.NoError(t, err)
			f.read.next, f.read.ready = 0, 0
			r.core.place(0).position.Store(20)
			f.TryNext()
			require.ErrorIs(t, f.read.gone, ErrCorrupt)
		},
		"a held consumer at 900, and the cursor at 3": func(r *Ring[tick], _ *Producer[tick], c *Consumer[tick]) {
			st := state(r.core.place(0).state.Load())
			r.core.place(0).state.Store(uint64(st.to(held).by(nobody)))
			r.core.place(0).position.Store(900)
			_, err := r.Consumer(ConsumerConfig{Name: "c"})
			require.ErrorIs(t, err, ErrCorrupt)
		},
	} {
		r, _ := newRing[tick](t, Config{Capacity: 8, MaxConsumers: 8})
		p, c := newProducer(t, r), newConsumer(t, r, ConsumerConfig{Name: "c"})
		for range 3 {
			require.True(t, p.TrySend(tick{}))
		}
		act(r, p, c)
		require.EqualError(t, r.Err(), "shm: closed: shm: ring is corrupt: "+text, text)
	}
}
