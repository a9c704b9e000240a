package metrics

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/be395dad/disruptor"
)

// A Source is a *disruptor.Ring of events of any type. Any goroutine may call Stats.
type Source interface {
	Stats() disruptor.Stats
}

// A Set holds the rings whose figures are exported. The zero value is empty and ready to use.
// Rings may be added and removed after the set was passed to [NewCollector] or [Instrument]. Any
// goroutine may call its methods. A Set must not be copied after its first use.
type Set struct {
	mu    sync.RWMutex
	rings map[string]Source
}

// Add adds a ring under its Config.Name. It fails if the ring is nil, if that name is empty, or
// if the set already has a ring of that name.
func (s *Set) Add(ring Source) error {
	if ring == nil {
		return errNil
	}
	return s.AddAs(ring.Stats().Name, ring)
}

var errNil = errors.New("metrics: a nil ring")

// AddAs is [Set.Add] under the given name instead of Config.Name, for rings that have no name or
// share one.
func (s *Set) AddAs(name string, ring Source) error {
	if ring == nil {
		return errNil
	}
	if name == "" {
		return errors.New("metrics: a ring without a name: set Config.Name, or use AddAs")
	}
	name = valid(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rings[name] != nil {
		return fmt.Errorf("metrics: two rings named %q", name)
	}
	if s.rings == nil {
		s.rings = make(map[string]Source)
	}
	s.rings[name] = ring
	return nil
}

// Remove removes the ring that was added under that name, if there is one. A scrape that has
// already begun may still show it. A closed ring stays in the set until it is removed.
func (s *Set) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rings, valid(name))
}

// all takes a snapshot of each ring in turn. It holds no lock meanwhile, so that Add doesn't wait
// for a scrape.
func (s *Set) all() iter.Seq2[string, disruptor.Stats] {
	return func(yield func(string, disruptor.Stats) bool) {
		s.mu.RLock()
		rings := maps.Clone(s.rings)
		s.mu.RUnlock()
		for name, ring := range rings {
			if !yield(name, ring.Stats()) {
				return
			}
		}
	}
}

// distinct returns a unique label for each consumer: its name, or "name#2" for the second of that
// name.
func distinct(consumers []disruptor.ConsumerStats) []string {
	labels := make([]string, len(consumers))
	last := make(map[string]int, len(consumers)) // of each label that is taken: the last number tried
	for i, c := range consumers {
		name := valid(c.Name)
		label := name
		for last[label] > 0 { // again and again, as a consumer may be named "x#2"
			last[name]++
			label = name + "#" + strconv.Itoa(last[name])
		}
		last[label] = 1
		labels[i] = label
	}
	return labels
}

// valid makes a name UTF-8: both clients refuse other labels.
func valid(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }
