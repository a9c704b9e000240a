package behaviour

import (
	"context"
	"errors"

	"github.com/be395dad/disruptor"
)

// opSender sends with a Sender that, without room, drops the event, runs Inline, or waits under
// a context that has ended. It must find room exactly when a claim would.
func (s *Session) opSender() {
	p, mode := s.producer(), s.pick(4)
	e, want := s.newEvent(), s.model.claim(1)
	var inlined []event
	var overflow disruptor.Overflow[event]
	ctx := context.Background()
	fails := error(nil)
	switch mode {
	case 0:
		overflow.Drop = true
	case 1, 2:
		if mode == 2 {
			fails = errBoom
		}
		overflow.Inline = func(e event) error {
			inlined = append(inlined, e)
			return fails
		}
	case 3:
		ctx = expired
	}
	sender := p.Sender(overflow)
	if want == misuse {
		s.mustPanic("send", func() { _ = sender.Send(ctx, e) })
		return
	}
	err := sender.Send(ctx, e)
	calls := 0
	switch {
	case want == granted:
		same(s, "Sender.Send", nil, err)
		s.sent(e)
	case want == ended:
		s.compareErr("Sender.Send", true, err, s.model.failure)
	case mode == 0:
		same(s, "Sender.Send", disruptor.ErrDropped, err)
		s.dropped++
	case mode == 3:
		same(s, "Sender.Send ended by its context", true, errors.Is(err, errLate))
	default:
		same(s, "Sender.Send inline", fails, err)
		calls = 1
		s.inlined++
	}
	same(s, "calls of Inline", calls, len(inlined))
	for _, got := range inlined {
		same(s, "event inline", e, got)
	}
	s.hit("Sender " + [...]string{"with Drop ", "with Inline ", "with Inline ", "that waits "}[mode] + want.String())
}
