package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// A message is an event on its way to the stream.
type message struct {
	*nats.Msg
	seq  int64
	sent js.PubAckFuture
	err  error // why it could not be sent
}

var errSubject = errors.New("jetstream: the stream does not listen to the subject")

// send sends window[i], on the condition that the stream then ends with the message before it. So
// a message whose predecessor was not stored is refused, and so is one that comes late, or for
// which another publisher was faster.
func (p *Publisher[T]) send(i int) {
	m := p.window[i]
	m.Header.Set(js.ExpectedLastSeqHeader, strconv.FormatUint(p.last+uint64(i), 10))
	// No retry by the library: it would come behind later messages.
	m.sent, m.err = p.js.PublishMsgAsync(m.Msg, js.WithRetryAttempts(0))
}

// settle waits for the answer to the first message of the window, and if that is not the
// acknowledgement, sets things right.
func (p *Publisher[T]) settle(ctx context.Context) error {
	m := p.window[0]
	ack, err := m.answer(ctx)
	if err == nil && ack.Sequence != p.last+1 {
		err = fmt.Errorf("jetstream: event %d acknowledged as message %d, expected %d", m.seq, ack.Sequence, p.last+1)
	}
	if err != nil {
		return p.recover(ctx, m, err)
	}
	p.last++
	p.alone = max(0, p.alone-1)
	p.stored(m.seq)
	p.window = p.window[1:]
	return nil
}

// stored notes that the stream ends with event seq of this epoch.
func (p *Publisher[T]) stored(seq int64) {
	p.next, p.any, p.ours = seq+1, false, true
	p.patience.progress()
}

func (m *message) answer(ctx context.Context) (*js.PubAck, error) {
	if m.err != nil {
		return nil, m.err
	}
	select {
	case ack := <-m.sent.Ok():
		return ack, nil
	case err := <-m.sent.Err():
		return nil, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// recover asks the stream how far it is after m has failed, and sends the rest of the window
// again.
func (p *Publisher[T]) recover(ctx context.Context, m *message, err error) error {
	for _, later := range p.window[1:] {
		_, _ = later.answer(ctx) // comes after AckWait at the latest
	}
	switch {
	case errors.Is(err, js.ErrAsyncPublishTimeout):
		err = errors.Join(err, forbidden(p.nc, `"`+m.Subject+`"`))
	case errors.Is(err, js.ErrNoStreamResponse):
		err = errors.Join(err, p.listens(ctx, m.Subject))
	}
	err = fmt.Errorf("jetstream: event %d to stream %q: %w", m.seq, p.cfg.Stream, err)
	if err := p.patience.next(ctx, err); err != nil {
		return err
	}
	if err := p.find(ctx); err != nil {
		return err
	}
	for len(p.window) > 0 && p.window[0].seq < p.next && !p.any {
		p.window = p.window[1:]
	}
	for i := range p.window {
		p.send(i)
	}
	return nil
}

// listens returns an error if it is certain that the stream does not listen to the subject.
func (p *Publisher[T]) listens(ctx context.Context, subject string) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.AckWait)
	defer cancel()
	name, err := p.js.StreamNameBySubject(ctx, subject)
	if errors.Is(err, js.ErrStreamNotFound) || err == nil && name != p.cfg.Stream {
		return fmt.Errorf("%w: stream %q, subject %q", errSubject, p.cfg.Stream, subject)
	}
	return nil
}
