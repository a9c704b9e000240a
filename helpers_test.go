package disruptor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/race"
)

// This package has only the tests that look inside it, and a few helpers. Package behaviour has the
// tests from outside. It imports this package, so this one can't use its helpers.

// idleFunc is a strategy made of a function.
type idleFunc func(n int) Action

func (f idleFunc) Idle(n int) Action { return f(n) }

func newRing[T any](t testing.TB, cfg Config) *Ring[T] {
	t.Helper()
	r, err := New[T](cfg)
	require.NoError(t, err)
	return r
}

// newProducer returns a producer of either kind.
func newProducer[T any](r *Ring[T]) Producer[T] {
	if r.core.single {
		return r.SingleProducer()
	}
	return r.MultiProducer()
}

// testContext returns a context that ends, with a cause that names the test, if the test hangs.
func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Minute, fmt.Errorf("%s hangs", t.Name()))
	t.Cleanup(cancel)
	return ctx
}

// eventually waits until condition holds. It fails after a minute, so that no result depends on
// time.
func eventually(t testing.TB, condition func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !condition(); runtime.Gosched() {
		if time.Now().After(end) {
			require.FailNow(t, "never came true: "+what)
		}
	}
}

var errHandler = errors.New("no space left")

// litmusRounds returns how often to set two goroutines against each other: n times; less often with
// the race detector, which orders more than the code does; or a few times where only one of them
// can run, which finds nothing and takes 10 ms a round.
func litmusRounds(n int) int {
	switch {
	case runtime.GOMAXPROCS(0) == 1:
		return max(n/1000, 10)
	case race.Enabled:
		return max(n/10, 10)
	}
	return n
}

// requireSequences checks that c is handed [from, to), and hands it back.
func requireSequences(t *testing.T, ctx context.Context, c *Consumer[int], from, to int64) {
	t.Helper()
	for from < to {
		b, err := c.Next(ctx)
		require.NoError(t, err)
		require.Equal(t, from, b.From())
		require.LessOrEqual(t, b.To(), to)
		from = b.To()
		c.Done(b)
	}
}

// claim claims n slots, which must be free, and sets each to its sequence.
func claim(t testing.TB, p Producer[int64], n int) Batch[int64] {
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
func publish(t testing.TB, p Producer[int64], n int) Batch[int64] {
	t.Helper()
	b := claim(t, p, n)
	p.Publish(b)
	return b
}

// take returns the batch that c is handed now. It must be [from, to), and each event its sequence.
func take(t testing.TB, c *Consumer[int64], from, to int64) Batch[int64] {
	t.Helper()
	b, ok := c.TryNext()
	require.True(t, ok, "nothing is available, not even [%d, %d)", from, to)
	requireRange(t, b, from, to)
	return b
}

// advance makes c take and hand back everything below to, which must be available.
func advance(t testing.TB, c *Consumer[int64], to int64) {
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
func requireNothing(t testing.TB, c *Consumer[int64]) {
	t.Helper()
	b, ok := c.TryNext()
	require.False(t, ok, "[%d, %d) is available", b.From(), b.To())
	require.Zero(t, b.Len())
}

func requireRange(t testing.TB, b Batch[int64], from, to int64) {
	t.Helper()
	require.Equal(t, [2]int64{from, to}, [2]int64{b.From(), b.To()})
	for s, v := range b.All() {
		if *v != s {
			require.Equal(t, s, *v, "event of sequence %d", s)
		}
	}
}
