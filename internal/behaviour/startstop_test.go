package behaviour

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Start before the first call of a handler in each Run, Stop after the last.

// A diary records the order of the calls of a handler, of Start and of Stop. Only their
// goroutine writes it.
type diary struct {
	lines []string
	c     *disruptor.Consumer[int64] // what Start was given
}

// handle makes a handler that keeps the diary; fault may fail in any of its calls, or do something.
func (d *diary) handle(r *disruptor.Ring[int64], idle time.Duration, fault func(line string) error) *disruptor.Consumer[int64] {
	write := func(line string) error {
		d.lines = append(d.lines, line)
		return fault(line)
	}
	return r.HandleWith(disruptor.ConsumerConfig[int64]{
		Name: "h",
		Idle: idle,
		Start: func(c *disruptor.Consumer[int64]) error {
			d.c = c
			return write("start")
		},
		Stop: func(c *disruptor.Consumer[int64]) {
			if c != d.c {
				panic("Stop has another consumer")
			}
			_ = write("stop")
		},
	}, func(b disruptor.Batch[int64]) error {
		if b.Len() == 0 {
			return write("empty")
		}
		return write("batch")
	})
}

func noFault(string) error { return nil }

// faultIn returns a function that fails in the calls with that line.
func faultIn(in string, fail func() error) func(string) error {
	return func(line string) error {
		if line == in {
			return fail()
		}
		return nil
	}
}

var faults = []struct {
	name string
	fail func() error
}{
	{"error", func() error { return errBoom }},
	{"panic", func() error { panic(errBoom) }},
	{"Goexit", func() error { runtime.Goexit(); return nil }},
}

// C52, C53.
func TestStartAndStopEncloseTheCallsOfEachRun(t *testing.T) {
	forEachKind(t, func(t *testing.T, r *disruptor.Ring[int64], p disruptor.Producer[int64]) {
		var d diary
		c := d.handle(r, 0, noFault)
		publish(t, p, 2)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []string{"start", "batch", "stop"}, d.lines)
		require.Same(t, c, d.c)
		require.NoError(t, r.Run(testContext(t)), "another Run, of a drained ring")
		require.Equal(t, []string{"start", "batch", "stop", "start", "stop"}, d.lines)
	})
}

// C52.
func TestStopIsCalledOnceHoweverTheHandlerEnds(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			var d diary
			r := newRing[int64](t, disruptor.Config{Capacity: 4})
			d.handle(r, time.Hour, faultIn("batch", fault.fail))
			publish(t, r.MultiProducer(), 2)
			require.Error(t, r.Run(testContext(t)))
			require.Equal(t, []string{"start", "batch", "stop"}, d.lines)
		})
	}
	t.Run("the context of Run", func(t *testing.T) {
		var d diary
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		d.handle(r, time.Hour, noFault)
		require.ErrorIs(t, r.Run(expired), errLate)
		require.Equal(t, []string{"start", "stop"}, d.lines)
	})
	t.Run("Close of the consumer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			r := newRing[int64](t, disruptor.Config{Capacity: 4})
			c := d.handle(r, 0, noFault)
			run := make(chan error, 1)
			go func() { run <- r.Run(context.Background()) }()
			publish(t, r.MultiProducer(), 1)
			synctest.Wait()
			c.Close()
			synctest.Wait()
			require.Equal(t, []string{"start", "batch", "stop"}, d.lines)
			require.Empty(t, run, "Run goes on")
			r.Close()
			require.NoError(t, <-run)
		})
	})
}

// C64.
func TestAStartThatFailsIsFollowedByNothing(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			var d diary
			r := newRing[int64](t, disruptor.Config{Capacity: 4})
			d.handle(r, time.Hour, faultIn("start", fault.fail))
			publish(t, r.MultiProducer(), 2)
			var h *disruptor.HandlerError
			require.ErrorAs(t, r.Run(testContext(t)), &h)
			require.Equal(t, h.From, h.To)
			require.Equal(t, []string{"start"}, d.lines)
			require.ErrorIs(t, r.Err(), disruptor.ErrClosed)
		})
	}
}

func TestAHandlerThatComesDuringRunIsStartedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		run := make(chan error, 1)
		go func() { run <- r.Run(context.Background()) }()
		synctest.Wait()
		d.handle(r, 0, noFault)
		synctest.Wait()
		require.Equal(t, []string{"start"}, d.lines)
		r.Close()
		require.NoError(t, <-run)
		require.Equal(t, []string{"start", "stop"}, d.lines)
	})
}

func TestStartHandlerAndStopAreCalledByOneGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRing[int64](t, disruptor.Config{Capacity: 4})
		var seen []string
		local := func() { seen = append(seen, goroutine()) }
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Start: func(*disruptor.Consumer[int64]) error { local(); return nil },
			Stop:  func(*disruptor.Consumer[int64]) { local() },
			Idle:  time.Second,
		}, func(disruptor.Batch[int64]) error { local(); return nil })
		go func() { time.Sleep(1500 * time.Millisecond); r.Close() }()
		require.NoError(t, r.Run(context.Background()))
		require.Len(t, seen, 4, "Start, idle, the last call, Stop")
		require.Len(t, slices.Compact(seen), 1)
	})
}

// goroutine returns the name that a stack trace has for this goroutine.
func goroutine() string {
	buf := make([]byte, 64)
	name, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), " [")
	return name
}
