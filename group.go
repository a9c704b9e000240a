package disruptor

import "math"

// A Group is a consumer whose events are shared among workers: each event goes to exactly one of
// them. Workers finish events in any order. Other consumers, producers and Stats see a group as
// one consumer. All events below its position are finished.
//
// A group holds producers back from the moment it is made, even without workers, until its
// Consumer is closed. Any goroutine may call its methods.
type Group[T any] struct {
	ring  *Ring[T]
	stage *Consumer[T]
	crew  *crew
}

// GroupConfig describes a group for [Ring.Group] and [Ring.HandleGroup]. All fields may be zero.
// Workers, Start and Stop are for HandleGroup only.
type GroupConfig[T any] struct {
	// Name identifies the group in Stats and errors. It need not be unique.
	Name string
	// After lists the consumers that must have finished a slot before a worker receives it, as
	// in [ConsumerConfig].
	After []*Consumer[T]
	// MaxBatch is the most slots that a worker receives at once; 0 means Config.MaxBatch. A
	// worker also receives no more than its share: n workers divide what they find by n.
	MaxBatch int
	// Attempts is how many workers may leave an event unfinished before the event is given up.
	// Only the first unfinished event of a worker that leaves counts. An event that is given up
	// goes to DeadLetter, or is skipped if OnFailure says so; otherwise the ring ends with a
	// [HandlerError]. 0 means any number. Nothing is given up once the ring has failed or the
	// group is closed.
	Attempts int
	// Key, if not nil, returns the key of an event. Events of one key are handled in order and
	// one at a time, those of different keys side by side. A hash of the key spreads events over
	// the workers. Key is called once for each event, before any worker receives the event, on
	// the goroutine of some worker, and by one at a time. It must not write to the event or use
	// the ring.
	//
	// Later stages see what the workers of Run have finished when one of them has finished
	// everything there was, or has come 64 slots, or MaxBatch, further. They see at once what a
	// worker by hand has finished. A closed group leaves the ring when each of its workers has
	// called Next or Close.
	//
	// A worker holds up its keys, and in the end everything that comes after the group, until it
	// calls Next again or Close. When a worker comes or goes, keys may move to other workers:
	// what is published next waits until everything handed out before is finished.
	Key func(event *T) uint64
	// OnFailure says what happens to events whose handler fails, as in [ConsumerConfig]. While
	// one worker pauses and tries again, the others go on. For a group that is used by hand it
	// may only say Skip, for Attempts.
	OnFailure FailurePolicy
	// DeadLetter, if not nil, is called as in [ConsumerConfig], by several workers at once.
	// [Worker.Close] calls it too, if the worker leaves an event that is then given up; Run closes
	// a worker after Stop.
	DeadLetter func(Batch[T], error) error

	// The fields below are for HandleGroup only.

	// Workers is how many goroutines call the handler; 0 means GOMAXPROCS.
	Workers int
	// Start runs on each goroutine of the handler before its first call in each Run. An error
	// fails the ring as an error of the handler does. Start is where a handler gets the Worker
	// of its goroutine.
	Start func(*Worker[T]) error
	// Stop runs on each goroutine of the handler after its last call in each Run in which its
	// Start succeeded, even after an error, a panic or runtime.Goexit.
	Stop func(*Worker[T])
}

func (r *Ring[T]) newGroup(cfg GroupConfig[T]) *Group[T] {
	if cfg.Attempts < 0 {
		panicf("Attempts of %d for group %q", cfg.Attempts, cfg.Name)
	}
	follows := r.membersOf("group", cfg.Name, cfg.After)
	w := r.core.newCrew(cfg.Name, follows, r.core.maxBatchOf(cfg.MaxBatch), cfg.Attempts, r.keyOf(cfg.Key))
	// A Consumer that is gone, with nothing in hand: every call comes to where it is refused.
	stage := &reader{finder: finder{core: r.core, member: w.member, gone: true, crew: w}, pos: math.MinInt64, handed: math.MinInt64}
	return &Group[T]{ring: r, crew: w, stage: &Consumer[T]{ring: r, reader: stage}}
}

// Consumer returns the group as a consumer, for After and for its Position, Lag, Name and Close.
// Its other methods panic. Close asks the workers to go: each may finish what it has in hand,
// and receives nothing more. The group leaves the ring when nothing is in hand. What no worker
// has received is dropped then, as by [Consumer.Close].
func (g *Group[T]) Consumer() *Consumer[T] { return g.stage }

// Worker returns a new worker of the group, to be used by this goroutine or another. It panics
// if the group was made by HandleGroup.
func (g *Group[T]) Worker() *Worker[T] {
	if g.crew.member.handled.load() != 0 {
		panicf("Worker of group %q, which Run serves", g.stage.Name())
	}
	return g.newWorker()
}

func (g *Group[T]) newWorker() *Worker[T] { return &Worker[T]{group: g, taker: g.crew.newTaker()} }

// keyOf returns the function that reads the key of the event in a slot, or nil if there is no
// key.
func (r *Ring[T]) keyOf(key func(event *T) uint64) func(seq int64) uint64 {
	if key == nil {
		return nil
	}
	return func(seq int64) uint64 { return key(r.slot(seq)) }
}
