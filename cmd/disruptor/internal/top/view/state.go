// Package view draws rings: a state is all that a screen shows, and a screen is a function of it.
package view

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

// A State is what a screen shows. Its methods change nothing and do nothing else than compute.
type State struct {
	Now     time.Time
	Every   time.Duration
	Targets []Target
	Pick    *regexp.Regexp // only rings whose name it matches; nil: all
	Sort    Sort

	Selected Key  // the first ring, if there is none of this key
	Alone    bool // only the selected ring
	Offset   int  // how many lines are scrolled out at the top
	Paused   bool
	Help     bool
}

// A Target is where rings are read.
type Target struct {
	Name    string // printable
	Figures rates.Figures
	Err     error     // of the last look
	Since   time.Time // of the first of the looks that have failed since one has succeeded
}

// Looked reports whether there has been a look.
func (t *Target) Looked() bool { return !t.Figures.At.IsZero() }

// A Key identifies a ring on the screen.
type Key struct {
	Target int
	Ring   string
}

// Sort is the order of rings, and of consumers in a ring.
type Sort int

// The orders. Rings and consumers that are equal otherwise are in the order of their names.
const (
	ByName Sort = iota
	ByLag
	ByRate
)

// String returns "name", "lag" or "rate".
func (s Sort) String() string { return [...]string{"name", "lag", "rate"}[s] }

// Next returns the order after this one, round and round.
func (s Sort) Next() Sort { return (s + 1) % (ByRate + 1) }

// An item is a ring on the screen.
type item struct {
	key  Key
	name string // printable
	ring rates.Ring
	from *Target
}

// items returns the rings that are shown, in their order.
func (s *State) items() []item {
	var all []item
	for i := range s.Targets {
		t := &s.Targets[i]
		for _, r := range t.Figures.Rings {
			one := item{Key{i, r.Key}, nameOf(r), r, t}
			if s.Pick == nil || s.Pick.MatchString(cmp.Or(r.Name, r.Key)) {
				one.ring.Consumers = s.consumers(r)
				all = append(all, one)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b item) int {
		first := 0
		switch s.Sort {
		case ByLag:
			first = cmp.Compare(lag(b.ring), lag(a.ring))
		case ByRate:
			first = cmp.Compare(b.ring.Publishing.PerSecond, a.ring.Publishing.PerSecond)
		}
		return cmp.Or(first, strings.Compare(a.name, b.name))
	})
	return all
}

// consumers returns those of a ring in their order.
func (s *State) consumers(r rates.Ring) []rates.Consumer {
	return slices.SortedStableFunc(slices.Values(r.Consumers), func(a, b rates.Consumer) int {
		first := 0
		switch s.Sort {
		case ByLag:
			first = cmp.Compare(b.Lag, a.Lag)
		case ByRate:
			first = cmp.Compare(b.Rate.PerSecond, a.Rate.PerSecond)
		}
		return cmp.Or(first, strings.Compare(a.Name, b.Name))
	})
}

// lag returns the greatest lag of a ring's consumers.
func lag(r rates.Ring) (most int64) {
	for _, c := range r.Consumers {
		most = max(most, c.Lag)
	}
	return most
}

// selected returns the place of the selected ring.
func (s *State) selected(all []item) int {
	return max(0, slices.IndexFunc(all, func(i item) bool { return i.key == s.Selected }))
}

// Unpicked says that Pick matches none of the rings that there are, or returns "".
func (s State) Unpicked() string {
	if len(s.items()) > 0 || s.Pick == nil {
		return ""
	}
	pick := s.Pick
	s.Pick = nil
	var names []string
	for _, i := range s.items() {
		names = append(names, i.name)
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf("-ring %s matches none of %s", pick, strings.Join(names, ", "))
}

// After returns the target after a look at a time. While looks fail it keeps its figures; the rates
// begin anew behind that, as the process may be another.
func (t Target) After(look source.Look, err error, now time.Time) Target {
	switch {
	case err == nil && t.Err == nil:
		t.Figures = t.Figures.Next(look)
	case err == nil:
		t.Figures, t.Err = rates.Figures{}.Next(look), nil
	case t.Err == nil:
		t.Err, t.Since = err, now
	default:
		t.Err = err
	}
	return t
}
