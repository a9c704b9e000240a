package behaviour

import (
	"context"
	"errors"
	"time"

	"github.com/be395dad/disruptor"
)

// A fuzzOverflow is a kind of Sender.
type fuzzOverflow struct {
	name                string
	drop, inline, block bool
	waits               bool // for room, as long as the operation says; otherwise not at all, or under a context that has ended
	fails               error
}

var fuzzOverflows = []fuzzOverflow{
	{name: "with Drop", drop: true},
	{name: "with Inline", inline: true},
	{name: "with Inline", inline: true, fails: errBoom},
	{name: "that waits"},
	{name: "with Wait", waits: true},
	{name: "with Wait and Drop", waits: true, drop: true},
	{name: "with Wait and Inline", waits: true, inline: true},
	{name: "with Block", waits: true, drop: true, block: true},
}

// A brief wait is over soon. The other waits are over when something ends them.
const briefWait, endlessWait = 20 * time.Microsecond, 1000 * time.Hour

// A fuzzSender is used again for each event that is sent in the same way.
type fuzzSender struct {
	*disruptor.Sender[event]
	fuzzOverflow
	inlined []event // Inline was called with them
	asked   int     // how often Block was called
}

type senderKey struct {
	producer disruptor.Producer[event]
	kind     int
	brief    bool
}

func (s *Session) sender(key senderKey) *fuzzSender {
	if x := s.senders[key]; x != nil {
		return x
	}
	x := &fuzzSender{fuzzOverflow: fuzzOverflows[key.kind]}
	o := disruptor.Overflow[event]{Drop: x.drop}
	switch {
	case key.brief:
		o.Wait = briefWait
	case x.waits:
		o.Wait = endlessWait
	}
	if x.inline {
		o.Inline = func(e event) error {
			x.inlined = append(x.inlined, e)
			return x.fails
		}
	}
	if x.block {
		o.Block = func(event) bool { x.asked++; return true }
	}
	x.Sender = key.producer.Sender(o)
	s.senders[key] = x
	return x
}

// opSender sends with a Sender that, without room, does what the first argument says. The second says how a wait ends.
// The Sender must find room exactly when a claim would.
func (s *Session) opSender() {
	p, kind := s.producer(), s.pick(len(fuzzOverflows))
	end := byTime
	if fuzzOverflows[kind].waits {
		if end = waitEnd(s.pick(waitEnds)); end == byTime && fuzzOverflows[kind].block {
			end = byContext // Block waits without a limit
		}
	}
	x := s.sender(senderKey{p, kind, fuzzOverflows[kind].waits && end == byTime})
	e, want := s.newEvent(), s.model.claim(1)
	ctx := context.Background()
	if x.name == "that waits" {
		ctx = expired
	}
	if want == misuse {
		s.mustPanic("send", func() { _ = x.Send(ctx, e) })
		return
	}
	x.inlined, x.asked = nil, 0
	s.hit("Sender " + x.name + " " + want.String())
	if want == noRoom && end != byTime {
		s.sendLater(x, e, end)
		same(s, "calls of Block", x.block, x.asked == 1)
		same(s, "calls of Inline by a wait that something ended", 0, len(x.inlined))
		return
	}
	began := time.Now()
	err := x.Send(ctx, e)
	switch took := time.Since(began); want {
	case granted:
		same(s, "Sender.Send", nil, err)
		s.sent(e)
	case ended:
		s.compareErr("Sender.Send", true, err, s.model.cause)
	case noRoom:
		same(s, "Sender.Send waited as long as it should", true, !x.waits || took >= briefWait) // on a slow machine even longer
		s.overflowed(x, e, err)
		return
	}
	same(s, "calls of Block where there is room, or an end", 0, x.asked)
	same(s, "calls of Inline where there is room, or an end", 0, len(x.inlined))
}

// overflowed compares what x has done with an event that found no room.
func (s *Session) overflowed(x *fuzzSender, e event, err error) {
	calls := 0
	switch {
	case x.drop:
		same(s, "Sender.Send", disruptor.ErrDropped, err)
		s.dropped++
	case x.inline:
		same(s, "Sender.Send inline", x.fails, err)
		s.inlined++
		calls = 1
	case x.waits:
		same(s, "Sender.Send", disruptor.ErrNoRoom, err)
		s.timedOut++
	default:
		same(s, "Sender.Send ended by its context", true, errors.Is(err, errLate))
	}
	same(s, "calls of Inline", calls, len(x.inlined))
	for _, got := range x.inlined {
		same(s, "event inline", e, got)
	}
}
