package disruptor

import (
	"fmt"
	"time"
)

// Explain says in one paragraph what holds the ring up. If producers are blocked, it names the
// consumers or the open claim that they wait for; otherwise it names the consumers that are
// behind. The text is for people, logs and reports. Its wording may change; [Ring.Stats] has the
// figures. Any goroutine may call Explain; it blocks nobody.
//
//	3 producers blocked for 2.1 s: ring "orders" is full (4096 slots), held by consumer "notify"
//	at 40960, in its handler for at least 2.1 s.
//
// The ring is read word by word while it runs, so a consumer may have moved by the time it is
// named. Durations are lower bounds, known from earlier looks: see [Stats.OpenFor].
func (r *Ring[T]) Explain() string { return r.look().explain() }

// look returns a snapshot that explain can be called of.
func (r *Ring[T]) look() *snapshot {
	s := r.core.snapshot()
	s.running = r.graph.active.load() != 0
	return s
}

func (s *snapshot) explain() string {
	ring := "ring"
	if s.Name != "" {
		ring = fmt.Sprintf("ring %q", s.Name)
	}
	switch {
	case s.failure != nil:
		return fmt.Sprintf("%s has failed: %s.", ring, errorText(s.failure)) + s.runWaits()
	case s.Blocked > 0:
		return s.explainBlocked(ring)
	case s.err != nil:
		return s.explainClosed(ring)
	case len(s.members) == 0:
		return fmt.Sprintf("%s has no consumers: nobody receives what is published; %s.", ring, s.freeText())
	}
	return fmt.Sprintf("no producer is blocked: %s has %s; %s.", ring, s.freeText(), s.behind())
}

// explainBlocked names what claims wait for.
func (s *snapshot) explainBlocked(ring string) string {
	text := fmt.Sprintf("%s blocked for %s: ", count(s.Blocked, "producer", "producers"), spell(s.BlockedFor))
	if s.Free > 0 && s.first.slots > s.Free {
		text += fmt.Sprintf("the first wants %d slots, and %s has %s, ", s.first.slots, ring, s.freeText())
	} else {
		text += fmt.Sprintf("%s is full (%s), ", ring, count(s.Capacity, "slot", "slots"))
	}
	need := s.Claimed + int64(s.first.slots) - int64(s.Capacity)
	var gates []int
	for i, c := range s.Consumers {
		if !c.Lossy && c.Position < need {
			gates = append(gates, i)
		}
	}
	holders := s.holders(gates)
	if len(gates) == 0 && s.Published < need {
		holders = []holder{{who: openClaim}}
	}
	if len(holders) == 0 {
		return text + "and room has just come."
	}
	text += "held by " + s.texts(holders, "and by") + "."
	for _, h := range holders {
		if s.mayWaitForItself(h.who) {
			text += " If that handler publishes to this ring, it waits for itself."
			break
		}
	}
	return text
}

func (s *snapshot) explainClosed(ring string) string {
	end := min(s.end, s.Claimed) // which is not fixed yet in the first moment
	holders := s.late(end)
	if len(holders) == 0 && s.Published < end {
		holders = []holder{{who: openClaim}}
	}
	if len(holders) == 0 {
		return fmt.Sprintf("%s is closed, and all is handed back.", ring) + s.runWaits()
	}
	return fmt.Sprintf("%s is closed and drains: %s.", ring, s.texts(holders, "and"))
}

// late returns what keeps consumers from having handed back everything below end.
func (s *snapshot) late(end int64) []holder {
	var late []int
	for i, c := range s.Consumers {
		if c.Position < end {
			late = append(late, i)
		}
	}
	return s.holders(late)
}

// runWaits names the consumers whose handlers have not returned, if Run has nothing else to wait
// for.
func (s *snapshot) runWaits() string {
	if busy := s.still(); len(busy) > 0 {
		return " Run waits for " + list(busy, "and") + "."
	}
	return ""
}

const delivered = "all that was published is handed back"

// behind says which consumers have not handed back everything published, and why.
func (s *snapshot) behind() string {
	if holders := s.late(s.Published); len(holders) > 0 {
		return s.texts(holders, "and")
	}
	if s.Published < s.Claimed {
		return "the next is " + s.openText()
	}
	for i := range s.members {
		if s.forRun(i) {
			return delivered + "; Run has not been called"
		}
	}
	return delivered
}

func (s *snapshot) freeText() string {
	return fmt.Sprintf("%d of %s free", s.Free, count(s.Capacity, "slot", "slots"))
}

// suspicious is how long a handler must have blocked a claim before that may be the handler's
// own claim.
const suspicious = time.Second

func (s *snapshot) mayWaitForItself(who int) bool {
	if who < 0 || s.Consumers[who].Position != s.gate {
		return false
	}
	busy := s.Consumers[who].State == Busy && s.members[who].service.load() == byRun
	_, found := s.found[standing{s.members[who], Busy}]
	return busy && found && s.Consumers[who].For >= suspicious
}
