//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// A Tally holds the counts of a storm.
type Tally struct {
	Kills, Stops, Starts int64 // of processes
	Claimed              int64
	Delivered            int64 // to each consumer that gets all events
	Lost, Aborted        int64
	Evicted              int64
	Recoveries           int64
	Uncounted            int64 // claimed, when all is done, and neither delivered nor counted as lost or aborted
}

// String returns one line.
func (t Tally) String() string {
	return fmt.Sprintf("%d kills, %d stops, %d starts: %d claimed, %d delivered, %d lost, %d aborted; %d consumers evicted; %d recoveries; %d uncounted",
		t.Kills, t.Stops, t.Starts, t.Claimed, t.Delivered, t.Lost, t.Aborted, t.Evicted, t.Recoveries, t.Uncounted)
}

func (s *storm) tally() Tally {
	stats := s.ring.Stats()
	t := Tally{
		Kills: s.kills.Load(), Stops: s.stops.Load(), Starts: s.starts.Load(),
		Claimed: stats.Claimed, Lost: stats.Lost, Aborted: stats.Aborted, Evicted: stats.Evicted, Recoveries: stats.Recoveries,
	}
	for _, row := range s.rows {
		t.Delivered = s.ledger.Handled(row)
	}
	if s.done {
		t.Uncounted = t.Claimed - t.Delivered - t.Lost - t.Aborted
	}
	return t
}

// check checks, when all processes are done, that the counts add up.
func (s *storm) check(t Tally) error {
	// Each of these counts is stored next to the step that it counts. A kill in between leaves a
	// count one too low; aborted events are then lost too, and counted as one claim too many. No
	// more than one kill in a thousand hits that gap.
	tolerance := 8 * (1 + t.Kills/1000)
	for name, row := range s.rows {
		if err := s.ledger.Check(row, int(s.incarnations.Load())); err != nil {
			return err
		}
		handled := s.ledger.Handled(row)
		if handled != t.Delivered {
			return fmt.Errorf("consumer %q has handled %d events, and another %d", name, handled, t.Delivered)
		}
	}
	if t.Uncounted > tolerance || t.Uncounted < -tolerance {
		return fmt.Errorf("with those lost and aborted, what was delivered is not what was claimed: %v", t)
	}
	dead := int64(0)
	for _, p := range s.ring.Stats().Processes {
		if !p.Lives {
			dead++ // not recovered yet, and so not counted
		}
	}
	least := s.evictedJoined.Load() + s.evictedAlive.Load() - dead
	most := s.evictedDead.Load() + s.evictedAlive.Load() + s.evictedUnawares.Load()
	if t.Evicted < least-tolerance || t.Evicted > most {
		return fmt.Errorf("%d consumers were evicted, and at least %d and at most %d were killed or say so", t.Evicted, least, most)
	}
	return nil
}

// start starts a child of a storm.
func (s *storm) start(spec Spec) (*Process, error) {
	spec.Ring, spec.Ledger = s.path, s.path+".ledger"
	p, err := Start(spec)
	if err != nil {
		return nil, err
	}
	s.starts.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.processes[p] = struct{}{}
	return p, nil
}

// ended waits for the end of a child and counts it. It reports false if the child has not ended
// as it should.
func (s *storm) ended(ctx context.Context, p *Process) bool {
	ctx, cancel := context.WithTimeout(ctx, stall)
	defer cancel()
	killed, err := p.End(ctx)
	if err != nil {
		s.fail(err)
		return false
	}
	s.mu.Lock()
	delete(s.processes, p)
	s.mu.Unlock()
	evicts := p.Spec.Role == "consumes" && p.Spec.Consumer.OnDeath == 0
	switch {
	case killed:
		s.kills.Add(1)
		if evicts {
			s.evictedDead.Add(1)
			if p.joined {
				s.evictedJoined.Add(1)
			}
		}
	case evicts && strings.Contains(p.Output(), "> evicted"):
		s.evictedAlive.Add(1)
	case evicts && p.Spec.Consumer.Evictable > 0: // it has left, perhaps evicted before it looked again
		s.evictedUnawares.Add(1)
	case strings.Contains(p.Output(), "> upstream dead"):
		s.fail(errors.New("a consumer that others follow was evicted: " + p.Output()))
		return false
	}
	return true
}

// left returns the processes that have not ended.
func (s *storm) left() (all []*Process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.processes {
		all = append(all, p)
	}
	return all
}

func (s *storm) discard() {
	for _, p := range s.left() {
		p.Discard()
	}
}

// describe returns the state of the ring and of the processes.
func (s *storm) describe() string {
	text := s.ring.Stats().String()
	for _, p := range s.left() {
		text += fmt.Sprintf("state %s: %s", p.State(), p.Output())
	}
	return text
}
