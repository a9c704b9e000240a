package behaviour

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

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

// requireSequences checks that c is handed [from, to), and hands it back.
func requireSequences(t *testing.T, ctx context.Context, c *disruptor.Consumer[int], from, to int64) {
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

// requirePanics requires that f panics with exactly this text.
func requirePanics(t testing.TB, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		require.Equal(t, text, fmt.Sprint(recover())) // an error's text, too
	}()
	f()
}

// collect appends a copy of the events of b to *to.
func collect[T any](to *[]T, b disruptor.Batch[T]) {
	for _, v := range b.All() {
		*to = append(*to, *v)
	}
}

// within returns a context that ends after d.
func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// inBackground starts call and returns a channel for its error.
func inBackground(call func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- call() }()
	return result
}

// run starts Run and returns a channel for its error.
func run[T any](r *disruptor.Ring[T]) <-chan error {
	return inBackground(func() error { return r.Run(context.Background()) })
}
