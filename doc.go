// Package disruptor is a ring buffer that passes events between goroutines: lock-free, with many producers, many
// consumers that each see every event in order, stages that run after other stages, and groups of workers that share
// the events out among them. It is for code in which a channel is too slow, or in which several consumers need the same
// events.
//
//	ring, err := disruptor.New[Order](disruptor.Config{Capacity: 1 << 14})
//	journal := ring.Handle("journal", writeJournal)
//	replica := ring.Handle("replica", sendReplica)
//	ring.Handle("apply", applyOrders, journal, replica) // after both
//	go func() {
//		defer ring.Close() // what is published is still delivered
//		p := ring.MultiProducer()
//		for order := range orders {
//			if err := p.Send(ctx, order); err != nil {
//				return // the ring or ctx has ended
//			}
//		}
//	}()
//	err = ring.Run(context.Background())
//
// # Picture
//
// Sequences count events from 0 for ever; each has its slot in memory at sequence & (Capacity-1). Below, in a ring of
// 16 slots, producers have claimed up to 21 and published up to 18; "apply" follows "journal" and "replica":
//
//	          apply      journal  replica        published     claimed
//	            |           |        |               |            |
//	... 5   6   7   8   9  10  11   12  13 ...  17  18  19  20   21  22   23
//	----------  ---------  ---------------  ------  -----------  -----------
//	free: may   journal    journal, replica  to be   written by   free: gate 7
//	be claimed  and        may read           read   producers    + 16 slots
//	            replica
//	            are done
//
// The slowest position, here that of "apply", is the gate: no claim passes it by more than a lap. So a slow consumer
// stops producers when the ring is full, and never loses an event; a consumer that is forgotten stops them for ever. A
// [Sender] can drop events instead, or give up after some time; a [LossyConsumer] stops nobody: it is handed copies,
// and misses events when it is slow.
//
// # Glossary
//
//   - sequence: position in the endless stream of events, from 0
//   - slot: the place of a sequence in memory; a lap is one turn of the ring
//   - batch: a half-open range [from, to) of slots
//   - claim: take the sole right to write a range of slots
//   - publish: hand a claimed range to the consumers
//   - abort: give a claimed range back; consumers step over it
//   - next: get the range that is ready to be read
//   - done: hand slots that have been read back
//   - position: the first sequence that a consumer has not handed back
//   - gate: the slowest position, which producers must not pass by more than a lap
//   - need: the lowest value of a word that satisfies a goroutine that waits for it
//   - mark: the word beside a slot of a Multi ring that says how far the range published from there reaches; a
//     group has marks, too, which say so of finished runs
//   - cursor: the word that says how far a Single ring is published
//   - boundary: a sequence at which a published or aborted range begins, where a mark says something
//   - stage: a consumer that comes after others
//   - group: a consumer whose events are shared out among workers, which finish them in any order
//   - worker: one of those to whom a group hands out events, each to one
//   - run: a range of slots that a worker has taken from its group, and that no other worker has
//   - key: what GroupConfig.Key says of an event; events of one key are handled in order
//   - owner: the seat of the worker to which an event belongs by its key; to key is to find the owners of what has come
//   - seat: how far a worker of a group with a key has come; below it all that it owns is finished
//   - barrier: the sequence at which the workers change; nothing behind it is keyed before all seats have come there
//   - tail: the position of a group: all runs below are finished
//   - park: sleep until woken
//   - lossy: of a consumer: misses events when it is slow, and holds slots only while it copies them
//   - pin: hold the slots from a lossy consumer's position on; to unpin it is to let go of them
//   - push: move a lossy consumer that is not pinned ahead, to make room; it has missed what lies between
//
// # Memory model
//
// In the words of the Go memory model: a Publish of a batch is synchronized before the Next, TryNext, WaitFor or At
// that returns any of its slots, and before a Published or Position that counts it. A Done is synchronized before the
// Next of each later consumer that is handed the slots, and, with that of every other consumer, before the claim that
// is given the slots again. That of a worker is, too, and a call that returns a Copy, as if it ended with a Done; and what
// a worker did to slots that it has left is synchronized before the Next of the worker that is handed them. A Close is
// synchronized before the call that returns ErrClosed. So slots may hold any type, and need no atomic access; the race
// detector sees all these edges.
//
// # Ends
//
// A ring ends once. The first end is the one that [Ring.Err] and claims report; a failure that comes
// while a closed ring drains stops the consumers and is what they and Run report. Calls return errors
// that wrap ErrClosed and what stands here; Run returns what stands here.
//
//	what ends                  claims             consumers                            Run
//	Close, Shutdown            ErrClosed          all that was claimed before it, and  nil
//	                                              then ErrClosed
//	Shutdown out of time       ErrClosed          stop where they stand; its error     its error
//	the context of Run         its cause          stop where they stand; its cause     its cause
//	a handler: error, panic,   *HandlerError      stop where they stand;               *HandlerError
//	runtime.Goexit                                *HandlerError
//
// A [FailurePolicy] keeps errors and panics of a handler from ending the ring.
//
// Two ends leave the ring as it is. Close of a consumer ends its calls with ErrClosed, and Run serves
// the others. The context of a call ends that call: Next and WaitFor return its cause, a claim an error
// that wraps the cause and says what was in the way.
//
// # Profiles
//
// A goroutine that Run gives to a handler, or to a worker of a group, has two pprof labels besides those
// of Run's context: "ring" is Config.Name, and "consumer" the name of the consumer or of the group. An
// empty name gives no label. A goroutine that the handler starts inherits them. After pprof.Do in a
// handler they are gone: it leaves the labels of the context that it was given.
//
// Tracebacks show labels with GODEBUG=tracebacklabels=1, since Go 1.26; since Go 1.27 they do so by
// default if the go.mod of the program asks for that release or a later one.
//
// While a trace of runtime/trace is on, each call of a handler with a batch, and each retry, is a region
// on the handler's goroutine. Its type is the name of the consumer or of the group; "consumer" if that is
// empty. Without a trace that costs one load per batch, and allocates nothing.
//
// # Checks
//
// Always on: the range of n, nil arguments, batches of other rings or none, Done of what is not in hand;
// on a Single ring, publication or abort of any slot that is not open; on a Multi ring, publication of a
// batch whose first slot begins a range that was published or aborted already, and abort of a batch of
// which any slot is.
//
// With the build tag disruptor_debug also: on a Multi ring, publication of a batch of which any slot is
// published or aborted; use of a SingleProducer, a Consumer or a Worker by two goroutines at once, or of
// a Consumer that Run serves by another goroutine; two goroutines that wait in one Sender at once; a
// handler that waits for room in its own full ring, or calls Shutdown.
//
// # Builds
//
// The tag purego leaves out the assembly and the plain stores of amd64, as builds with the race detector
// do: everything is then done by sync/atomic.
package disruptor

// Ordering. Each atomic access in the source names the row, the edge, to which it belongs.
//
//	edge      from -> to                                            order                where
//	publish   writes to slots -> mark or cursor -> reads of         release/acquire      single, multi, marks,
//	          slots; table of aborted sequences -> last end of                           aborts, core, finder,
//	          one -> mark or cursor                                                      reader, taker,
//	                                                                                     lossyreader, pin
//	stage     a consumer's accesses -> its position -> a later      release/acquire      reader, finder, core,
//	          stage's                                                                    members, crew, pin
//	reuse     the last reader's accesses -> position -> gate, and   release/acquire,     members, crew, pin,
//	          the limit that handles of several goroutines          the limit included     multi
//	          share -> next lap's writes
//	push      lossy consumer: last copy -> position, unpinned;      read-modify-writes   pin, lossyreader
//	          pusher: walk -> published -> position; consumer:      of one word
//	          position, pinned -> next copy; pusher, or who
//	          finds the position pushed -> next lap's writes
//	join      joiner: list -> what is published; gate: own marks    store->load on       members, core, join
//	          or cursor and positions, loads of positions or        both sides
//	          marks -> list again -> limit
//	boundary  leaver: avail -> published -> list; looker: walk ->   release/acquire      join, core, reader,
//	          published; gate without consumers: walk ->                                 taker, pin
//	          published -> list again; consumer: avail ->
//	          position; worker: walk -> published -> run taken;
//	          pusher: walk -> published -> position
//	leave     the leaver's accesses, and what it followed -> list   release/acquire      members, join, finder,
//	          -> next lap's writes, followers; asked to leave ->    of a group           crew, taker
//	          what wakes; tail -> leaving || leaving -> tail        store->load on
//	                                                                both sides
//	close     Multi: closed bit -> end, one read-modify-write of    store->load on       ends, single, failure
//	          the claim word; Single: claim -> closed || closed     both sides (Single)
//	          -> process fence -> claim; failure -> failed
//	          -> stop, a channel: a pause before a retry
//	group     a worker's accesses -> mark of its run, or tail ->    release/acquire;     crew, taker, idle
//	          tail; mark -> tail || tail -> mark; run taken ->      mark and tail are
//	          next run taken; what a worker leaves -> runs left     store->load on
//	          -> who takes it                                       both sides
//	seat      reads of keys, owners -> keyed -> workers'            release/acquire;     seats, seated
//	          accesses -> own seat -> looks at all seats ->         store->load between
//	          position; list of seats -> keyed -> seats above;      own seat and looks,
//	          barrier -> position || position -> barrier            barrier and position
//	clear     all consumers' accesses -> zeroes -> cleared ->       release/acquire;     core
//	          next lap's writes; position, need -> clearing         the count is
//	                                                                store->load
//	park      position -> raised, wanted || raised, wanted ->       store->load on both  core, alert, sleepers,
//	          position                                              sides (alert: whose) finder, reader, single,
//	                                                                                     multi, crew, idle, pin,
//	                                                                                     queue, ready
