package behaviour

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// The pprof labels of the goroutines that Run gives to handlers.

// A labelled collects the labels of the goroutines that call note.
type labelled struct {
	t    *testing.T
	mu   sync.Mutex
	seen []string
}

func (l *labelled) note() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = append(l.seen, ownLabels(l.t))
}

// ownLabels returns the labels of this goroutine as a profile shows them, "" if there are none. One
// goroutine at a time calls it, which it finds in the profile by that.
//
//go:noinline
func ownLabels(t *testing.T) string {
	var profile bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
	for record := range strings.SplitSeq(profile.String(), "\n\n") {
		if !strings.Contains(record, "behaviour.ownLabels+") {
			continue
		}
		_, labels, _ := strings.Cut(record, "# labels: ")
		labels, _, _ = strings.Cut(labels, "\n")
		return labels
	}
	require.FailNow(t, "this goroutine is not in the profile")
	return ""
}

func TestGoroutinesOfHandlersHaveLabels(t *testing.T) {
	handlers := map[string]func(r *disruptor.Ring[int64], name string, l *labelled) (notes int){
		"handler": func(r *disruptor.Ring[int64], name string, l *labelled) int {
			r.HandleWith(disruptor.ConsumerConfig[int64]{
				Name:  name,
				Start: func(*disruptor.Consumer[int64]) error { l.note(); return nil },
				Stop:  func(*disruptor.Consumer[int64]) { l.note() },
			}, func(disruptor.Batch[int64]) error { l.note(); return nil })
			return 3
		},
		"workers of a group": func(r *disruptor.Ring[int64], name string, l *labelled) int {
			r.HandleGroup(disruptor.GroupConfig[int64]{
				Name:    name,
				Workers: 2,
				Start:   func(*disruptor.Worker[int64]) error { l.note(); return nil },
				Stop:    func(*disruptor.Worker[int64]) { l.note() },
			}, func(disruptor.Batch[int64]) error { l.note(); return nil })
			return 5
		},
		"lossy handler": func(r *disruptor.Ring[int64], name string, l *labelled) int {
			r.HandleLossy(disruptor.LossyConfig[int64]{
				Name:  name,
				Start: func(*disruptor.LossyConsumer[int64]) error { l.note(); return nil },
				Stop:  func(*disruptor.LossyConsumer[int64]) { l.note() },
			}, func(disruptor.Copy[int64]) error { l.note(); return nil })
			return 3
		},
	}
	plain := context.Background()
	service := pprof.WithLabels(plain, pprof.Labels("service", "shop", "consumer", "none"))
	names := []struct {
		ctx            context.Context
		ring, consumer string
		want           string
	}{
		{plain, "orders", "journal", `{"consumer":"journal", "ring":"orders"}`},
		{plain, "", "journal", `{"consumer":"journal"}`},
		{plain, "orders", "", `{"ring":"orders"}`},
		{plain, "", "", ""},
		{service, "orders", "journal", `{"consumer":"journal", "ring":"orders", "service":"shop"}`},
		{service, "", "", `{"consumer":"none", "service":"shop"}`},
	}
	for kind, handle := range handlers {
		t.Run(kind, func(t *testing.T) {
			for _, n := range names {
				r := newRing[int64](t, disruptor.Config{Capacity: 4, Name: n.ring})
				l := labelled{t: t}
				notes := handle(r, n.consumer, &l)
				publish(t, r.MultiProducer(), 1)
				r.Close()
				require.NoError(t, r.Run(n.ctx))
				require.Len(t, l.seen, notes)
				for _, labels := range l.seen {
					require.Equal(t, n.want, labels)
				}
			}
		})
	}
}

// A goroutine that the handler starts has its labels; one that joins has those of Run's context, not those
// of the goroutine that has made it.
func TestLabelsComeFromRunAndGoOnToNewGoroutines(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4, Name: "orders"})
	l := labelled{t: t}
	started := make(chan struct{})
	r.HandleWith(disruptor.ConsumerConfig[int64]{
		Name:  "first",
		Start: func(*disruptor.Consumer[int64]) error { close(started); return nil },
	}, func(disruptor.Batch[int64]) error {
		var child sync.WaitGroup
		child.Go(l.note)
		child.Wait()
		return nil
	})
	ctx := pprof.WithLabels(testContext(t), pprof.Labels("service", "shop"))
	running := inBackground(func() error { return r.Run(ctx) })
	<-started
	publish(t, r.MultiProducer(), 1)
	pprof.Do(context.Background(), pprof.Labels("service", "another"), func(context.Context) {
		r.HandleWith(disruptor.ConsumerConfig[int64]{
			Name: "second",
			Stop: func(*disruptor.Consumer[int64]) { l.note() },
		}, func(disruptor.Batch[int64]) error { return nil })
	})
	r.Close()
	require.NoError(t, <-running)
	require.ElementsMatch(t, []string{
		`{"consumer":"first", "ring":"orders", "service":"shop"}`,
		`{"consumer":"second", "ring":"orders", "service":"shop"}`,
	}, l.seen)
}

// Two Runs, each with its own context.
func TestLabelsAreThoseOfThePresentRun(t *testing.T) {
	r := newRing[int64](t, disruptor.Config{Capacity: 4})
	l := labelled{t: t}
	r.HandleWith(disruptor.ConsumerConfig[int64]{
		Stop: func(*disruptor.Consumer[int64]) { l.note() },
	}, func(disruptor.Batch[int64]) error { return nil })
	r.Close()
	for _, turn := range []string{"1", "2"} {
		require.NoError(t, r.Run(pprof.WithLabels(context.Background(), pprof.Labels("turn", turn))))
	}
	require.Equal(t, []string{`{"turn":"1"}`, `{"turn":"2"}`}, l.seen)
}
