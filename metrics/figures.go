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

// float returns the value in the figure's unit.
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
	{"ring.free_slots", gauge, slots, "Free slots: as many as a claim could take now.",
		func(s *disruptor.Stats) int64 { return int64(s.Free) }},
	{"ring.blocked_claims", gauge, "{claim}", "Claims that have been waiting for room for long.",
		func(s *disruptor.Stats) int64 { return int64(s.Blocked) }},
	{"ring.blocked_seconds", gauge, seconds, "How long the first blocked claim has been waiting.",
		func(s *disruptor.Stats) int64 { return int64(s.BlockedFor) }},
	{"ring.open_claim_seconds", gauge, seconds,
		"How long the oldest open claim has been neither published nor aborted, at least.",
		func(s *disruptor.Stats) int64 { return int64(s.OpenFor) }},
	{"ring.parks", counter, "{park}", "How often a goroutine has parked.",
		func(s *disruptor.Stats) int64 { return s.Parks }},
	{"ring.wakes", counter, "{wake}", "How often a parked goroutine was woken.",
		func(s *disruptor.Stats) int64 { return s.Wakes }},
	{"ring.wasted_wakes", counter, "{wake}", "How often a goroutine that was woken had to park again.",
		func(s *disruptor.Stats) int64 { return s.Wasted }},
	{"ring.fences", counter, "{fence}", "How often a parking goroutine had all threads of the process interrupted.",
		func(s *disruptor.Stats) int64 { return s.Fences }},
	{"ring.dropped_events", counter, events, "Events that a sender dropped because the ring was full.",
		func(s *disruptor.Stats) int64 { return s.Dropped }},
	{"ring.inlined_events", counter, events, "Events that a sender gave to Overflow.Inline because the ring was full.",
		func(s *disruptor.Stats) int64 { return s.Inlined }},
	{"ring.timed_out_events", counter, events, "Events that a sender gave up after waiting in vain for room.",
		func(s *disruptor.Stats) int64 { return s.TimedOut }},
}

var consumerFigures = []figure[*disruptor.ConsumerStats]{
	{"consumer.position", counter, slots, "Slots that the consumer has handed back: its position in the stream.",
		func(c *disruptor.ConsumerStats) int64 { return c.Position }},
	{"consumer.lag_slots", gauge, slots, "Published slots that the consumer has not handed back.",
		func(c *disruptor.ConsumerStats) int64 { return c.Lag }},
	{"consumer.available_slots", gauge, slots,
		"Published slots that the consumer could read now: all consumers before it have handed them back.",
		func(c *disruptor.ConsumerStats) int64 { return c.Available }},
	{"consumer.max_lag_slots", gauge, slots, "The greatest lag seen since the consumer joined.",
		func(c *disruptor.ConsumerStats) int64 { return c.MaxLag }},
	{"consumer.state_seconds", gauge, seconds,
		"How long the consumer has been in its state at its position, at least.",
		func(c *disruptor.ConsumerStats) int64 { return int64(c.For) }},
	{"consumer.workers", gauge, "{worker}", "Workers of a group; 0 if the consumer is not a group.",
		func(c *disruptor.ConsumerStats) int64 { return int64(c.Workers) }},
	{"consumer.missed", counter, events, "Sequences that a lossy consumer has missed; 0 if the consumer is not lossy.",
		func(c *disruptor.ConsumerStats) int64 { return c.Missed }},
	{"consumer.retried_calls", counter, "{call}", "Calls of the handler that repeated a failed call.",
		func(c *disruptor.ConsumerStats) int64 { return c.Retried }},
	{"consumer.skipped_events", counter, events, "Events skipped because their handler failed.",
		func(c *disruptor.ConsumerStats) int64 { return c.Skipped }},
	{"consumer.dead_lettered_events", counter, events, "Events passed to DeadLetter because their handler failed.",
		func(c *disruptor.ConsumerStats) int64 { return c.DeadLettered }},
}

// Figures of each consumer that take more than one number.
var (
	stateFigure = figure[*disruptor.ConsumerStats]{name: "consumer.state",
		help: "1 for the consumer's current state, 0 for the others."}
	batchSizeFigure = figure[*disruptor.ConsumerStats]{name: "consumer.batch_size_slots", unit: slots,
		help: "Sizes of the batches that the consumer has handed back."}
)

// states are all the states of a consumer.
var states = [...]disruptor.ConsumerState{
	disruptor.Busy, disruptor.Waiting, disruptor.Unserved, disruptor.Retrying,
}

// in returns 1 if the consumer is in the state, or else 0.
func in(state disruptor.ConsumerState, c *disruptor.ConsumerStats) float64 {
	if c.State == state {
		return 1
	}
	return 0
}
