package jetstream

import (
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// The headers that a [Publisher] adds to each message. Nats-Msg-Id is "EPOCH-SEQUENCE".
const (
	EpochHeader    = "Disruptor-Epoch"
	SequenceHeader = "Disruptor-Sequence"
)

// label sets the headers that don't change when the message is sent again.
func (p *Publisher[T]) label(m *nats.Msg, seq int64) {
	text := strconv.FormatInt(seq, 10)
	m.Header.Set(EpochHeader, p.cfg.Epoch)
	m.Header.Set(SequenceHeader, text)
	m.Header.Set(js.MsgIDHeader, p.cfg.Epoch+"-"+text)
	m.Header.Set(js.ExpectedStreamHeader, p.cfg.Stream)
}

// Origin returns the epoch and the sequence with which a [Publisher] labelled a message. ok is
// false if it didn't.
func Origin(h nats.Header) (epoch string, seq int64, ok bool) {
	epoch = h.Get(EpochHeader)
	seq, err := strconv.ParseInt(h.Get(SequenceHeader), 10, 64)
	return epoch, seq, epoch != "" && err == nil
}

// describe says of whom a message is.
func describe(stream string, m *js.RawStreamMsg) string {
	if epoch, seq, ok := Origin(m.Header); ok {
		return fmt.Sprintf("message %d of stream %q is event %d of epoch %q", m.Sequence, stream, seq, epoch)
	}
	return fmt.Sprintf("message %d of stream %q, on subject %q, is not of a Publisher", m.Sequence, stream, m.Subject)
}
