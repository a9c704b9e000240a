package eventlog

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
)

// write is the journal stage. Its batch is what has come while the last one was synced.
func (l *Log) write(b disruptor.Batch[event]) error {
	l.durable.begin(l.first + b.To())
	for i, e := range b.All() {
		seq, err := l.journal.Append(e.record)
		if err != nil {
			return err
		}
		if seq != l.first+i {
			return fmt.Errorf("the journal has event %d as %d", l.first+i, seq)
		}
	}
	if err := l.journal.Sync(); err != nil {
		return err
	}
	l.durable.advance()
	if l.options.Durable != nil {
		now := time.Now()
		for _, e := range b.All() {
			l.options.Durable(now.Sub(e.at))
		}
	}
	return nil
}

// note is the index stage.
func (l *Log) note(seq int64, e *event) error {
	l.index.add(e.key, l.first+seq)
	if e.id != "" {
		l.ids.keep(e.id)
	}
	return nil
}

// broadcast makes each message once, for all clients. It waits for none of them.
func (l *Log) broadcast(b disruptor.Batch[event]) error {
	size := 0
	for _, e := range b.All() {
		size += len(e.record) + len(`{"seq":9223372036854775807,`)
	}
	text := make([]byte, 0, size)
	for i, e := range b.All() {
		begin := len(text)
		text = appendMessage(text, l.first+i, e.record)
		m := message{l.first + i, text[begin:len(text):len(text)]}
		if err := l.out.Send(context.Background(), m); err != nil {
			return err
		}
	}
	return nil
}
