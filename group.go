package disruptor

import "math"

// A Group is a consumer whose events are shared out among workers: each event goes to exactly one of
// them. Workers finish events in any order. To other consumers, to producers and to Stats a group is one
// consumer, which has passed only what all workers before it have finished.
//
// A group gates from its making, also without workers, until its Consumer is closed. Any goroutine may
// call its methods.
type Group[T any] struct {
	ring  *Ring[T]
	stage *Consumer[T]
	crew  *crew
}

// GroupConfig describes a group. All of it may be zero.
type GroupConfig[T any] struct {
	// Name is for Stats and errors. It need not be unique.
	Name string
	// After are the consumers that must have finished a slot before a worker receives it, as in
	// ConsumerConfig.
	After []*Consumer[T]
	// MaxBatch is how many slots a worker is handed at most at once; 0 means Config.MaxBatch. A worker is
	// handed no more than its share of what there is, either: what n workers find is divided by n.
	MaxBatch int
	// Attempts is how many workers may leave with an event unfinished that they were handed, each as the
	// first of what it had not finished, before the event is given up: DeadLetter gets it, or it is
	// skipped if OnFailure says so, or else the ring ends with a [HandlerError]. 0 means any number.
	// Nothing is given up once the ring has failed or the group is closed.
	Attempts int
	// Key, if not nil, has the events of one key handled in order and one at a time, and those of different
	// keys side by side. It returns the key of an event; events are spread over the workers by a hash of
	// it. It is called once for each event, before the event is handed to any worker, on the goroutine of
	// one of them, and by one at a time. It must not write to the event, nor use the ring.
	//
	// What the workers of Run have finished, later stages see when one of them has finished all that there
	// was, or has come 64 slots, or MaxBatch, further. What a worker by hand has finished they see at once.
	// A group that has been closed leaves the ring when each of its workers has called Next, or Close.
	//
	// A worker holds up the keys that are its own, and in the end all that comes after the group, until it
	// calls Next again or Close. When a worker comes or goes, what is published next waits until all that
	// was handed out before is finished, as its keys may get other workers.
	Key func(event *T) uint64
	// OnFailure says what becomes of events whose handler fails, as in ConsumerConfig: while a worker
	// pauses and tries again, others go on. For a group that is used by hand it may only say Skip, for
	// Attempts.
	OnFailure FailurePolicy
	// DeadLetter, if it is not nil, is called as that of ConsumerConfig is, by several workers at once;
	// and by Close of a worker that leaves with an event that is given up.
	DeadLetter func(Batch[T], error) error

	// The rest is for HandleGroup only.

	// Workers is how many goroutines call the handler; 0 means GOMAXPROCS.
	Workers int
	// Start runs on each goroutine of the handler before its first call in each Run. An error fails the
	// ring as one of the handler does. It is where a handler gets a Worker of its own.
	Start func(*Worker[T]) error
	// Stop runs on each goroutine of the handler after its last call in each Run in which its Start
	// succeeded, also after an error, a panic and runtime.Goexit.
	Stop func(*Worker[T])
}

func (r *Ring[T]) newGroup(cfg GroupConfig[T]) *Group[T] {
	if cfg.Attempts < 0 {
		panicf("Attempts of %d for group %q", cfg.Attempts, cfg.Name)
	}
	follows := r.membersOf("group", cfg.Name, cfg.After)
	w := r.core.newCrew(cfg.Name, follows, r.core.maxBatchOf(cfg.MaxBatch), cfg.Attempts, r.keyOf(cfg.Key))
	// A Consumer that is gone, with nothing in hand: each of its calls comes to where it is refused.
	stage := &reader{finder: finder{core: r.core, member: w.member, gone: true, crew: w}, pos: math.MinInt64, handed: math.MinInt64}
	return &Group[T]{ring: r, crew: w, stage: &Consumer[T]{ring: r, reader: stage}}
}

// Consumer returns the group as a consumer: for After, and for its Position, Lag, Name and Close. Its
// other methods panic. Close asks the workers to go: each may finish what it has in hand, and is handed
// nothing more. The group leaves the ring when nothing is in hand; what nobody has been handed is dropped
// then, as by Close of any consumer.
func (g *Group[T]) Consumer() *Consumer[T] { return g.stage }

// Worker returns a new worker of the group, for this goroutine or another to use. It panics if the group
// was made by HandleGroup.
func (g *Group[T]) Worker() *Worker[T] {
	if g.crew.member.handled.load() != 0 {
		panicf("Worker of group %q, which Run serves", g.stage.Name())
	}
	return g.newWorker()
}

func (g *Group[T]) newWorker() *Worker[T] { return &Worker[T]{group: g, taker: g.crew.newTaker()} }

// keyOf returns the function that reads the key of the event in a slot; nil if there is none.
func (r *Ring[T]) keyOf(key func(event *T) uint64) func(seq int64) uint64 {
	if key == nil {
		return nil
	}
	return func(seq int64) uint64 { return key(r.slot(seq)) }
}
