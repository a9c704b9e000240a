package subjects

import (
	"sync"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// echo sends events over one ring to a goroutine that answers over another.
func (s setting) echo(c harness.Case, n int64) (harness.Sample, error) {
	there, back := open[int64](s, c), open[int64](s, c)
	questions, answers := there.Consumer("questions"), back.Consumer("answers")
	var other sync.WaitGroup
	other.Go(func() {
		post := s.posting(back)
		for b := range questions.Batches(background) {
			for _, v := range b.All() {
				post(*v)
			}
		}
	})
	post := s.posting(there)
	sample, err := harness.MeasureEcho(c, n, func(v int64) int64 {
		post(v)
		return take(answers)
	})
	there.Close()
	other.Wait()
	return sample, err
}

// posting returns what publishes an event, as s does. It fails only after the ring's Close, which is the last that happens.
func (s setting) posting(ring *disruptor.Ring[int64]) func(v int64) {
	if s.producers == disruptor.Single {
		p := ring.SingleProducer()
		return func(v int64) { _ = p.Send(background, v) }
	}
	p := ring.MultiProducer()
	if s.send {
		return func(v int64) { _ = p.Send(background, v) }
	}
	return func(v int64) {
		b, err := p.Claim(background, 1)
		if err != nil {
			return
		}
		*b.At(0) = v
		p.Publish(b)
	}
}

// take waits for one event; -1 is none.
func take(consumer *disruptor.Consumer[int64]) int64 {
	b, err := consumer.Next(background)
	if err != nil {
		return -1
	}
	if b.Len() > 1 {
		b, _ = b.Split(1)
	}
	v := *b.At(0)
	consumer.Done(b)
	return v
}

func (s setting) wake(c harness.Case, n int64) (harness.Sample, error) {
	ring := open[int64](s, c)
	consumer := ring.Consumer("waiter")
	return harness.MeasureWake(c, n, s.posting(ring), func() int64 { return take(consumer) })
}

// idle lets a chain of consumers and the producers of c wait. If c is stuck, the first consumer is in its handler, the
// others wait for it, and the producers for room.
func (s setting) idle(c harness.Case) (harness.Sample, error) {
	ring := open[int64](s, c)
	release := make(chan struct{})
	var all sync.WaitGroup
	for i, consumer := range follow(ring, c.After) {
		all.Go(func() {
			for range consumer.Batches(background) {
				if c.Stuck && i == 0 {
					<-release
				}
			}
		})
	}
	for range c.Producers {
		p := ring.MultiProducer()
		all.Go(func() {
			if c.Stuck {
				for p.Send(background, 0) == nil { // until the ring is full, and after it is closed
				}
			} else {
				<-release
			}
		})
	}
	sample, err := harness.MeasureIdle(c)
	ring.Close()
	close(release)
	all.Wait()
	return sample, err
}

// paced sends one event after the other when each is due.
func (s setting) paced(c harness.Case, n int64) (harness.Sample, error) {
	ring := open[int64](s, c)
	table := harness.NewTimetable(c)
	var receivers sync.WaitGroup
	for i, consumer := range follow(ring, c.After) {
		receiver := table.Receiver(i)
		receivers.Go(func() {
			for b := range consumer.Batches(background) {
				head, tail := b.Slices()
				for _, v := range head {
					receiver.Receive(v)
				}
				for _, v := range tail {
					receiver.Receive(v)
				}
			}
		})
	}
	table.Send(n, s.posting(ring))
	ring.Close()
	receivers.Wait()
	return table.End(n)
}
