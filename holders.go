package disruptor

import (
	"cmp"
	"fmt"
	"slices"
)

// Places that stand for something other than a consumer.
const (
	openClaim = -1 // the oldest open claim
	runToCome = -2 // Run, which has not been called
)

// A holder is something that consumers wait for and that itself waits for no other consumer.
type holder struct {
	who     int   // a place
	waiting []int // consumers that wait for it
}

// holders returns what the consumers at these places wait for, directly or through others.
func (s *snapshot) holders(places []int) (holders []holder) {
	for _, i := range places {
		who := s.holderOf(i)
		at := slices.IndexFunc(holders, func(h holder) bool { return h.who == who })
		if at < 0 {
			at = len(holders)
			holders = append(holders, holder{who: who})
		}
		if who != i {
			holders[at].waiting = append(holders[at].waiting, i)
		}
	}
	return holders
}

// holderOf returns the holder that the consumer at place i waits for. A consumer that has nothing to
// read waits for the slowest one that it follows, and so on up the graph.
func (s *snapshot) holderOf(i int) int {
	for range s.Consumers {
		c := s.Consumers[i]
		if s.forRun(i) {
			return runToCome
		}
		if c.Available > 0 || c.State == Unserved {
			return i
		}
		if len(s.follows[i]) == 0 {
			if c.Position >= s.Published && s.Published < s.Claimed {
				return openClaim
			}
			return i
		}
		i = slices.MinFunc(s.follows[i], func(a, b int) int {
			return cmp.Compare(s.Consumers[a].Position, s.Consumers[b].Position)
		})
	}
	return i
}

// forRun reports whether the consumer has a handler and Run has not been called.
func (s *snapshot) forRun(i int) bool {
	m := s.members[i]
	return !s.running && s.Consumers[i].State == Unserved && (!m.group || m.handled.load() != 0)
}

// mostHolders is how many holders a text names.
const mostHolders = 4

func (s *snapshot) texts(holders []holder, and string) string {
	var parts []string
	for i, h := range holders {
		if i == mostHolders {
			parts = append(parts, count(len(holders)-i, "other", "others"))
			break
		}
		var text string
		switch h.who {
		case openClaim:
			text = s.openText()
		case runToCome:
			text = "Run, which has not been called"
		default:
			text = s.text(h.who)
		}
		if n := len(h.waiting); n > 0 {
			names := make([]string, n)
			for j, w := range h.waiting {
				names[j] = fmt.Sprintf("%q", s.Consumers[w].Name)
			}
			text += fmt.Sprintf(" (%s %s for it)", list(names, "and"), map[bool]string{true: "waits", false: "wait"}[n == 1])
		}
		parts = append(parts, text)
	}
	return list(parts, and)
}

func (s *snapshot) openText() string {
	return fmt.Sprintf("sequence %d, which is claimed and has not been published%s", s.Published, atLeast(s.OpenFor))
}

// text describes the consumer at place i and what it does.
func (s *snapshot) text(i int) string {
	c, m := s.Consumers[i], s.members[i]
	who := "consumer"
	if m.group {
		who = "group"
	}
	return fmt.Sprintf("%s %q at %d, %s", who, c.Name, c.Position, s.doing(c, m))
}

func (s *snapshot) doing(c ConsumerStats, m *member) string {
	byHand := m.service.load() == byHand
	since := atLeast(c.For)
	switch {
	case c.State == Unserved && m.group:
		return "which has no workers"
	case c.State == Unserved:
		return "whose handler has stopped"
	case c.State == Retrying:
		text := "which waits"
		if m.group {
			text = "where a worker waits"
		}
		text += fmt.Sprintf(" before a call of its handler is repeated (%s so far)", count(c.Retried, "retry", "retries"))
		if last := m.failures.last.load(); last != nil {
			text += ": " + errorText(*last)
		}
		return text
	case c.State == Waiting && m.group:
		return "which is about to go on"
	case c.State == Waiting:
		return "which is about to go on, or waits in WaitFor for more than it has"
	case m.group && byHand:
		return "where a worker used by hand has not taken or not handed back what is next" + since
	case m.group:
		return "where a worker is in its handler" + since
	case byHand && c.Lossy:
		return "used by hand, which has taken no copy" + since
	case byHand && c.Batches.Count() == 0:
		return "used by hand, which has never handed anything back" + since + ": it may be forgotten"
	case byHand:
		return "used by hand, which has handed nothing back" + since
	}
	return "in its handler" + since
}

// still names the consumers whose handlers have not returned.
func (s *snapshot) still() (busy []string) {
	for i, c := range s.Consumers {
		if s.running && s.members[i].service.load() == byRun && c.State == Busy {
			busy = append(busy, s.text(i))
		}
	}
	return busy
}
