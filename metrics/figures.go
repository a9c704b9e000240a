package metrics

import (
	"strings"
	"time"

	"github.com/be395dad/disruptor"
)

// A figure is a number of a ring or a consumer that is exported under one name.
type figure[T any] struct {
	name string // see prometheus and otel
	kind kind
	unit string // as OpenTelemetry writes it; seconds: of returns nanoseconds
	help string
	of   func(T) int64
}

type kind bool

const (
	counter kind = true // never goes down while its ring and consumer are there
	gauge   kind = false
)

const (
	prefix  = "disruptor."
	seconds = "s"
	slots   = "{slot}"
	events  = "{event}"
)

func (f figure[T]) otel() string { return prefix + f.name }

func (f figure[T]) prometheus() string {
	name := strings.ReplaceAll(prefix+f.name, ".", "_")
	if f.kind == counter {
		name += "_total"
	}
	return name
}

// float is the value in the figure's unit.
func (f figure[T]) float(of T) float64 {
	if f.unit == seconds {
		return time.Duration(f.of(of)).Seconds()
	}
	return float64(f.of(of))
}

var ringFigures = []figure[*disruptor.Stats]{
	{"ring.capacity_slots", gauge, slots, "Slots of the ring.",
		func(s *disruptor.Stats) int64 { return int64(s.Capacity) }},
	{"ring.claimed", counter, slots, "Slots that have been claimed: the end of the last claim.",
		func(s *disruptor.Stats) int64 { return s.Claimed }},
	{"ring.published", counter, slots, "Slots below the oldest open claim: all of them are published or aborted.",
		func(s *disruptor.Stats) int64 { return s.Published }},
	{"ring.free_slots", gauge, slots, "Slots that a claim would find.",
		func(s *disruptor.Stats) int64 { return int64(s.Free) }},
	{"ring.blocked_claims", gauge, "{claim}", "Claims that wait for room and have done so for long.",
		func(s *disruptor.Stats) int64 { return int64(s.Blocked) }},
	{"ring.blocked_seconds", gauge, seconds, "How long the first of the blocked claims has waited.",
		func(s *disruptor.Stats) int64 { return int64(s.BlockedFor) }},
	{"ring.open_claim_seconds", gauge, seconds,
		"How long at least the oldest open claim has been known to be neither published nor aborted.",
		func(s *disruptor.Stats) int64 { return int64(s.OpenFor) }},
	{"ring.parks", counter, "{park}", "How often a goroutine has parked.",
		func(s *disruptor.Stats) int64 { return s.Parks }},
	{"ring.wakes", counter, "{wake}", "How often a parked goroutine was woken.",
		func(s *disruptor.Stats) int64 { return s.Wakes }},
	{"ring.wasted_wakes", counter, "{wake}", "How often a goroutine that was woken had to park again.",
		func(s *disruptor.Stats) int64 { return s.Wasted }},
	{"ring.fences", counter, "{fence}", "How often a goroutine that parked had all threads of the process interrupted.",
		func(s *disruptor.Stats) int64 { return s.Fences }},
	{"ring.dropped_events", counter, events, "Events that a sender dropped because the ring was full.",
		func(s *disruptor.Stats) int64 { return s.Dropped }},
	{"ring.inlined_events", counter, events, "Events that a sender gave to Overflow.Inline because the ring was full.",
		func(s *disruptor.Stats) int64 { return s.Inlined }},
	{"ring.timed_out_events", counter, events, "Events for which a sender waited in vain because the ring was full.",
		func(s *disruptor.Stats) int64 { return s.TimedOut }},
}

var consumerFigures = []figure[*disruptor.ConsumerStats]{
	{"consumer.position", counter, slots, "Slots that the consumer has handed back: its position in the stream.",
		func(c *disruptor.ConsumerStats) int64 { return c.Position }},
	{"consumer.lag_slots", gauge, slots, "Published slots that the consumer has not handed back.",
		func(c *disruptor.ConsumerStats) int64 { return c.Lag }},
	{"consumer.available_slots", gauge, slots,
		"Published slots that the consumer could read now: those that it waits for nobody else to hand back.",
		func(c *disruptor.ConsumerStats) int64 { return c.Available }},
	{"consumer.max_lag_slots", gauge, slots, "The greatest lag that was seen since the consumer joined.",
		func(c *disruptor.ConsumerStats) int64 { return c.MaxLag }},
	{"consumer.state_seconds", gauge, seconds,
		"How long at least the consumer has been known to be in its state at its position.",
		func(c *disruptor.ConsumerStats) int64 { return int64(c.For) }},
	{"consumer.workers", gauge, "{worker}", "Workers of a group; 0 if the consumer is not a group.",
		func(c *disruptor.ConsumerStats) int64 { return int64(c.Workers) }},
	{"consumer.missed", counter, events, "Sequences that a lossy consumer has missed; 0 if the consumer is not lossy.",
		func(c *disruptor.ConsumerStats) int64 { return c.Missed }},
	{"consumer.retried_calls", counter, "{call}", "Calls of the handler that repeated one that had failed.",
		func(c *disruptor.ConsumerStats) int64 { return c.Retried }},
	{"consumer.skipped_events", counter, events, "Events that were skipped because their handler failed.",
		func(c *disruptor.ConsumerStats) int64 { return c.Skipped }},
	{"consumer.dead_lettered_events", counter, events, "Events that DeadLetter has taken because their handler failed.",
		func(c *disruptor.ConsumerStats) int64 { return c.DeadLettered }},
}

// What is exported for each consumer besides.
var (
	stateFigure = figure[*disruptor.ConsumerStats]{name: "consumer.state",
		help: "1 for the state of the consumer and 0 for all others."}
	batchSizeFigure = figure[*disruptor.ConsumerStats]{name: "consumer.batch_size_slots", unit: slots,
		help: "Sizes of the batches that the consumer has handed back."}
)

// states are all that a consumer may be in.
var states = [...]disruptor.ConsumerState{
	disruptor.Busy, disruptor.Waiting, disruptor.Unserved, disruptor.Retrying,
}

// in is 1 if the consumer is in the state.
func in(state disruptor.ConsumerState, c *disruptor.ConsumerStats) float64 {
	if c.State == state {
		return 1
	}
	return 0
}
