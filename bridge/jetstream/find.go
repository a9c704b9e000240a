package jetstream

import (
	"context"
	"errors"
	"fmt"

	js "github.com/nats-io/nats.go/jetstream"
)

// find asks the stream for its last message until there is an answer, and sets last and next to
// it.
func (p *Publisher[T]) find(ctx context.Context) error {
	for {
		err := p.findOnce(ctx)
		if err == nil {
			p.known = true
			return nil
		}
		if err := p.patience.next(ctx, err); err != nil {
			return err
		}
	}
}

func (p *Publisher[T]) findOnce(parent context.Context) error {
	ctx, cancel := context.WithTimeout(parent, p.cfg.AckWait)
	defer cancel()
	m, end, err := p.lastMessage(ctx)
	if err != nil {
		err = fmt.Errorf("jetstream: the last message of stream %q: %w", p.cfg.Stream, err)
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.Join(err, forbidden(p.nc, "$JS.API.STREAM"))
		}
		return err
	}
	if m == nil {
		return p.startAfter(end)
	}
	switch epoch, seq, ok := Origin(m.Header); {
	case ok && epoch == p.cfg.Epoch:
		if p.ours && (end < p.last || seq < p.next-1) {
			// Perhaps the answer is that of a server that does not know yet what others do.
			return fmt.Errorf("%w: message %d, event %d, of stream %q; %s", ErrBehind, p.last, p.next-1, p.cfg.Stream,
				describe(p.cfg.Stream, m))
		}
		if err := p.verify(ctx, end); err != nil {
			return err
		}
		if !p.ours || seq >= p.next {
			p.stored(seq)
		}
	case p.cfg.NewEpoch && (!p.ours || p.alone > 0 && epoch == p.before):
		// A late message of the other epoch may still come where one of this epoch should be. That
		// one is then refused, but not the one behind it. So they go one at a time until the stream
		// is longer than any of the other publisher's messages expect.
		p.before, p.alone = epoch, mostInFlight
		if !p.ours {
			p.next, p.any = 0, true
		}
	default:
		return fmt.Errorf("%w: the publisher's is %q; %s", ErrEpoch, p.cfg.Epoch, describe(p.cfg.Stream, m))
	}
	p.last = end
	return nil
}

// verify returns an error if another message is stored where the first of the window should be.
// The stream ends with end. If a publisher of this epoch was faster, the message is the same.
func (p *Publisher[T]) verify(ctx context.Context, end uint64) error {
	if len(p.window) == 0 || end <= p.last {
		return nil
	}
	s, err := p.js.Stream(ctx, p.cfg.Stream)
	if err != nil {
		return err
	}
	m, err := s.GetMsg(ctx, p.last+1)
	if errors.Is(err, js.ErrMsgNotFound) {
		return nil // a limit of the stream has deleted it
	}
	if err != nil {
		return err
	}
	want := p.window[0].seq
	if epoch, seq, ok := Origin(m.Header); !ok || epoch != p.cfg.Epoch || seq != want {
		return fmt.Errorf("%w: event %d of epoch %q is missing: %s", ErrEpoch, want, p.cfg.Epoch, describe(p.cfg.Stream, m))
	}
	return nil
}

// startAfter is for a stream without a last message.
func (p *Publisher[T]) startAfter(end uint64) error {
	if p.ours && end < p.last {
		return fmt.Errorf("%w: message %d of stream %q; it ends with %d", ErrBehind, p.last, p.cfg.Stream, end)
	}
	if end > 0 && (!p.cfg.NewEpoch || p.ours) {
		return fmt.Errorf("%w: stream %q, message %d", ErrForgotten, p.cfg.Stream, end)
	}
	p.last, p.next, p.any = end, 0, p.cfg.NewEpoch
	return nil
}

// lastMessage returns the last message of the stream, or nil if it is not there, and its
// sequence.
func (p *Publisher[T]) lastMessage(ctx context.Context) (m *js.RawStreamMsg, end uint64, err error) {
	s, err := p.js.Stream(ctx, p.cfg.Stream)
	if err != nil {
		return nil, 0, err
	}
	info := s.CachedInfo()
	end = info.State.LastSeq
	if end == 0 {
		return nil, 0, nil
	}
	m, err = s.GetMsg(ctx, end)
	if !errors.Is(err, js.ErrMsgNotFound) {
		return m, end, err
	}
	// It has been deleted. Or another message has followed, and a limit has deleted this one. Or,
	// if AllowDirect is set, a server has answered that has not stored it yet.
	again, err := s.Info(ctx)
	switch {
	case err != nil:
		return nil, 0, err
	case again.State.LastSeq != end || again.Config.AllowDirect && again.State.Msgs > 0:
		return nil, 0, fmt.Errorf("message %d: %w", end, js.ErrMsgNotFound)
	}
	return nil, end, nil
}
