package behaviour

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// Stats, Explain and Var look at a ring on which everything comes and goes, until it is closed.
func TestLooksAtARingOnWhichEverythingComesAndGoes(t *testing.T) {
	for name, cfg := range map[string]disruptor.Config{
		"park":  {Capacity: 16},
		"yield": {Capacity: 16, Wait: disruptor.YieldWait{}},
		"sleep": {Capacity: 16, Wait: disruptor.SleepWait{}, Clear: true},
	} {
		rounds := 300 * race.Scale
		if testing.Short() {
			rounds = 30
		}
		t.Run(name, func(t *testing.T) { lookAtEverything(t, cfg, rounds) })
	}
}

func lookAtEverything(t *testing.T, cfg disruptor.Config, rounds int) {
	ctx := testContext(t)
	cfg.Name = "busy \xff\" ring"
	r := newRing[int64](t, cfg)
	var all sync.WaitGroup
	fails := 0
	stays := r.HandleWith(disruptor.ConsumerConfig[int64]{
		Name: "stays", OnFailure: disruptor.FailurePolicy{Retries: -1, Backoff: time.Nanosecond, MaxBackoff: time.Microsecond},
	}, func(disruptor.Batch[int64]) error {
		if fails++; fails%3 == 0 {
			return errors.New("again")
		}
		return nil
	})
	jobs := r.HandleGroup(disruptor.GroupConfig[int64]{Name: "jobs", Workers: 2, After: []*disruptor.Consumer[int64]{stays}}, nothing)
	r.HandleLossy(disruptor.LossyConfig[int64]{Name: "tap"}, func(disruptor.Copy[int64]) error { return nil })
	keyed := r.Group(disruptor.GroupConfig[int64]{Name: "keyed", Key: func(event *int64) uint64 { return uint64(*event) }})
	works := func(w *disruptor.Worker[int64], batches int) {
		defer w.Close()
		for range w.Batches(ctx) {
			if batches--; batches == 0 {
				return
			}
		}
	}
	all.Go(func() { works(keyed.Worker(), -1) })
	all.Go(func() {
		logger := slog.New(slog.NewTextHandler(io.Discard, nil))
		if err := r.RunWith(ctx, disruptor.RunConfig{Watchdog: time.Millisecond, Logger: logger}); err != nil {
			t.Error(err)
		}
	})
	const producers = 3
	for i := range producers {
		all.Go(func() {
			p := r.MultiProducer()
			s := p.Sender(disruptor.Overflow[int64]{Wait: time.Microsecond, Drop: true})
			for n := int64(0); ; n++ {
				if i == 0 {
					if err := s.Send(ctx, n); err != nil && !errors.Is(err, disruptor.ErrDropped) {
						return
					}
				} else if b, err := p.Claim(ctx, 1+int(n)%5); err != nil {
					return
				} else if n%7 == 0 {
					p.Abort(b)
				} else {
					p.Publish(b)
				}
			}
		})
	}
	churn := func(f func(i int)) {
		all.Go(func() {
			for i := 0; r.Err() == nil; i++ {
				f(i)
				runtime.Gosched()
			}
		})
	}
	churn(func(i int) { jobs.SetWorkers(1 + i%3) })
	churn(func(int) { works(keyed.Worker(), 3) })
	churn(func(int) {
		c := r.Consumer("guest", stays, jobs.Consumer())
		defer c.Close()
		for range c.Batches(ctx) {
			return
		}
	})
	churn(func(int) {
		c := r.LossyConsumer(disruptor.LossyConfig[int64]{Name: "guest tap"})
		defer c.Close()
		c.TryNext()
	})
	looked := make(chan struct{})
	for i := range 2 {
		all.Go(func() {
			for range rounds {
				s := r.Stats()
				requireSane(t, s, producers)
				_ = s.String()
				if r.Explain() == "" {
					t.Error("nothing explained")
				}
				if !json.Valid([]byte(r.Var().String())) {
					t.Error("no JSON")
				}
				runtime.Gosched()
			}
			if i == 0 {
				close(looked)
			}
		})
	}
	<-looked
	r.Close()
	all.Wait()
	s := r.Stats()
	requireSane(t, s, 0)
	require.Zero(t, s.Blocked)
	require.Equal(t, `ring "busy \xff\" ring" is closed, and all is handed back.`, r.Explain())
}

// requireSane checks what must hold for each figure alone, whatever goes on meanwhile.
func requireSane(t *testing.T, s disruptor.Stats, producers int) {
	sane := 0 <= s.Blocked && s.Blocked <= producers && s.BlockedFor >= 0 && s.OpenFor >= 0 &&
		0 <= s.Free && s.Free <= s.Capacity && s.Published <= s.Claimed
	for _, c := range s.Consumers {
		sane = sane && c.Lag >= 0 && 0 <= c.Available && c.Available <= c.Lag && c.For >= 0 && c.Workers >= 0 &&
			0 <= c.MaxLag && c.MaxLag <= int64(s.Capacity) && c.Batches.Slots >= 0 && c.Batches.Count() >= 0 &&
			c.Batches.Quantile(1) <= int64(s.Capacity)*5/4 && c.State <= disruptor.Retrying
	}
	if !sane {
		t.Errorf("%+v", s)
	}
}
