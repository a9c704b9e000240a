package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
)

// all has a different value in each field.
func all() disruptor.Stats {
	return disruptor.Stats{
		Name: "all", Capacity: 1024, Claimed: 102, Published: 103, Free: 104, Blocked: 105,
		BlockedFor: 1500 * time.Millisecond, OpenFor: 2500 * time.Millisecond,
		Parks: 106, Wakes: 107, Wasted: 108, Fences: 109, Dropped: 110, Inlined: 111, TimedOut: 112,
		Consumers: []disruptor.ConsumerStats{{
			Name: "c", Position: 201, Lag: 202, Available: 203, MaxLag: 204,
			State: disruptor.Retrying, For: 3500 * time.Millisecond,
			Workers: 205, Missed: 206, Retried: 207, Skipped: 208, DeadLettered: 209,
		}},
	}
}

func TestEachFigureIsThatOfItsName(t *testing.T) {
	ring := &fixed{stats: all()}
	var rings metrics.Set
	require.NoError(t, rings.Add(ring))
	s := collected(t, &rings)()
	require.Equal(t, map[string]float64{
		"capacity_slots": 1024, "claimed_total": 102, "published_total": 103, "free_slots": 104,
		"blocked_claims": 105, "blocked_seconds": 1.5, "open_claim_seconds": 2.5,
		"parks_total": 106, "wakes_total": 107, "wasted_wakes_total": 108, "fences_total": 109,
		"dropped_events_total": 110, "inlined_events_total": 111, "timed_out_events_total": 112,
	}, s.ring("all"))
	require.Equal(t, map[string]float64{
		"position_total": 201, "lag_slots": 202, "available_slots": 203, "max_lag_slots": 204,
		"state_seconds": 3.5, "workers": 205, "missed_total": 206, "retried_calls_total": 207,
		"skipped_events_total": 208, "dead_lettered_events_total": 209,
		"batch_size_slots_count": 0, "batch_size_slots_sum": 0,
	}, s.consumer("all", "c"))
	require.Equal(t, "retrying", s.state(t, "all", "c"))
	require.Equal(t, 2, ring.calls, "one for its name and one for the scrape")
}

func TestAllStatesAreExported(t *testing.T) {
	var rings metrics.Set
	ring := &fixed{stats: all()}
	require.NoError(t, rings.Add(ring))
	scrape := collected(t, &rings)
	for is := disruptor.ConsumerState(0); !strings.HasPrefix(is.String(), "ConsumerState("); is++ {
		ring.stats.Consumers[0].State = is
		require.Equal(t, is.String(), scrape().state(t, "all", "c"))
	}
}

func TestNamesAndTextsAreAsPrometheusWantsThem(t *testing.T) {
	var rings metrics.Set
	require.NoError(t, rings.Add(&fixed{stats: all()}))
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics.NewCollector(&rings))
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Error(t, registry.Register(metrics.NewCollector(&rings)), "a second collector")
}

// Rings of different types, with consumers of each kind; a second scrape after more events.
func TestScrape(t *testing.T) {
	ctx := context.Background()
	var rings metrics.Set

	orders := newRing(t, "orders", 8)
	journal := orders.Consumer("journal")
	apply := orders.Consumer("apply", journal)
	worker := orders.Group(disruptor.GroupConfig[int]{Name: "mail"}).Worker()
	screen := orders.LossyConsumer(disruptor.LossyConfig[int]{Name: "screen", MaxBatch: 2})
	sender := orders.MultiProducer().Sender(disruptor.Overflow[int]{Drop: true})

	store, err := disruptor.New[string](disruptor.Config{Name: "store", Capacity: 4})
	require.NoError(t, err)
	fails := errors.New("no")
	handler := disruptor.Each(func(int64, *string) error { return fails })
	store.HandleWith(disruptor.ConsumerConfig[string]{Name: "skip",
		OnFailure: disruptor.FailurePolicy{Retries: 2, Skip: true}}, handler)
	store.HandleWith(disruptor.ConsumerConfig[string]{Name: "letter",
		DeadLetter: func(disruptor.Batch[string], error) error { return nil }}, handler)

	require.NoError(t, rings.Add(orders))
	require.NoError(t, rings.Add(store))
	scrape := collected(t, &rings)

	for i := range 8 {
		require.NoError(t, sender.Send(ctx, i))
	}
	b, ok := journal.TryNext()
	require.True(t, ok)
	head, b := b.Split(3)
	journal.Done(head)
	for range 5 {
		require.ErrorIs(t, sender.Send(ctx, 0), disruptor.ErrDropped)
	}
	first := scrape()
	ring := first.ring("orders")
	require.EqualValues(t, 8, ring["claimed_total"])
	require.EqualValues(t, 8, ring["published_total"])
	require.EqualValues(t, 0, ring["free_slots"])
	require.EqualValues(t, 5, ring["dropped_events_total"])
	c := first.consumer("orders", "apply")
	require.EqualValues(t, 8, c["lag_slots"])
	require.EqualValues(t, 3, c["available_slots"])
	require.EqualValues(t, 1, first.consumer("orders", "mail")["workers"])
	require.Equal(t, "unserved", first.state(t, "store", "skip"))

	journal.Done(b)
	if b, ok = apply.TryNext(); ok {
		apply.Done(b)
	}
	if b, ok = worker.TryNext(); ok {
		worker.Done(b)
	}
	for i := range 4 { // pushes screen
		require.NoError(t, sender.Send(ctx, i))
	}
	_, ok = screen.TryNext()
	require.True(t, ok)
	_, _ = store.MultiProducer().SendAll(ctx, []string{"a", "b", "c"})
	store.Close()
	require.NoError(t, store.Run(ctx))

	second := scrape()
	require.Empty(t, first.below(second))
	require.EqualValues(t, 12, second.ring("orders")["claimed_total"])
	require.EqualValues(t, 8, second.consumer("orders", "mail")["position_total"])
	require.EqualValues(t, 8, second.consumer("orders", "journal")["max_lag_slots"])
	require.EqualValues(t, 2, second.consumer("orders", "screen")["batch_size_slots_sum"])
	missed := orders.Stats().Consumers[3].Missed
	require.Positive(t, missed)
	require.EqualValues(t, missed, second.consumer("orders", "screen")["missed_total"])
	require.EqualValues(t, 6, second.consumer("store", "skip")["retried_calls_total"])
	require.EqualValues(t, 3, second.consumer("store", "skip")["skipped_events_total"])
	require.EqualValues(t, 3, second.consumer("store", "letter")["dead_lettered_events_total"])
	bounds, counts := second.buckets("orders", "journal")
	require.Equal(t, []float64{1, 3, 7, 8}, bounds[:4])
	require.Equal(t, []uint64{0, 1, 2, 2}, counts[:4], "batches of 3 and 5")
	require.Equal(t, map[string]float64{"count": 2, "sum": 8}, map[string]float64{
		"count": second.consumer("orders", "journal")["batch_size_slots_count"],
		"sum":   second.consumer("orders", "journal")["batch_size_slots_sum"]})
}

// A scrape sees a claim that waits in a full ring, and a claim that is open.
func TestBlockedAndOpenClaims(t *testing.T) {
	var rings metrics.Set
	ring := newRing(t, "full", 2)
	ring.Consumer("lazy")
	require.NoError(t, rings.Add(ring))
	scrape := collected(t, &rings)
	b, ok := ring.MultiProducer().TryClaim(2)
	require.True(t, ok)
	ended := make(chan error)
	go func() { ended <- ring.MultiProducer().Send(context.Background(), 1) }()
	for scrape().ring("full")["blocked_claims"] == 0 {
		runtime.Gosched()
	}
	s := scrape().ring("full")
	require.Positive(t, s["blocked_seconds"])
	require.Positive(t, s["open_claim_seconds"])
	require.EqualValues(t, 2, s["claimed_total"])
	require.Zero(t, s["published_total"])
	ring.Close()
	require.ErrorIs(t, <-ended, disruptor.ErrClosed)
	ring.MultiProducer().Publish(b)
	s = scrape().ring("full") // of a closed ring
	require.Zero(t, s["blocked_claims"]+s["open_claim_seconds"])
	require.EqualValues(t, 2, s["published_total"])
}

// Rings are scraped, added and removed while producers and consumers run. No counter goes back.
func TestScrapeOfRunningRings(t *testing.T) {
	var rings metrics.Set
	ring := newRing(t, "busy", 64)
	h := disruptor.Each(func(int64, *int) error { return nil })
	first := ring.Handle("first", h)
	ring.HandleGroup(disruptor.GroupConfig[int]{Name: "group", Workers: 2, After: []*disruptor.Consumer[int]{first}}, h)
	ring.HandleLossy(disruptor.LossyConfig[int]{Name: "lossy"}, func(disruptor.Copy[int]) error { return nil })
	require.NoError(t, rings.Add(ring))
	scrape := collected(t, &rings)
	ended := make(chan error)
	go func() { ended <- ring.Run(context.Background()) }()

	stop := make(chan struct{})
	var producers, others sync.WaitGroup
	for range 2 {
		producers.Go(func() {
			p := ring.MultiProducer()
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					_ = p.Send(context.Background(), i)
				}
			}
		})
	}
	other := newRing(t, "", 8)
	others.Go(func() {
		for i := range 100 {
			name := fmt.Sprint("comes and goes", i)
			_ = rings.AddAs(name, other)
			ring.Consumer("comes and goes").Close()
			rings.Remove(name)
		}
	})
	for range 2 {
		others.Go(func() {
			last := scrape()
			for range 20 {
				now := scrape()
				maps.DeleteFunc(last.series, func(key string, _ float64) bool {
					return strings.Contains(key, "comes and goes")
				})
				if bad := last.below(now); len(bad) > 0 {
					t.Error(bad)
				}
				last = now
			}
		})
	}
	others.Wait()
	close(stop)
	producers.Wait()
	ring.Close()
	require.NoError(t, <-ended)
}
