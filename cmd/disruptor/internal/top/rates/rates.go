// Package rates computes what rings do in a second from two looks at them.
package rates

import (
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

// Figures are a look, with what has happened since the one before. The zero Figures know of none.
type Figures struct {
	At    time.Time
	Rings []Ring
}

// A Ring is a ring with its rates.
type Ring struct {
	source.Ring
	Publishing, Parking, Waking, Wasting, Dropping Rate
	Consumers                                      []Consumer // those of the embedded Ring, with their rates
}

// A Consumer is a consumer with the rate at which it hands back events.
type Consumer struct {
	source.Consumer
	Rate Rate
}

// A Rate is so many in a second.
type Rate struct {
	PerSecond float64 // never negative
	Known     bool
}

// Next returns the figures of the next look. A rate is unknown if the earlier figures have no such
// ring or consumer, or a counter that has gone back since: the process was started again.
func (f Figures) Next(look source.Look) Figures {
	seconds := look.At.Sub(f.At).Seconds()
	before := map[string]*Ring{}
	if seconds > 0 {
		for i := range f.Rings {
			before[f.Rings[i].Key] = &f.Rings[i]
		}
	}
	next := Figures{At: look.At}
	for _, r := range look.Rings {
		was := before[r.Key]
		if was != nil && !continues(&was.Ring, &r) {
			was = nil
		}
		next.Rings = append(next.Rings, ring(was, r, seconds))
	}
	return next
}

// continues reports whether r is the same ring as before: none of its counters has gone back.
func continues(before, r *source.Ring) bool {
	return r.Life == before.Life && r.Capacity == before.Capacity &&
		r.Published >= before.Published &&
		r.Parks >= before.Parks && r.Wakes >= before.Wakes && r.Wasted >= before.Wasted &&
		r.Dropped >= before.Dropped && r.Inlined >= before.Inlined && r.TimedOut >= before.TimedOut
}

// ring returns a ring with its rates; was is nil if they can't be known.
func ring(was *Ring, r source.Ring, seconds float64) Ring {
	next := Ring{Ring: r}
	before := map[string]*source.Consumer{}
	if was != nil {
		next.Publishing = rate(was.Published, r.Published, seconds)
		next.Parking = rate(was.Parks, r.Parks, seconds)
		next.Waking = rate(was.Wakes, r.Wakes, seconds)
		next.Wasting = rate(was.Wasted, r.Wasted, seconds)
		next.Dropping = rate(was.Dropped, r.Dropped, seconds)
		for i := range was.Consumers {
			before[was.Consumers[i].Key] = &was.Consumers[i].Consumer
		}
		if r.Shared && open(&was.Ring) && open(&r) && was.Published == r.Published {
			next.OpenFor = was.OpenFor + seconds
		}
	}
	for _, c := range r.Consumers {
		next.Consumers = append(next.Consumers, consumer(before[c.Key], c, seconds, r.Shared))
	}
	return next
}

func open(r *source.Ring) bool { return r.Published < r.Claimed }

// consumer returns a consumer with its rate. Nobody but these looks knows how long one of a shared
// ring has been as it is.
func consumer(was *source.Consumer, c source.Consumer, seconds float64, shared bool) Consumer {
	next := Consumer{Consumer: c}
	if was == nil || c.Position < was.Position || c.Batches.Count < was.Batches.Count {
		return next // it has come, or left and come again
	}
	next.Rate = rate(was.Position, c.Position, seconds)
	if shared && c.Position == was.Position && c.State == was.State {
		next.For = was.For + seconds
	}
	return next
}

func rate(before, after int64, seconds float64) Rate {
	return Rate{float64(uint64(after-before)) / seconds, true} // unsigned: a hostile target can't make it overflow
}
