// Package regions tests what the execution tracer says of handlers. Package disruptor itself does without
// a module that reads traces.
package regions

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/trace"
	"testing"

	"github.com/stretchr/testify/require"
	tracereader "golang.org/x/exp/trace"

	"github.com/be395dad/disruptor"
)

// A region is one that was begun and ended: its type, and the goroutine of both.
type region struct {
	name      string
	goroutine tracereader.GoID
}

// record returns the regions in a trace of f, in the order of their ends. It requires that each that was
// begun was ended by its goroutine.
func record(t *testing.T, f func()) (ended []region) {
	t.Helper()
	var recorded bytes.Buffer
	require.NoError(t, trace.Start(&recorded))
	f()
	trace.Stop()
	reader, err := tracereader.NewReader(&recorded)
	require.NoError(t, err)
	open := map[region]int{}
	for {
		event, err := reader.ReadEvent()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch event.Kind() {
		case tracereader.EventRegionBegin:
			open[region{event.Region().Type, event.Goroutine()}]++
		case tracereader.EventRegionEnd:
			r := region{event.Region().Type, event.Goroutine()}
			require.Positive(t, open[r], "%v has ended and not begun", r)
			open[r]--
			ended = append(ended, r)
		}
	}
	for r, n := range open {
		require.Zero(t, n, "%v has not ended", r)
	}
	return ended
}

// names returns the types of regions, each with how often it is there.
func names(regions []region) map[string]int {
	count := map[string]int{}
	for _, r := range regions {
		count[r.name]++
	}
	return count
}

// newRing returns a ring on which n events are published by the time it runs.
func newRing(t *testing.T, n int, handle func(*disruptor.Ring[int])) *disruptor.Ring[int] {
	ring, err := disruptor.New[int](disruptor.Config{Capacity: 8})
	require.NoError(t, err)
	handle(ring)
	p := ring.MultiProducer()
	for i := range n {
		require.True(t, p.TrySend(i))
	}
	ring.Close()
	return ring
}

func TestEachBatchIsARegionOfItsConsumer(t *testing.T) {
	ring := newRing(t, 6, func(ring *disruptor.Ring[int]) {
		first := ring.HandleWith(disruptor.ConsumerConfig[int]{Name: "first", MaxBatch: 2},
			func(disruptor.Batch[int]) error { return nil })
		ring.HandleGroup(disruptor.GroupConfig[int]{
			Name: "group", MaxBatch: 1, Workers: 2, After: []*disruptor.Consumer[int]{first},
		}, func(disruptor.Batch[int]) error { return nil })
		ring.HandleLossy(disruptor.LossyConfig[int]{Name: "lossy", MaxBatch: 3},
			func(disruptor.Copy[int]) error { return nil })
		ring.Handle("", func(disruptor.Batch[int]) error { return nil })
	})
	regions := record(t, func() { require.NoError(t, ring.Run(t.Context())) })
	require.Equal(t, map[string]int{"first": 3, "group": 6, "lossy": 2, "consumer": 1}, names(regions))
}

func TestARegionIsOnTheGoroutineOfItsHandler(t *testing.T) {
	ring := newRing(t, 4, func(ring *disruptor.Ring[int]) {
		ring.HandleWith(disruptor.ConsumerConfig[int]{Name: "h", MaxBatch: 1}, func(disruptor.Batch[int]) error {
			defer trace.StartRegion(context.Background(), "inside").End()
			return nil
		})
	})
	regions := record(t, func() { require.NoError(t, ring.Run(t.Context())) })
	require.Len(t, regions, 8)
	for i, r := range regions {
		require.Equal(t, region{[]string{"inside", "h"}[i%2], regions[0].goroutine}, r)
	}
}

// A retry has a region of its own.
func TestARegionEndsHoweverItsHandlerDoes(t *testing.T) {
	boom := errors.New("boom")
	for name, fail := range map[string]func() error{
		"error":  func() error { return boom },
		"panic":  func() error { panic(boom) },
		"Goexit": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			retried := newRing(t, 1, func(ring *disruptor.Ring[int]) {
				ring.HandleWith(disruptor.ConsumerConfig[int]{
					Name: "h", OnFailure: disruptor.FailurePolicy{Retries: 2},
				}, disruptor.Each(func(int64, *int) error { return fail() }))
			})
			lossy := newRing(t, 1, func(ring *disruptor.Ring[int]) {
				ring.HandleLossy(disruptor.LossyConfig[int]{Name: "lossy"},
					func(disruptor.Copy[int]) error { return fail() })
			})
			group := newRing(t, 1, func(ring *disruptor.Ring[int]) {
				ring.HandleGroup(disruptor.GroupConfig[int]{Name: "group", Workers: 1},
					func(disruptor.Batch[int]) error { return fail() })
			})
			regions := record(t, func() {
				for _, ring := range []*disruptor.Ring[int]{retried, lossy, group} {
					require.Error(t, ring.Run(t.Context()))
				}
			})
			calls := 3
			if name == "Goexit" {
				calls = 1 // which is never retried
			}
			require.Equal(t, map[string]int{"h": calls, "lossy": 1, "group": 1}, names(regions))
		})
	}
}
