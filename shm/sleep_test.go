//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/host"
	"github.com/be395dad/disruptor/internal/machine"
)

// parking has waits sleep at once.
var parking = Options{Wait: disruptor.BlockWait{Spin: -1}}

// asleep waits until a waiter sleeps or is about to.
func asleep(t *testing.T, w *waiter) {
	t.Helper()
	eventually(t, func() bool { return w.sleeping.Load() != nil })
}

// Sleepers are woken: here no sleep ends by itself before the time limit of the tests.
func TestSleepersAreWoken(t *testing.T) {
	setPace(t, time.Hour, time.Hour)
	type scene struct {
		r, o *Ring[tick]
		p    *Producer[tick]
		c    *Consumer[tick]
		next *Consumer[tick]
	}
	for name, wake := range map[string]func(*scene, context.CancelFunc){
		"context": func(_ *scene, cancel context.CancelFunc) { cancel() },
		"Close":   func(s *scene, _ context.CancelFunc) { s.o.Close() },
		"Detach":  func(s *scene, _ context.CancelFunc) { _ = s.r.Detach(ended()) },
		"failure": func(s *scene, _ context.CancelFunc) { s.o.core.fail(consumerDied) },
	} {
		t.Run(name, func(t *testing.T) {
			for range 10 {
				r, path := newRing[tick](t, Config{Capacity: 2, Options: parking})
				s := &scene{r: r, o: openRing[tick](t, path, parking), p: newProducer(t, r)}
				other := newProducer(t, s.o)
				behind := newConsumer(t, s.o, ConsumerConfig{Name: "behind"})
				s.c = newConsumer(t, r, ConsumerConfig{Name: "c"})
				s.next = newConsumer(t, r, ConsumerConfig{After: []string{"behind"}})
				require.True(t, other.TrySend(tick{}))
				require.True(t, other.TrySend(tick{}))
				b, ok := s.c.TryNext()
				require.True(t, ok)
				s.c.Done(b)
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				errs := make(chan error, 3)
				go func() { errs <- s.p.Send(ctx, tick{}) }()
				go func() { _, err := s.c.Next(ctx); errs <- err }()
				go func() { _, err := s.next.Next(ctx); errs <- err }()
				asleep(t, &s.p.wait)
				asleep(t, &s.c.wait)
				asleep(t, &s.next.wait)
				wake(s, cancel)
				if name == "Close" { // what is claimed is drained
					b, ok := behind.TryNext()
					require.True(t, ok)
					behind.Done(b)
				}
				for range 3 {
					switch err := <-errs; name {
					case "context":
						require.ErrorIs(t, err, context.Canceled)
						require.ErrorAs(t, err, new(*BlockedError))
					case "Close":
						require.True(t, err == nil || err == ErrClosed, "%v", err)
					case "Detach":
						require.ErrorIs(t, err, ErrDetached)
					case "failure":
						require.ErrorIs(t, err, ErrFailed)
					}
				}
			}
		})
	}
}

// Events and room wake the goroutines that sleep for them, in whatever order the last looks and
// the first stores come.
func TestEventsAndRoomWake(t *testing.T) {
	t.Run("fences", func(t *testing.T) { eventsAndRoomWake(t, parking, parking) })
	if !machine.BuffersStores || !host.FenceOthers() || !host.JoinFences() {
		return
	}
	// Sleepers fence the processes that don't, whatever that costs.
	was := canLeaveOutFences
	canLeaveOutFences = func() bool { return true }
	t.Cleanup(func() { canLeaveOutFences = was })
	unfenced := parking
	unfenced.AsymmetricFence = true
	t.Run("no fences", func(t *testing.T) { eventsAndRoomWake(t, unfenced, unfenced) })
	t.Run("one fences", func(t *testing.T) { eventsAndRoomWake(t, unfenced, parking) })
}

func eventsAndRoomWake(t *testing.T, here, there Options) {
	setPace(t, time.Hour, time.Hour)
	r, path := newRing[tick](t, Config{Capacity: 2, Options: here})
	o := openRing[tick](t, path, there)
	require.Equal(t, here.AsymmetricFence, r.Stats().Processes[0].Unfenced)
	require.Equal(t, there.AsymmetricFence, r.Stats().Processes[1].Unfenced)
	ctx := long(t)
	const n = 2000
	a := newConsumer(t, r, ConsumerConfig{Name: "a"})
	b := newConsumer(t, o, ConsumerConfig{Name: "b", After: []string{"a"}})
	var all sync.WaitGroup
	for _, c := range []*Consumer[tick]{a, b} {
		all.Add(1)
		go func() {
			defer all.Done()
			for seen := 0; seen < 2*n; {
				b, err := c.Next(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				seen += b.Len()
				c.Done(b)
			}
		}()
	}
	for _, ring := range []*Ring[tick]{r, o} {
		p := newProducer(t, ring)
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range n {
				if err := p.Send(ctx, tick{ID: int64(i)}); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	all.Wait()
}

// Goroutines that sleep in the kernel don't keep a garbage collection from ending. The signals
// that preempt goroutines would wake them, so the test runs in a process without those.
func TestSleepersAndGarbageCollection(t *testing.T) {
	const without = "asyncpreemptoff=1"
	if os.Getenv("GODEBUG") != without {
		cmd := exec.CommandContext(long(t), "/proc/self/exe", "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "GODEBUG="+without)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), "PASS")
		return
	}
	setPace(t, time.Hour, time.Hour)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r, _ := newRing[tick](t, Config{Capacity: 2, Options: parking})
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	var consumers []*Consumer[tick]
	for range 64 {
		c := newConsumer(t, r, ConsumerConfig{})
		consumers = append(consumers, c)
		all.Add(1)
		go func() {
			defer all.Done()
			_, _ = c.Next(ctx)
		}()
	}
	for _, c := range consumers {
		asleep(t, &c.wait)
	}
	for range 5 {
		runtime.GC()
	}
	cancel()
	all.Wait()
}

// A sleep that is about to begin sees what has just happened.
func TestSleepAfterTheContextEnded(t *testing.T) {
	setPace(t, time.Hour, time.Hour)
	r, _ := newRing[tick](t, Config{Capacity: 2, Options: parking})
	c := newConsumer(t, r, ConsumerConfig{})
	p := pace{sleep: firstSleep, exam: firstExam}
	sleep := func(ctx context.Context) (bool, error) {
		c.wait.wait.Begin(&r.core.strategy, ctx, nil, 1)
		return c.wait.sleep(ctx, coming{&c.read}, &p)
	}
	ok, err := sleep(ended())
	require.False(t, ok)
	require.NoError(t, err)
	require.Nil(t, c.wait.sleeping.Load())
	require.Zero(t, r.core.control.event.consumers.Load(), "its bit is cleared")
	require.True(t, newProducer(t, r).TrySend(tick{}))
	ok, err = sleep(context.Background())
	require.True(t, ok)
	require.NoError(t, err)
}
