package disruptor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain fails the run if a test has left a goroutine of this package behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if leak := leaked(); code == 0 && leak != "" {
		fmt.Fprintln(os.Stderr, "goroutines left behind:\n"+leak)
		code = 1
	}
	os.Exit(code)
}

// leaked returns the stacks of goroutines, this one excepted, that are in this package. It gives those that are about
// to return some time to do so.
func leaked() string {
	var left string
	for range 100 {
		buf := make([]byte, 1<<20)
		stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
		left = ""
		for _, s := range stacks[1:] {
			if strings.Contains(s, "be395dad/disruptor.") {
				left += s + "\n\n"
			}
		}
		if left == "" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return left
}

// A variant is one way to configure a ring.
type variant struct {
	name      string
	producers Producers
	wait      WaitStrategy
}

func (v variant) config(capacity int) Config {
	return Config{Capacity: capacity, Producers: v.producers, Wait: v.wait}
}

// ownWait is a strategy of the user's: it does each action in turn.
type ownWait struct{}

func (ownWait) Idle(n int) Action {
	switch {
	case n < 8:
		return Spin
	case n < 16:
		return Yield
	case n < 20:
		return Sleep(time.Microsecond)
	}
	return Park
}

// variants returns {Single, Multi} x {Spin, Yield, Sleep, Block, own}; BlockWait also without any spinning.
func variants() []variant {
	waits := []struct {
		name string
		wait WaitStrategy
	}{
		{"spin", SpinWait{}},
		{"yield", YieldWait{}},
		{"sleep", SleepWait{Max: 50 * time.Microsecond}},
		{"block", BlockWait{}},
		{"park", BlockWait{Spin: -1}},
		{"own", ownWait{}},
	}
	var vs []variant
	for _, p := range []Producers{Single, Multi} {
		for _, w := range waits {
			name := "multi/" + w.name
			if p == Single {
				name = "single/" + w.name
			}
			vs = append(vs, variant{name, p, w.wait})
		}
	}
	return vs
}

// forEachVariant runs test as a subtest of each variant.
func forEachVariant(t *testing.T, test func(t *testing.T, v variant)) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) { test(t, v) })
	}
}

func newRing[T any](t testing.TB, cfg Config) *Ring[T] {
	t.Helper()
	r, err := New[T](cfg)
	require.NoError(t, err)
	return r
}

// newRingWithHistory returns a ring whose next sequence is start, with the marks that a ring has that got there by
// publishing and aborting random ranges of up to a lap.
func newRingWithHistory[T any](t testing.TB, cfg Config, start int64, rnd *rand.Rand) *Ring[T] {
	t.Helper()
	r, err := newRingAt[T](cfg, start)
	require.NoError(t, err)
	n := int64(cfg.Capacity)
	if cfg.Producers == Single {
		return r
	}
	for from := max(0, start-3*n); from < start; {
		to := min(start, from+1+rnd.Int64N(n))
		if rnd.IntN(4) == 0 {
			r.core.at(from).store(^to)
		} else {
			r.core.at(from).store(to)
		}
		from = to
	}
	return r
}

// newProducer returns a producer of either kind.
func newProducer[T any](r *Ring[T]) Producer[T] {
	if r.core.single {
		return r.SingleProducer()
	}
	return r.MultiProducer()
}

// testContext ends, with a cause that names the test, when something that must not hang does.
func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Minute, fmt.Errorf("%s hangs", t.Name()))
	t.Cleanup(cancel)
	return ctx
}

// eventually waits until condition holds. It decides nothing by time: it fails only after a minute.
func eventually(t testing.TB, condition func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !condition(); runtime.Gosched() {
		if time.Now().After(end) {
			require.FailNow(t, "never came true: "+what)
		}
	}
}

// collect appends a copy of the events of b to *to.
func collect[T any](to *[]T, b Batch[T]) {
	for _, v := range b.All() {
		*to = append(*to, *v)
	}
}
