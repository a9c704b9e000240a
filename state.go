package disruptor

import (
	"fmt"
	"sync"
	"time"
)

// ConsumerState says what a consumer does.
type ConsumerState uint8

const (
	Busy     ConsumerState = iota // in its handler, or in code that uses it by hand
	Waiting                       // in Next, WaitFor, Batches or Run, for something to read; of a group: all of its workers are
	Unserved                      // made by Handle or HandleLossy, and no Run serves it; or a group without workers
	Retrying                      // its handler has failed, and a FailurePolicy pauses before the next call; of a group: a worker's
)

// String returns "busy", "waiting", "unserved" or "retrying".
func (s ConsumerState) String() string {
	switch s {
	case Busy:
		return "busy"
	case Waiting:
		return "waiting"
	case Unserved:
		return "unserved"
	case Retrying:
		return "retrying"
	}
	return fmt.Sprintf("ConsumerState(%d)", uint8(s))
}

func (m *member) state() ConsumerState {
	switch {
	case m.waiting.load() != 0:
		return Waiting
	case m.service.load() == byNobody:
		return Unserved
	case m.failures.retrying.load() != 0:
		return Retrying
	}
	return Busy
}

// sightings are what earlier looks at a ring have seen. From them comes how long at least something has been
// as it is: those who change it read no clock.
type sightings struct {
	mu      sync.Mutex
	members map[*memberWords]sighting // by their words: it keeps no consumer that has left
	open    sighting                  // of the oldest open claim
}

type sighting struct {
	position int64
	state    ConsumerState
	since    time.Time // the first look that has seen it
}

// again returns now, another look at what was seen as s.
func (s sighting) again(now sighting) sighting {
	if !s.since.IsZero() && s.position == now.position && s.state == now.state {
		now.since = s.since
	}
	return now
}
