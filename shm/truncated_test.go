//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// A scene is a ring with everything in use, guarded or not.
type scene struct {
	ring     *Ring[tick]
	path     string
	idle     *Producer[tick]
	claiming *Producer[tick]
	claim    Batch[tick] // of claiming
	first    *Consumer[tick]
	next     *Consumer[tick] // it follows first
	copying  *Consumer[tick] // it may be evicted
	hand     Batch[tick]     // of first
	hand2    Batch[tick]     // of copying
}

func newScene(t *testing.T, marks Marks, opts Options) *scene {
	t.Helper()
	s := &scene{}
	s.ring, s.path = newRing[tick](t, Config{Capacity: 1 << 10, Marks: marks, Options: opts})
	s.idle, s.claiming = newProducer(t, s.ring), newProducer(t, s.ring)
	s.first = newConsumer(t, s.ring, ConsumerConfig{Name: "first"})
	s.next = newConsumer(t, s.ring, ConsumerConfig{Name: "next", After: []string{"first"}})
	s.copying = newConsumer(t, s.ring, ConsumerConfig{Name: "copying", Evictable: 1 << 10})
	for range 700 {
		require.True(t, s.idle.TrySend(tick{}))
	}
	var ok bool
	s.claim, ok = s.claiming.TryClaim(5)
	require.True(t, ok)
	s.hand, ok = s.first.TryNext()
	require.True(t, ok)
	s.hand2, ok = s.copying.TryNext()
	require.True(t, ok)
	return s
}

// late is a context that ends after a few looks at it.
type late struct {
	context.Context
	looks int
}

func (l *late) Err() error {
	if l.looks++; l.looks > 3 {
		return context.Canceled
	}
	return nil
}

// calls are the calls that a scene can make. Each returns its error, if it has one.
var calls = map[string]func(*scene, context.Context) error{
	"Send": func(s *scene, ctx context.Context) error {
		for range 1100 { // it is quiet once, and then reports it
			if err := s.idle.Send(ctx, tick{}); err != nil {
				return err
			}
		}
		return errors.New("all was sent")
	},
	"SendAll": func(s *scene, _ context.Context) error {
		_, err := s.idle.SendAll(&late{Context: context.Background()}, make([]tick, 1100))
		return err
	},
	"Claim": func(s *scene, ctx context.Context) error {
		for range 1100 {
			b, err := s.idle.Claim(ctx, 1)
			if err != nil {
				return err
			}
			s.idle.Publish(b)
		}
		return errors.New("all was claimed")
	},
	"Do": func(s *scene, ctx context.Context) error {
		for range 1100 {
			if err := s.idle.Do(ctx, 1, func(Batch[tick]) error { return nil }); err != nil {
				return err
			}
		}
		return errors.New("all was done")
	},
	"Publish": func(s *scene, ctx context.Context) error {
		s.claiming.Publish(s.claim)
		return s.claiming.Send(ctx, tick{})
	},
	"Publish parts": func(s *scene, ctx context.Context) error {
		head, rest := s.claim.Split(2)
		s.claiming.Publish(rest)
		s.claiming.Publish(head)
		return s.claiming.Send(ctx, tick{})
	},
	"Abort": func(s *scene, ctx context.Context) error {
		s.claiming.Abort(s.claim)
		return s.claiming.Send(ctx, tick{})
	},
	"Next": func(s *scene, ctx context.Context) error {
		_, err := s.first.Next(ctx)
		return err
	},
	"Next of a copy": func(s *scene, ctx context.Context) error {
		_, err := s.copying.Next(ctx)
		return err
	},
	"Next after another": func(s *scene, ctx context.Context) error {
		_, err := s.next.Next(ctx)
		return err
	},
	"Batches": func(s *scene, _ context.Context) error {
		for range s.first.Batches(&late{Context: context.Background()}) {
		}
		return s.first.Err()
	},
	"Done": func(s *scene, ctx context.Context) error {
		s.first.Done(s.hand)
		_, err := s.first.Next(ctx)
		return err
	},
	"Done of a copy": func(s *scene, ctx context.Context) error {
		s.copying.Done(s.hand2)
		_, err := s.copying.Next(ctx)
		return err
	},
	"Close of a consumer": func(s *scene, _ context.Context) error { s.first.Close(); return s.ring.Err() },
	"Close of a producer": func(s *scene, _ context.Context) error { s.claiming.Close(); return s.ring.Err() },
	"Close of the ring":   func(s *scene, _ context.Context) error { s.ring.Close(); return s.ring.Err() },
	"Position":            func(s *scene, _ context.Context) error { s.first.Position(); return s.ring.Err() },
	"Lag":                 func(s *scene, _ context.Context) error { s.first.Lag(); return s.ring.Err() },
	"Stats":               func(s *scene, _ context.Context) error { _ = s.ring.Stats().String(); return s.ring.Err() },
	"Err":                 func(s *scene, _ context.Context) error { return s.ring.Err() },
	"Shutdown":            func(s *scene, ctx context.Context) error { return s.ring.Shutdown(ctx) },
	"Consumer": func(s *scene, _ context.Context) error {
		c, err := s.ring.Consumer(ConsumerConfig{Name: "new", After: []string{"next"}})
		if err == nil {
			c.Close()
		}
		return err
	},
	"Producer": func(s *scene, _ context.Context) error {
		p, err := s.ring.Producer("new")
		if err == nil {
			p.Close()
		}
		return err
	},
}

// The file is cut, to nothing or in between. Each call then ends with an error, or quietly, and
// so do all later ones.
func TestTruncatedUnderAGuard(t *testing.T) {
	for _, marks := range []Marks{EmbeddedMarks, SeparateMarks} {
		for region := range 7 {
			for name, call := range calls {
				s := newScene(t, marks, Options{GuardFaults: true})
				g := s.ring.core.geometry
				cut := []int64{0, g.Control, g.Attachments, g.Records, g.Places, g.Marks, g.Slots}[region]
				require.NoError(t, os.Truncate(s.path, cut))
				ctx := ended()
				if err := call(s, ctx); cut == 0 || cut == g.Control {
					require.ErrorIs(t, err, ErrTruncated, name)
					require.ErrorIs(t, err, ErrClosed, name)
				} else if err != nil {
					require.True(t, errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled), "%s: %v", name, err)
				}
				for _, then := range calls {
					if err := recoveredMisuse(func() { _ = then(s, ctx) }); err != "" {
						require.Fail(t, err, "after %s", name)
					}
				}
				for _, c := range []*Consumer[tick]{s.first, s.next, s.copying} {
					c.Close()
				}
				s.idle.Close()
				s.claiming.Close()
				require.NoError(t, s.ring.Detach(long(t)), "what is held and mapped is given back")
			}
		}
	}
}

// recoveredMisuse calls f and returns its panic, except one about a batch that was published or
// handed back before.
func recoveredMisuse(f func()) string {
	switch text := recovered(f); {
	case len(text) > 5 && (text[:5] == "Done " || text[:5] == "Publi" || text[:5] == "Abort"):
		return ""
	case text == "claim by a closed producer":
		return ""
	default:
		return text
	}
}

// A futex whose page is gone is an error, whichever call finds out first.
func TestFutexOfATruncatedFile(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 2, Options: Options{GuardFaults: true}})
	event := &r.core.control.event
	count := &event.count
	require.NoError(t, os.Truncate(path, 0))
	require.ErrorIs(t, futexWait(count, 0, 1), ErrTruncated)
	futexWake(count)
}

func init() {
	children["cut"] = func() {
		r, err := Open[tick](os.Args[1], Options{})
		must(err)
		must(os.Truncate(os.Args[1], 0))
		p, err := r.Producer("")
		println("not reached", p, err)
		os.Exit(0)
	}
}

// Without the guard, the program ends.
func TestTruncatedWithoutAGuard(t *testing.T) {
	_, path := newRing[tick](t, Config{Capacity: 2})
	out, err := child(t, "cut", path).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "unexpected fault address")
	require.NotContains(t, string(out), "not reached")
}

func TestAnonymousRingCannotBeCut(t *testing.T) {
	r, err := CreateAnonymous[tick]("anonymous", Config{Capacity: 2})
	require.NoError(t, err)
	f, err := r.File()
	require.NoError(t, err)
	defer f.Close()
	require.Error(t, f.Truncate(0))
	require.Error(t, f.Truncate(1<<20))
	require.True(t, newProducer(t, r).TrySend(tick{}))
}

// A role that has seen a fault hands out no slots: they may be gone.
func TestNothingIsHandedOutAfterAFault(t *testing.T) {
	s := newScene(t, SeparateMarks, Options{GuardFaults: true})
	require.NoError(t, os.Truncate(s.path, s.ring.core.Slots))
	require.NoError(t, s.idle.Send(long(t), tick{}), "it is quiet once")
	require.ErrorIs(t, s.ring.Err(), ErrTruncated)
	_, ok := s.idle.TryClaim(1)
	require.False(t, ok)
	_, ok = s.first.TryNext()
	require.False(t, ok)
}
