package behaviour

import (
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/be395dad/disruptor"
)

// ownCPUs returns the numbers of the CPUs on which this thread may run.
func ownCPUs() []int {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		panic(err)
	}
	var cpus []int
	for cpu := range 1024 {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

// runOn runs a ring twice with a handler that may run on cpus, and returns where Start, the handler and
// Stop could.
func runOn(t *testing.T, cpus []int) (seen [][]int) {
	t.Helper()
	r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.SpinWait{}})
	look := func() { seen = append(seen, ownCPUs()) }
	given := slices.Clone(cpus)
	r.HandleWith(disruptor.ConsumerConfig[int64]{
		Name:  "h",
		CPUs:  given,
		Start: func(*disruptor.Consumer[int64]) error { look(); return nil },
		Stop:  func(*disruptor.Consumer[int64]) { look() },
	}, func(disruptor.Batch[int64]) error { look(); return nil })
	given[0] = math.MaxInt // HandleWith has a copy
	publish(t, r.MultiProducer(), 1)
	r.Close()
	require.NoError(t, r.Run(testContext(t)))
	require.NoError(t, r.Run(testContext(t)))
	return seen
}

func TestAHandlerRunsOnItsCPUs(t *testing.T) {
	all := ownCPUs()
	backwards := slices.Clone(all)
	slices.Reverse(backwards)
	for _, c := range []struct{ cpus, want []int }{
		{all[:1], all[:1]}, {all[len(all)-1:], all[len(all)-1:]}, {append(backwards, all[0]), all},
	} {
		require.Equal(t, [][]int{c.want, c.want, c.want, c.want, c.want}, runOn(t, c.cpus))
	}
}

// The thread of a handler ends with its goroutine: none that other goroutines get is bound.
func TestNoOtherGoroutineRunsOnTheThreadOfAHandler(t *testing.T) {
	all := ownCPUs()
	if len(all) == 1 {
		t.Skip("with one CPU a thread that is bound looks like any other")
	}
	for range 5 {
		runOn(t, all[:1])
	}
	threads, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	n := len(threads) + 1 // so many goroutines, each with a thread, get all that are idle
	seen := make([][]int, n)
	var looked, done sync.WaitGroup
	looked.Add(n)
	for i := range n {
		done.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			seen[i] = ownCPUs()
			looked.Done()
			looked.Wait()
		})
	}
	done.Wait()
	for _, cpus := range seen {
		require.Equal(t, all, cpus)
	}
}

// Without a call of Start, the handler or Stop, whatever OnFailure says.
func TestCPUsThatAreNotToBeHadFailTheRing(t *testing.T) {
	all := ownCPUs()
	if all[len(all)-1] == 1023 {
		t.Skip("there is a CPU of the highest number that a set may name")
	}
	for _, c := range []struct {
		cpus []int
		text string
	}{
		{[]int{1023}, "sched_setaffinity to CPUs [1023]: invalid argument"},
		{[]int{all[0], 1023}, "CPU 1023 is not there, or not for this process: invalid argument"},
		{[]int{all[0], 1024}, "CPU 1024 is beyond the 1024 that a set may name: invalid argument"},
	} {
		r := newRing[int64](t, disruptor.Config{Capacity: 4, Wait: disruptor.SpinWait{}})
		p := r.MultiProducer()
		publish(t, p, 3)
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name:      "h",
			CPUs:      c.cpus,
			OnFailure: disruptor.FailurePolicy{Retries: -1},
			Start:     func(*disruptor.Consumer[int64]) error { t.Error("Start"); return nil },
			Stop:      func(*disruptor.Consumer[int64]) { t.Error("Stop") },
		}, func(disruptor.Batch[int64]) error { t.Error("handler"); return nil })
		publish(t, p, 1)
		r.Close()
		err := r.Run(testContext(t))
		var h *disruptor.HandlerError
		require.ErrorAs(t, err, &h)
		require.Equal(t, disruptor.HandlerError{Consumer: "h", From: 3, To: 3, Err: h.Err}, *h)
		require.EqualError(t, h.Err, c.text)
		require.ErrorIs(t, err, unix.EINVAL)
	}
}
