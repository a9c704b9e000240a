package disruptor

import (
	"fmt"
	"sync"
	"time"
)

// ConsumerState says what a consumer is doing.
type ConsumerState uint8

const (
	Busy     ConsumerState = iota // in its handler, or in code that uses it by hand
	Waiting                       // waits for something to read, in Next, WaitFor, Batches or Run; of a group, all workers do
	Unserved                      // has a handler that no Run serves; a group has no workers
	Retrying                      // pauses before its handler is called again after a failure; of a group, a worker does
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

// sightings are what earlier looks at a ring have seen. They tell how long, at least, something
// has been as it is: the code that changes it reads no clock.
type sightings struct {
	mu      sync.Mutex
	members map[*memberWords]sighting // by their words: it keeps no consumer that has left
	open    sighting                  // of the oldest open claim
}

type sighting struct {
	position int64
	state    ConsumerState
	since    time.Time // of the first look that saw it so
}

// again returns now, dated back to s if nothing has changed since.
func (s sighting) again(now sighting) sighting {
	if !s.since.IsZero() && s.position == now.position && s.state == now.state {
		now.since = s.since
	}
	return now
}
