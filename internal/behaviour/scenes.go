package behaviour

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// The behaviour suite is one body of tests over every way to configure a ring, every size that is an edge, and every
// part of the stream. In its rings each event is its sequence, so that a wrong slot shows at once.

// A scene is a configuration and the sequence at which the ring starts.
type scene struct {
	disruptor.Config
	start int64
}

// sequencesLeft is how many sequences a ring that starts near the last one has left: enough for any test here.
const sequencesLeft = 1 << 20

// forEachScene runs test as a subtest of each variant, capacity and start: fresh memory; somewhere in the stream, with
// the marks of older ranges; the same with Config.Clear, which has producers wait for another word; and shortly before
// the last sequence. With the race detector each variant and capacity has one of the four starts, another one from run
// to run: all of them take it half a minute for some tests.
func forEachScene(t *testing.T, test func(t *testing.T, s scene)) {
	forEachSceneOf(t, variants(), test)
}

// forEachMultiScene is forEachScene without the Single rings, which have one claim open at a time.
func forEachMultiScene(t *testing.T, test func(t *testing.T, s scene)) {
	multi := slices.DeleteFunc(variants(), func(v variant) bool { return v.producers == disruptor.Single })
	forEachSceneOf(t, multi, test)
}

// forEachSingleScene is forEachScene without the Multi rings.
func forEachSingleScene(t *testing.T, test func(t *testing.T, s scene)) {
	single := slices.DeleteFunc(variants(), func(v variant) bool { return v.producers == disruptor.Multi })
	forEachSceneOf(t, single, test)
}

func forEachSceneOf(t *testing.T, variants []variant, test func(t *testing.T, s scene)) {
	starts := []struct {
		name string
		at   func(capacity int) int64
	}{
		{"first", func(int) int64 { return 0 }},
		{"middle", func(int) int64 { return rand.Int64N(1 << 61) }},
		{"clear", func(int) int64 { return rand.Int64N(1 << 61) }},
		{"last", func(capacity int) int64 { return lastSequence - sequencesLeft - rand.Int64N(int64(capacity)) }},
	}
	first := rand.IntN(len(starts))
	for i, v := range variants {
		for j, capacity := range []int{1, 2, 8, 1024} {
			for k, start := range starts {
				if race.Enabled && (first+i+j+k)%len(starts) != 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%s", v.name, capacity, start.name), func(t *testing.T) {
					s := scene{v.config(capacity), start.at(capacity)}
					s.Clear = start.name == "clear"
					t.Logf("starts at %d", s.start) // all else that is random follows from it
					test(t, s)
				})
			}
		}
	}
}

// random returns the numbers that belong to this scene.
func (s scene) random() *rand.Rand { return rand.New(rand.NewPCG(uint64(s.start), uint64(s.Capacity))) }

// ring returns a ring of this scene and a producer of it.
func (s scene) ring(t testing.TB) (*disruptor.Ring[int64], disruptor.Producer[int64]) {
	t.Helper()
	r := newRingWithHistory[int64](t, s.Config, s.start, s.random())
	return r, newProducer(r)
}

// multi reports whether claims may be open side by side.
func (s scene) multi() bool { return s.Producers == disruptor.Multi }

// claim claims n slots, which must be free, and sets each to its sequence.
func claim(t testing.TB, p disruptor.Producer[int64], n int) disruptor.Batch[int64] {
	t.Helper()
	b, ok := p.TryClaim(n)
	require.True(t, ok, "no room for %d", n)
	require.Equal(t, n, b.Len())
	for s, v := range b.All() {
		*v = s
	}
	return b
}

// publish claims and publishes n slots, which must be free.
func publish(t testing.TB, p disruptor.Producer[int64], n int) disruptor.Batch[int64] {
	t.Helper()
	b := claim(t, p, n)
	p.Publish(b)
	return b
}

// abort claims n slots, which must be free, leaves rubbish in them, and gives them back so that
// they stay aborted. A Single producer would take them back, so there it first publishes the
// slots that follow.
func abort(t testing.TB, p disruptor.Producer[int64], n int) {
	t.Helper()
	if _, single := p.(*disruptor.SingleProducer[int64]); !single {
		b := claim(t, p, n)
		spoil(b)
		p.Abort(b)
		return
	}
	b := claim(t, p, n+1)
	head, rest := b.Split(n)
	spoil(head)
	p.Publish(rest)
	p.Abort(head)
}

func spoil(b disruptor.Batch[int64]) {
	for _, v := range b.All() {
		*v = -1
	}
}

// take returns the batch that c is handed now. It must be [from, to), and each event its sequence.
func take(t testing.TB, c *disruptor.Consumer[int64], from, to int64) disruptor.Batch[int64] {
	t.Helper()
	b, ok := c.TryNext()
	require.True(t, ok, "nothing is available, not even [%d, %d)", from, to)
	requireRange(t, b, from, to)
	return b
}

// advance makes c take and hand back everything below to, which must be available.
func advance(t testing.TB, c *disruptor.Consumer[int64], to int64) {
	t.Helper()
	for c.Position() < to {
		b, ok := c.TryNext()
		require.True(t, ok, "nothing is available at %d, below %d", c.Position(), to)
		head, _ := b.Split(int(min(to, b.To()) - b.From()))
		requireRange(t, head, b.From(), head.To())
		c.Done(head)
	}
}

// requireNothing requires that c is handed nothing.
func requireNothing(t testing.TB, c *disruptor.Consumer[int64]) {
	t.Helper()
	b, ok := c.TryNext()
	require.False(t, ok, "[%d, %d) is available", b.From(), b.To())
	require.Zero(t, b.Len())
}

func requireRange(t testing.TB, b disruptor.Batch[int64], from, to int64) {
	t.Helper()
	require.Equal(t, [2]int64{from, to}, [2]int64{b.From(), b.To()})
	for s, v := range b.All() {
		if *v != s {
			require.Equal(t, s, *v, "event of sequence %d", s)
		}
	}
}

// A lookingContext counts how often a wait has asked it whether it has ended.
type lookingContext struct {
	context.Context
	looks atomic.Int64
}

func (c *lookingContext) Err() error {
	c.looks.Add(1)
	return c.Context.Err()
}

// whileWaiting runs call on another goroutine and returns when that waits: it has looked at its
// context and, if wait, the strategy of r, parks, has parked. It returns a channel for the error
// of call.
func whileWaiting[T any](t testing.TB, r *disruptor.Ring[T], wait disruptor.WaitStrategy,
	call func(ctx context.Context) error) <-chan error {
	t.Helper()
	ctx := &lookingContext{Context: testContext(t)}
	result := make(chan error, 1)
	parking, before := parks(wait), r.Stats().Parks
	go func() { result <- call(ctx) }()
	eventually(t, func() bool {
		return ctx.looks.Load() > 0 && (!parking || r.Stats().Parks > before)
	}, "the call waits")
	return result
}

// slotOf returns the slot of a sequence. lap is all slots of the ring, claimed at once: a batch
// shows its slots whatever has become of them since.
func slotOf(lap disruptor.Batch[int64], seq int64) *int64 {
	return lap.At(int((seq - lap.From()) & int64(lap.Len()-1)))
}
