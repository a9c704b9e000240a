//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzWords interprets its input, byte by byte, as a program that uses a ring as two processes do
// and overwrites words of it between the steps. Nothing may panic, hang or access memory beyond
// the ring.
func FuzzWords(f *testing.F) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		program := make([]byte, 200+random.IntN(800))
		for i := range program {
			program[i] = byte(random.Uint32())
		}
		f.Add(byte(seed), program)
	}
	f.Fuzz(func(t *testing.T, kind byte, program []byte) {
		s := newSession(t, kind, program[:min(len(program), 2000)])
		for len(s.program) > 0 {
			s.step()
		}
		s.end()
	})
}

// A session is a ring in use and the rest of the program.
type session struct {
	t         *testing.T
	program   []byte
	path      string
	rings     []*Ring[tick]
	producers []*handed
	consumers []*Consumer[tick]
	joined    int
}

// handed is a producer and the unpublished rest of its claim.
type handed struct {
	*Producer[tick]
	open []Batch[tick]
}

func newSession(t *testing.T, kind byte, program []byte) *session {
	setPace(t, time.Hour, 0) // it never sleeps, and examines each time
	s := &session{t: t, program: program}
	r, path := newRing[tick](t, Config{
		Capacity: 8, MaxProcesses: 4, MaxProducers: 4, MaxConsumers: 6, Marks: Marks(kind % 3),
		Options: Options{GuardFaults: kind&8 != 0},
	})
	s.path = path
	s.rings = []*Ring[tick]{r, openRing[tick](t, path, Options{GuardFaults: kind&16 != 0})}
	s.newProducer()
	s.newConsumer()
	return s
}

func (s *session) byte() int {
	if len(s.program) == 0 {
		return 0
	}
	b := s.program[0]
	s.program = s.program[1:]
	return int(b)
}

func (s *session) ring() *Ring[tick] { return s.rings[s.byte()%len(s.rings)] }

func (s *session) newProducer() {
	if p, err := s.ring().Producer("p"); err == nil {
		s.producers = append(s.producers, &handed{Producer: p})
	}
}

func (s *session) newConsumer() {
	cfg := ConsumerConfig{Name: fmt.Sprint(s.joined), MaxBatch: s.byte() % 9, OnDeath: OnDeath(s.byte() % 3)}
	s.joined++
	if cfg.OnDeath == Hold {
		cfg.Grace = time.Duration(s.byte())
	}
	if s.byte()%3 == 0 {
		cfg.Evictable = int64(s.byte() % 9)
	}
	for n := s.byte() % 4; n > 0 && len(s.consumers) > 0; n-- {
		cfg.After = append(cfg.After, s.consumers[s.byte()%len(s.consumers)].Name())
	}
	if c, err := s.ring().Consumer(cfg); err == nil {
		s.consumers = append(s.consumers, c)
	}
}

// short returns a context that has ended or ends soon.
func (s *session) short() context.Context {
	if s.byte()%4 == 0 {
		return &late{Context: context.Background()}
	}
	return ended()
}

func (s *session) step() {
	op := s.byte() % 24
	if op < 8 && len(s.producers) > 0 {
		s.produce(s.producers[s.byte()%len(s.producers)], op)
		return
	}
	if op < 12 && len(s.consumers) > 0 {
		c := s.consumers[s.byte()%len(s.consumers)]
		b, ok := c.TryNext()
		if op == 11 {
			var err error
			b, err = c.Next(s.short())
			ok = err == nil
		}
		if ok && op != 8 {
			for _, e := range b.All() {
				_ = *e
			}
			head, _ := b.Split(s.byte() % (b.Len() + 1))
			c.Done(head)
		}
		_, _ = c.Position(), c.Lag()
		return
	}
	switch op {
	case 12:
		s.newConsumer()
	case 13:
		if n := len(s.consumers); n > 1 {
			i := s.byte() % n
			s.consumers[i].Close()
			s.consumers = append(s.consumers[:i], s.consumers[i+1:]...)
		}
	case 14:
		s.newProducer()
	case 15:
		if n := len(s.producers); n > 1 {
			i := s.byte() % n
			s.producers[i].Close()
			s.producers = append(s.producers[:i], s.producers[i+1:]...)
		}
	case 16:
		_ = s.ring().Stats().String()
	case 17:
		s.ring().core.recover()
	case 18:
		_, _ = s.ring().Err(), s.ring().Shutdown
		if s.byte()%16 == 0 {
			_ = s.ring().Shutdown(ended())
		}
	case 19:
		if s.byte()%8 == 0 {
			s.die()
		}
	default:
		s.overwrite()
	}
}

func (s *session) produce(p *handed, op int) {
	switch {
	case len(p.open) == 0 && op < 3:
		if b, ok := p.TryClaim(1 + s.byte()%8); ok {
			p.open = []Batch[tick]{b}
		}
	case len(p.open) == 0 && op < 5:
		if b, err := p.Claim(s.short(), 1+s.byte()%8); err == nil {
			p.open = []Batch[tick]{b}
		}
	case len(p.open) == 0 && op < 7:
		_ = p.Send(s.short(), tick{ID: 1})
	case len(p.open) == 0:
		_, _ = p.SendAll(s.short(), make([]tick, s.byte()%20))
	default:
		i := s.byte() % len(p.open)
		b := p.open[i]
		p.open = append(p.open[:i], p.open[i+1:]...)
		if head, rest := b.Split(s.byte() % b.Len()); head.Len() > 0 && op < 4 {
			p.open = append(p.open, head)
			b = rest
		}
		if op%2 == 0 {
			p.Publish(b)
		} else {
			p.Abort(b)
		}
	}
}

// die has one more process attach, take part and end.
func (s *session) die() {
	r, err := Open[tick](s.path, Options{})
	if err != nil {
		return
	}
	if p, err := r.Producer("dead"); err == nil {
		p.TryClaim(1 + s.byte()%8)
	}
	if c, err := r.Consumer(ConsumerConfig{OnDeath: OnDeath(s.byte() % 2 * 2)}); err == nil {
		c.TryNext()
	}
	require.NoError(s.t, r.core.file.Unmap())
}

// overwrite stores a value in a word of the ring.
func (s *session) overwrite() {
	c := s.rings[0].core
	g := c.geometry
	regions := []int64{g.Control, g.Attachments, g.Records, g.Places, g.Marks, g.Slots, g.Size}
	region := s.byte() % 6
	from, to := regions[region], regions[region+1]
	if from == to {
		to = c.Slots + c.Capacity*c.Stride
	}
	offset := (s.byte() | s.byte()<<8) * 8
	if s.byte()%2 == 0 { // words in use are at the start of lines, mostly
		offset = offset/128*128 + s.byte()%4*8
	}
	word := (*atomic.Uint64)(c.at(from + int64(offset)%(to-from)/8*8))
	end, _ := c.claimed()
	near := end + int64(s.byte()%32) - 16
	values := []uint64{
		0, 1, math.MaxUint64, 1 << 63, math.MaxInt64, maxSequence, maxSequence + 1, uint64(near), uint64(near), uint64(near) | 1<<63,
		uint64(published(near)), uint64(gap(near)), uint64(stateOf(uint64(s.byte()), s.byte()%8-1, phase(s.byte()%10))),
		uint64(s.byte()%4)<<8 | uint64(s.byte()%8), 1 << (s.byte() % 64), word.Load() + 1, word.Load() ^ 1<<(s.byte()%64),
	}
	word.Store(values[s.byte()%len(values)])
}

// end ends the whole session, which must always be possible.
func (s *session) end() {
	for _, r := range s.rings {
		r.Close()
		_ = r.Stats().String()
	}
	for _, c := range s.consumers {
		c.TryNext()
		c.Close()
	}
	for _, p := range s.producers {
		p.Close()
	}
	for _, r := range s.rings {
		require.NoError(s.t, r.Detach(long(s.t)))
	}
}
