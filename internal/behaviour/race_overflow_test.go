package behaviour

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
)

// A sending goroutine records what becomes of each event. Event i of sender s is i*sendings + s.
type sending struct {
	*disruptor.Sender[int64]
	id       int64
	ran      map[int64]bool // what Inline was called with
	outcomes []error        // of Send, by i
}

const sendings = 8

// newSending makes a sender of one of all policies.
func newSending(p disruptor.Producer[int64], id int64) *sending {
	s := &sending{id: id, ran: map[int64]bool{}}
	wait := []time.Duration{0, 1, 20 * time.Microsecond}[id%3]
	policies := overflows(wait, nil)
	o := policies[id%int64(len(policies))].Overflow
	if o.Inline != nil {
		o.Inline = func(v int64) error { s.ran[v] = true; return errInline }
	}
	if id%4 == 3 {
		o.Block = func(v int64) bool { return v/sendings%16 == 0 }
	}
	s.Sender = p.Sender(o)
	return s
}

// send sends until the ring ends, or enough.
func (s *sending) send(ctx context.Context, enough int) {
	for i := range int64(enough) {
		ctx := ctx
		if i%32 == 31 {
			ctx = expired
		}
		err := s.Send(ctx, i*sendings+s.id)
		s.outcomes = append(s.outcomes, err)
		if errors.Is(err, disruptor.ErrClosed) {
			return
		}
		if err != nil { // the consumer may need the processor
			runtime.Gosched()
		}
	}
}

// Each event is either delivered, or dropped, run inline, timed out, late or refused, and counted as that.
func TestEveryEventOfASenderIsDeliveredOrAccountedFor(t *testing.T) {
	forEachVariant(t, func(t *testing.T, v variant) {
		rnd := rand.New(rand.NewPCG(uint64(len(t.Name())), 7))
		for range 2 * race.Scale {
			ctx := testContext(t)
			r := newRing[int64](t, v.config(1<<rnd.IntN(5)))
			p, c := newProducer(r), r.Consumer("slow")
			senders := []*sending{newSending(p, rnd.Int64N(sendings))}
			for len(senders) < 4 && v.producers == disruptor.Multi {
				senders = append(senders, newSending(p, (senders[0].id+int64(len(senders)))%sendings))
			}
			var wg sync.WaitGroup
			for _, s := range senders {
				wg.Go(func() { s.send(ctx, 1000) })
			}
			delivered, last := map[int64]bool{}, 1+rnd.IntN(1500)
			closing := inBackground(func() error { wg.Wait(); r.Close(); return nil })
			for b := range c.Batches(ctx) {
				for _, v := range b.All() {
					if delivered[*v] {
						t.Errorf("%d is delivered twice", *v)
					}
					delivered[*v] = true
				}
				for range rnd.IntN(4) {
					runtime.Gosched()
				}
				if len(delivered) >= last {
					r.Close()
				}
			}
			require.NoError(t, c.Err())
			require.NoError(t, <-closing)
			requireAccounts(t, senders, delivered, r.Stats())
		}
	})
}

// It needs two processors to itself to see what two senders do at once.
func TestManySendersLoseNoCount(t *testing.T) {
	const many, events = 4, 250_000 * race.Scale
	r := newRing[int64](t, disruptor.Config{Capacity: 1})
	r.Consumer("lazy")
	publish(t, r.MultiProducer(), 1)
	var ran [many][]int64
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			for _, o := range overflows(0, &ran[i]) {
				s := r.MultiProducer().Sender(o.Overflow)
				for range events {
					if err := s.Send(context.Background(), -1); err != o.err {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	requireCounts(t, r.Stats(), many*events, many*events, 0)
}

func requireAccounts(t *testing.T, senders []*sending, delivered map[int64]bool, stats disruptor.Stats) {
	t.Helper()
	sent, dropped, inlined, timedOut := 0, 0, 0, 0
	for _, s := range senders {
		ran := 0
		for i, err := range s.outcomes {
			v := int64(i)*sendings + s.id
			switch {
			case err == nil:
				sent++
			case err == disruptor.ErrDropped:
				dropped++
			case err == errInline:
				ran++
			case err == disruptor.ErrNoRoom:
				timedOut++
			case errors.Is(err, errLate) && i%32 == 31:
			case err == disruptor.ErrClosed && i == len(s.outcomes)-1:
			default:
				require.NoError(t, err, "event %d", v)
			}
			require.Equal(t, err == nil, delivered[v], "event %d, %v", v, err)
			require.Equal(t, err == errInline, s.ran[v], "event %d, %v", v, err)
		}
		require.Len(t, s.ran, ran)
		inlined += ran
	}
	require.Len(t, delivered, sent)
	requireCounts(t, stats, dropped, inlined, timedOut)
	require.EqualValues(t, sent, stats.Published)
	require.Zero(t, stats.Blocked)
}
