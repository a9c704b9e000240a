package eventlog

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/be395dad/disruptor"
)

// clients counts those who follow.
type clients struct{ now, ever, missed atomic.Int64 }

// Clients returns how many goroutines follow the log, and how many events clients have missed.
func (l *Log) Clients() (now, missed int64) { return l.clients.now.Load(), l.clients.missed.Load() }

const (
	manyMessages = 64       // in a text
	largeText    = 64 << 10 // bytes after which a text is delivered
)

// Follow calls deliver with the events from sequence next on, first from the journal and then, as
// they come, from the stream: each one once, and in order. Each text is one or more lines of JSON
// without a newline behind the last, and valid during the call only. If next is negative, Follow
// begins with the next event that comes.
//
// A client that has caught up and is then slower than the stream for too long misses events; a line
// says which, and another Follow gets them from the journal. Follow returns the error of deliver,
// the cause of ctx, nil when the log has ended and everything was delivered, or an error at once if
// next is beyond the end of the log.
func (l *Log) Follow(ctx context.Context, next int64, deliver func(text []byte) error) error {
	l.clients.now.Add(1)
	defer l.clients.now.Add(-1)
	name := fmt.Sprint("client ", l.clients.ever.Add(1))
	c := l.live.LossyConsumer(disruptor.LossyConfig[message]{Name: name, MaxBatch: manyMessages})
	defer c.Close()
	// What is on disk by now may be in the stream or not; all after it will be, or be missed.
	end := l.Next()
	if next < 0 {
		next = end
	}
	if next > end {
		return fmt.Errorf("the log ends at %d, before %d", end, next)
	}
	f := follower{log: l, deliver: deliver, next: next}
	if next < end {
		if err := f.replay(ctx, end); err != nil {
			return err
		}
	}
	for events := range c.Copies(ctx) {
		if err := f.stream(ctx, events.Events); err != nil {
			return err
		}
	}
	return c.Err()
}

type follower struct {
	log     *Log
	deliver func([]byte) error
	text    []byte
	lines   int
	next    int64
	live    bool // it has caught up
}

// replay delivers from the journal what is below to.
func (f *follower) replay(ctx context.Context, to int64) error {
	err := f.log.Read(f.next, to, func(message []byte) error {
		f.add(message)
		return f.flush(ctx, false)
	})
	if err != nil {
		return err
	}
	f.next = to
	return f.flush(ctx, true)
}

// stream delivers what has come from the ring.
func (f *follower) stream(ctx context.Context, events []message) error {
	for _, m := range events {
		if m.seq < f.next { // it came from the journal
			continue
		}
		if m.seq > f.next {
			if err := f.bridge(ctx, m.seq); err != nil {
				return err
			}
		}
		f.live = true
		f.add(m.text)
		f.next = m.seq + 1
		if err := f.flush(ctx, false); err != nil {
			return err
		}
	}
	return f.flush(ctx, true)
}

// bridge is called when the stream goes on behind next. A client that has not caught up yet gets
// what is between from the journal. One that had is too slow: if it got it, it would get slower.
func (f *follower) bridge(ctx context.Context, to int64) error {
	if !f.live {
		return f.replay(ctx, to)
	}
	f.log.clients.missed.Add(to - f.next)
	f.line()
	f.text = appendGap(f.text, f.next, to)
	return nil
}

func (f *follower) line() {
	if f.lines > 0 {
		f.text = append(f.text, '\n')
	}
	f.lines++
}

func (f *follower) add(message []byte) {
	f.line()
	f.text = append(f.text, message...)
}

// flush delivers the lines, if there are any and, unless it must, only if they are many.
func (f *follower) flush(ctx context.Context, must bool) error {
	if f.lines == 0 || !must && f.lines < manyMessages && len(f.text) < largeText {
		return nil
	}
	err := f.deliver(f.text)
	f.text, f.lines = f.text[:0], 0
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}
