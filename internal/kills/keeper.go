//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/be395dad/disruptor/shm"
)

// Points at which processes of a storm kill themselves.
var (
	producerPoints = []string{"half", "filled"}
	consumerPoints = []string{"in hand", "handled", "handed back"}
	// In package shm; without the tag disruptor_faults there are none.
	namedProducerPoints = []string{
		"record taken", "recorded", "claimed", "marked", "cleared", "bit of a sleeper", "recovering", "open found", "gap raised", "one lost", "lost",
		"end stored", "bit cleared", "record reset", "buried", "expelled", "time of death",
	}
	namedConsumerPoints = []string{
		"joining", "bit set", "joined", "passed", "bit of a sleeper", "recovering", "open found", "gap raised", "one lost", "lost", "end stored",
		"bit cleared", "record reset", "buried", "time of death",
	}
)

func init() {
	if Named {
		producerPoints = append(producerPoints, namedProducerPoints...)
		consumerPoints = append(consumerPoints, namedConsumerPoints...)
	}
}

// strikeAt returns a strike at one of the points, or none.
func strikeAt(points []string) Strike {
	if rand.IntN(3) == 0 {
		return Strike{}
	}
	k := 1 + rand.Int64N(3)
	if rand.IntN(2) == 0 {
		k = 1 + rand.Int64N(1000)
	}
	return Strike{points[rand.IntN(len(points))], k, syscall.SIGKILL}
}

// keepProducer restarts a producer again and again. The last one ends with the ring.
func (s *storm) keepProducer(i int) {
	for !s.isOver() {
		spec := Spec{
			Role: "produces", Name: fmt.Sprint(i), Incarnation: int(s.incarnations.Add(1) - 1),
			Batch: 1 + rand.IntN(min(8, s.Capacity)), Aborts: rand.IntN(2) == 0, Spin: time.Duration(rand.IntN(2) - 1),
			Strike: strikeAt(producerPoints),
		}
		if rand.IntN(10) == 0 {
			spec.Claims = 1 + rand.IntN(500)
		}
		p, err := s.start(spec)
		if err != nil {
			s.fail(err)
			return
		}
		if rand.IntN(8) != 0 { // otherwise it may be killed while it starts
			_ = s.ready(p) // if it has ended instead, that is checked below
		}
		if s.harm(p) {
			s.ended(s.ctx, p)
		}
	}
}

// consume starts a consumer. It fails if the consumer does not get ready, unless that kills itself.
func (s *storm) consume(m Member, row int, strikes bool) (*Process, error) {
	spec := Spec{
		Role: "consumes", Row: row, Spin: time.Duration(rand.IntN(2) - 1), Late: !m.Held, Private: !m.Held,
		Consumer: shm.ConsumerConfig{Name: m.Name, After: m.After, MaxBatch: 1 + rand.IntN(s.Capacity), Evictable: m.Evictable},
	}
	if m.Held {
		// The same in each life: it is the number of events that may come again.
		spec.Consumer.MaxBatch, spec.Consumer.OnDeath, spec.Consumer.Grace = 8, shm.Hold, time.Hour
	}
	if strikes {
		spec.Strike = strikeAt(consumerPoints)
	}
	p, err := s.start(spec)
	if err != nil {
		return nil, err
	}
	return p, s.ready(p)
}

// ready waits until a child is ready, or has killed itself.
func (s *storm) ready(p *Process) error {
	ctx, cancel := context.WithTimeout(s.ctx, stall)
	defer cancel()
	err := p.Expect(ctx, "ready")
	if err == nil {
		p.joined = true
		return nil
	}
	if p.Spec.Strike.Point == "" || ctx.Err() != nil {
		return err
	}
	return nil
}

// keepConsumer restarts a consumer again and again. If it is held, its last life is not harmed.
func (s *storm) keepConsumer(m Member, row int, p *Process) {
	for !s.isOver() {
		if s.harm(p) && s.ended(s.ctx, p) {
			var err error
			if p, err = s.consume(m, row, true); err != nil {
				s.fail(err)
				return
			}
		}
	}
	if !m.Held || s.failure() != nil {
		return
	}
	_ = p.Signal(syscall.SIGKILL)
	s.ended(s.ctx, p)
	if _, err := s.consume(m, row, false); err != nil {
		s.fail(err)
	}
}

// harm stops and kills a child at random. It reports whether it has killed the child or the
// child has ended; once the storm is over it does no harm.
func (s *storm) harm(p *Process) bool {
	p.Reap()
	for {
		if !s.pause(p) {
			break
		}
		switch rand.IntN(4) {
		case 0: // is stopped for a while
			s.stops.Add(1)
			_ = p.Signal(syscall.SIGSTOP)
			s.pause(p)
			_ = p.Signal(syscall.SIGCONT)
		case 1: // is killed where it stands
			s.stops.Add(1)
			_ = p.Signal(syscall.SIGSTOP)
			s.pause(p)
			_ = p.Signal(syscall.SIGKILL)
			return true
		case 2:
			_ = p.Signal(syscall.SIGKILL)
			return true
		}
	}
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// pause waits for a random while. It reports false if the child has ended meanwhile, or the storm is over.
func (s *storm) pause(p *Process) bool {
	select {
	case <-p.ended:
	case <-s.enough:
	case <-s.abandoned:
	case <-time.After(time.Duration(rand.IntN(4000)) * time.Microsecond):
		return true
	}
	return false
}

func (s *storm) isOver() bool {
	select {
	case <-s.enough:
	case <-s.abandoned:
	default:
		return false
	}
	return true
}
