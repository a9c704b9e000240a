package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/be395dad/disruptor"
)

// A record is one slot of the ring. The producer writes line and journal only reads it. parse
// writes words, which no other stage touches until notify, which follows both.
type record struct {
	line  []byte // in a buffer that stays with the slot from lap to lap
	words int
}

// lineBuffer is the room that each slot starts with: enough for most lines of text. A longer line
// grows its slot's buffer, which keeps that size.
const lineBuffer = 128

type pipeline struct {
	opt      options
	in       *input
	ring     *disruptor.Ring[record]
	journal  *journal
	parser   parser
	notifier *notifier

	journaled, notified *disruptor.Consumer[record]

	accepted int64  // records that the producer published
	digest   digest // of these, if the input can't be read again

	started time.Time
	elapsed time.Duration
	stages  []*stage
	fill    fill
}

// newPipeline opens the outputs of the stages and connects the stages to a ring.
func newPipeline(opt options, in *input, echo io.Writer) (p *pipeline, err error) {
	if opt.records == 0 && in.repeat {
		opt.records = ownRecords
	}
	p = &pipeline{opt: opt, in: in, digest: newDigest()}
	p.ring, err = disruptor.New[record](disruptor.Config{Capacity: opt.ring, Producers: disruptor.Single})
	if err != nil {
		return nil, err
	}
	p.ring.Fill(func(_ int, slot *record) { slot.line = make([]byte, 0, lineBuffer) })
	if p.journal, err = openJournal(opt.journal); err != nil {
		return nil, err
	}
	if p.notifier, err = listen(opt, echo); err != nil {
		return nil, errors.Join(err, p.journal.close())
	}

	p.journaled = p.ring.Handle("journal", p.measure("journal", p.writeJournal))
	parsed := p.ring.Handle("parse", p.measure("parse", p.parser.count))
	p.notified = p.ring.Handle("notify", p.measure("notify", p.notifier.send), p.journaled, parsed)
	return p, nil
}

// process runs the pipeline until the input ends, ctx ends (the interrupt) or a stage fails. It
// returns when every accepted record has passed every stage, or with the first error.
func (p *pipeline) process(ctx context.Context) error {
	p.started = time.Now()
	served, produced := make(chan error, 1), make(chan error, 1)
	// Not ctx: a cancelled Run abandons the records in the ring; an interrupt has to drain them.
	go func() { served <- p.ring.Run(context.Background()) }()
	go func() { produced <- errors.Join(p.produce(ctx), p.shutdown(ctx)) }()
	var err error
	select {
	case err = <-produced:
	case err = <-served:
		if err == nil { // otherwise a stage failed: don't wait for the producer, whose input may never come
			err = <-produced
		}
	}
	p.elapsed = time.Since(p.started)
	if errors.Is(err, errDrain) { // notify may still be using the connections
		return err
	}
	return errors.Join(err, p.notifier.close())
}

var errDrain = errors.New("accepted records are left after -drain")

// shutdown lets the stages finish the accepted records: within -drain after an interrupt, without
// a limit after the end of the input.
func (p *pipeline) shutdown(ctx context.Context) error {
	limit, cancel := context.Background(), func() {}
	if ctx.Err() != nil {
		limit, cancel = context.WithTimeoutCause(limit, p.opt.drain, errDrain)
	}
	defer cancel()
	return p.ring.Shutdown(limit)
}

// produce publishes one record per line. A record is accepted once it is published.
func (p *pipeline) produce(ctx context.Context) error {
	lines := p.in.open()
	defer lines.close()
	producer := p.ring.SingleProducer()
	for p.opt.records == 0 || p.accepted < p.opt.records {
		line, err := lines.next()
		if ctx.Err() != nil || errors.Is(err, io.EOF) {
			return nil // an interrupt may have torn the last line of standard input: drop it
		}
		if err != nil {
			return err
		}
		b, err := producer.Claim(ctx, 1)
		if err != nil {
			return nil // interrupted, or a stage failed, which Run reports
		}
		slot := b.At(0)
		slot.line = append(slot.line[:0], line...)
		producer.Publish(b)
		p.accepted++
		if !p.in.again {
			p.digest.add(line)
		}
	}
	return nil
}

// writeJournal is the journal stage. It writes the batch, and notes when notify has fallen a
// whole ring behind.
func (p *pipeline) writeJournal(b disruptor.Batch[record]) error {
	if err := p.journal.write(b); err != nil {
		return err
	}
	p.fill.look(time.Since(p.started), b.To(), b.To()-p.notified.Position() == int64(p.ring.Cap()))
	return nil
}

func (p *pipeline) close() error { return p.journal.close() }
