package behaviour

import (
	"context"
	"slices"
)

// drain publishes or aborts the open claims, closes the ring, lets all consumers read to the
// end, and compares all that each has received with all that was published.
func (s *Session) drain() {
	for i := 0; len(s.open) > 0; i++ {
		s.finish(len(s.open)-1, i%3 == 2)
	}
	s.compare(true)
	if !s.model.closed {
		s.close()
	}
	for progress := true; progress; {
		progress = false
		for _, c := range s.consumers {
			if b, ok := s.tryNext(c); ok {
				s.done(c, b)
				progress = true
			}
			s.observe()
		}
		progress = s.drainWorkers() || progress
		progress = s.drainHandlers() || progress
	}
	s.drainCopies()
	s.drainedGroups()
	s.drainedHandlers()
	for _, c := range s.consumers {
		_, err := c.Next(context.Background())
		s.compareErr(c.Name(), true, err, s.model.failure)
		same(s, c.Name()+" is drained", true, c.model.gone || s.model.failed || s.model.drained(c.model))
		if want := s.model.received(c.model); !slices.Equal(want, c.got) {
			s.failf("%s received %v, not %v", c.Name(), c.got, want)
		}
	}
	for _, c := range s.consumers {
		c.Close()
		if !c.model.gone {
			s.model.leave(c.model)
		}
	}
	s.compare(true)
}
