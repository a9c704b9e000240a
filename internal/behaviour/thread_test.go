package behaviour

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// Handlers on a dedicated thread. The tests for Linux alone are in thread_linux_test.go.

func handleNothing(disruptor.Batch[int64]) error { return nil }

// spinsInName is user-defined, although it embeds a strategy that does not park.
type spinsInName struct{ disruptor.SpinWait }

func TestAThreadIsNotForGoroutinesThatPark(t *testing.T) {
	parking := []disruptor.WaitStrategy{
		nil, disruptor.BlockWait{}, disruptor.BlockWait{Spin: -1}, disruptor.BlockWait{Spin: time.Hour},
		&disruptor.BlockWait{}, spinsInName{}, &spinsInName{},
	}
	others := []disruptor.WaitStrategy{
		disruptor.SpinWait{}, disruptor.YieldWait{}, disruptor.SleepWait{},
		&disruptor.SpinWait{}, &disruptor.YieldWait{}, &disruptor.SleepWait{},
	}
	configs := []disruptor.ConsumerConfig[int64]{
		{Name: "h", LockOSThread: true}, {Name: "h", CPUs: []int{0}}, {Name: "h", LockOSThread: true, CPUs: []int{0}},
	}
	for _, cfg := range configs {
		for _, wait := range parking {
			r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: wait})
			requirePanics(t, `disruptor: LockOSThread or CPUs for consumer "h" of a ring whose Wait is BlockWait `+
				`or user-defined: parking a locked goroutine costs two switches of threads`,
				func() { r.HandleWith(cfg, handleNothing) })
			require.Empty(t, r.Stats().Consumers, "%#v", wait)
		}
		for _, wait := range others {
			r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: wait})
			r.HandleWith(cfg, handleNothing)
			require.Len(t, r.Stats().Consumers, 1, "%#v", wait)
		}
	}
}

func TestAThreadNeedsAHandlerAndItsCPUsAreNotNegative(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.SpinWait{}})
	for _, cfg := range []disruptor.ConsumerConfig[int64]{
		{Name: "c", LockOSThread: true}, {Name: "c", CPUs: []int{0}},
	} {
		requirePanics(t, `disruptor: consumer "c": LockOSThread and CPUs need a handler`,
			func() { r.ConsumerWith(cfg) })
	}
	for _, lock := range []bool{false, true} {
		requirePanics(t, `disruptor: CPU -1 for consumer "c"`, func() {
			r.HandleWith(disruptor.ConsumerConfig[int64]{
				Name: "c", LockOSThread: lock, CPUs: []int{0, -1},
			}, handleNothing)
		})
	}
	require.Empty(t, r.Stats().Consumers)
}

// An empty list of CPUs counts as no list.
func TestAnEmptyListOfCPUsAsksForNothing(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	cfg := disruptor.ConsumerConfig[int64]{CPUs: []int{}}
	r.ConsumerWith(cfg)
	r.HandleWith(cfg, handleNothing)
}

// Start, the handler, its retry and Stop, in each Run.
func TestAThreadIsForAllThatTheGoroutineOfAHandlerCalls(t *testing.T) {
	for _, lock := range []bool{false, true} {
		var locked []bool
		look := func() {
			buf := make([]byte, 256)
			header, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), "\n")
			locked = append(locked, strings.Contains(header, "locked to thread"))
		}
		r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.SpinWait{}})
		calls := 0
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name:         "h",
			LockOSThread: lock,
			OnFailure:    disruptor.FailurePolicy{Retries: 1, Backoff: 1},
			Start:        func(*disruptor.Consumer[int64]) error { look(); return nil },
			Stop:         func(*disruptor.Consumer[int64]) { look() },
		}, func(disruptor.Batch[int64]) error {
			look()
			if calls++; calls == 1 {
				return errBoom
			}
			return nil
		})
		publish(t, r.MultiProducer(), 1)
		r.Close()
		require.NoError(t, r.Run(testContext(t)))
		require.NoError(t, r.Run(testContext(t)))
		require.Equal(t, []bool{lock, lock, lock, lock, lock, lock}, locked)
	}
}
