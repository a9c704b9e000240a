// Package disruptor passes events between goroutines through a lock-free ring buffer. A ring has
// any number of producers. Each of its consumers sees every event, in order; a consumer may come
// after others, as a stage, and a group of workers may share the events. Use it where a channel
// is too slow or where several consumers need the same events.
//
//	ring, err := disruptor.New[Order](disruptor.Config{Capacity: 1 << 14})
//	journal := ring.Handle("journal", writeJournal)
//	replica := ring.Handle("replica", sendReplica)
//	ring.Handle("apply", applyOrders, journal, replica) // after both
//	go func() {
//		defer ring.Close() // published events are still delivered
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
// Sequences number the events from 0 without end. An event lies in the slot at sequence &
// (Capacity-1). In the ring of 16 slots below, producers have claimed up to 21 and published up
// to 18; "apply" follows "journal" and "replica":
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
// The slowest position, here that of "apply", is the gate: no claim passes it by more than a
// lap. So a slow consumer stops producers when the ring is full, and loses no event. A consumer
// that is forgotten stops them for good. A [Sender] can drop events instead, or give up after
// some time. A [LossyConsumer] stops no producer: it receives copies, and misses events when it
// is slow.
//
// # Glossary
//
//   - sequence: position in the endless stream of events, from 0
//   - slot: the place of a sequence in memory; a lap is one turn of the ring
//   - batch: a half-open range [from, to) of slots
//   - claim: take the exclusive right to write a range of slots
//   - publish: hand a claimed range to the consumers
//   - abort: give a claimed range back; consumers step over it
//   - next: get the range that is ready to be read
//   - done: hand back slots that have been read
//   - position: the first sequence that a consumer has not handed back
//   - gate: the slowest position, which producers must not pass by more than a lap
//   - need: the lowest value of a word that satisfies a goroutine waiting for it
//   - mark: the word beside a slot of a Multi ring that says how far the range published from
//     there reaches; a group has marks too, for finished runs
//   - cursor: the word that says how far a Single ring is published
//   - boundary: a sequence at which a published or aborted range begins, so that its mark says
//     something
//   - stage: a consumer that comes after others
//   - group: a consumer whose events are shared among workers, which finish them in any order
//   - worker: receives events of a group; each event goes to one worker
//   - run: a range of slots that one worker has taken from its group
//   - key: what GroupConfig.Key returns for an event; events of one key are handled in order
//   - owner: the seat of the worker that an event belongs to by its key; to key is to find the
//     owners of new events
//   - seat: how far a worker of a group with a key has come; everything it owns below is
//     finished
//   - barrier: the sequence at which the workers change; nothing from it on is keyed until all
//     seats have reached it
//   - tail: the position of a group: all runs below it are finished
//   - park: sleep until woken
//   - lossy: of a consumer: misses events when it is slow, and holds slots only while it copies
//     them
//   - pin: hold the slots from a lossy consumer's position on; to unpin is to let go of them
//   - push: move a lossy consumer that is not pinned ahead, to make room; it misses what lies
//     between
//
// # Memory model
//
// In the terms of the Go memory model:
//
//   - A Publish of a batch is synchronized before the Next, TryNext or At that returns any of its
//     slots, and before a WaitFor, Published or Position that counts it.
//   - A Done is synchronized before the Next of each later consumer that receives the slots.
//   - The Dones of all consumers are synchronized before the claim that gets the slots again.
//     The Done of a worker counts as well, and a call that returns a Copy counts as if it ended
//     with a Done.
//   - What a worker did to slots that it left unfinished is synchronized before the Next of the
//     worker that receives them. In a group with a key, what a worker did with an event is
//     synchronized before the Next that returns a later event of that key.
//   - Close of a consumer or a worker counts as a Done of what was in hand.
//   - What handlers, their Start and their Stop did is synchronized before Run returns, and before
//     a Shutdown returns that waited for them.
//   - The Close that ended a ring, a consumer or a worker is synchronized before a call that
//     returns ErrClosed because of it.
//
// So slots may hold any type and need no atomic access. The race detector sees all these edges. On
// amd64 the usual build makes the edges of Publish and Done by plain stores, which the Go memory
// model does not cover; x86-TSO and tests of the object code do. The tag purego makes them by
// sync/atomic.
//
// # Ends
//
// A ring ends once. [Ring.Err] and claims report the first end. A closed ring may still fail
// while it drains; that failure stops the consumers, and they and Run report it. Calls return
// errors that wrap [ErrClosed] and the error in the table. Run returns the error in the table
// itself.
//
//	what ends the ring         claims          consumers                            Run
//	Close, Shutdown            ErrClosed       receive everything claimed before,   nil
//	                                           then ErrClosed
//	Shutdown out of time       ErrClosed       stop at once; Shutdown's error       Shutdown's error
//	the context of Run         its cause       stop at once; its cause              its cause
//	a handler: error, panic,   *HandlerError   stop at once; *HandlerError          *HandlerError
//	runtime.Goexit
//
// With a [FailurePolicy], errors and panics of a handler need not end the ring.
//
// Two other ends leave the ring open. Close of a consumer ends its calls with ErrClosed, and Run
// goes on serving the other consumers. The end of a call's context ends only that call: Next and
// WaitFor return the cause; a claim returns an error that wraps the cause and says what was in
// the way.
//
// # Profiles
//
// A goroutine on which Run calls a handler has two pprof labels besides those of Run's context:
// "ring" is Config.Name, and "consumer" is the name of the consumer or group. An empty name
// gives no label. Goroutines that the handler starts inherit the labels. A handler loses them by
// calling pprof.Do, which leaves the labels of the context it was given.
//
// Tracebacks show labels with GODEBUG=tracebacklabels=1 since Go 1.26. Since Go 1.27 they show
// them by default if the program's go.mod asks for that release or a later one.
//
// While runtime/trace is on, each call of a handler with a batch, and each retry, is a region on
// the handler's goroutine. The type of the region is the name of the consumer or group, or
// "consumer" if that is empty. Without a trace this costs one load per batch and allocates
// nothing.
//
// # Checks
//
// Misuse panics. Always checked are:
//
//   - n out of range, nil arguments, and batches of another ring or of none
//   - Done of slots that are not in hand, except after Close, when Done does nothing
//   - on a Single ring, Publish or Abort of a slot that is not in the open claim
//   - on a Multi ring, Publish of a batch whose first slot begins a range that was already
//     published or aborted
//   - on a Multi ring, Abort of a batch with any slot that was already published or aborted
//
// The build tag disruptor_debug adds checks for:
//
//   - on a Multi ring, Publish of a batch with any slot that is already published or aborted
//   - use of a SingleProducer, a Consumer or a Worker by two goroutines at once
//   - use of a Consumer that Run serves by another goroutine
//   - two goroutines that wait in one Sender at once
//   - a handler that waits for room in its own full ring, or calls Shutdown
//
// # Builds
//
// The tag purego leaves out the assembly and the plain stores of amd64: everything is then done
// by sync/atomic. Builds with the race detector do the same.
package disruptor

// Ordering. The accesses that make an edge name it in a comment where they stand, such as "publish
// edge". The counts of Stats and hints about pace are on no edge.
//
//	edge      from -> to                                            order
//	publish   writes to slots -> mark or cursor -> reads of         release/acquire
//	          slots; table of aborted sequences -> last end of
//	          one -> mark or cursor
//	stage     a consumer's accesses -> its position -> a later      release/acquire
//	          stage's
//	reuse     the last reader's accesses -> position -> gate, and   release/acquire,
//	          the room and the limit that goroutines with one       room and limit
//	          handle share -> next lap's writes                     included
//	push      lossy consumer: last copy -> position, unpinned;      read-modify-writes
//	          pusher: walk -> published -> position; consumer:      of one word
//	          position, pinned -> next copy; pusher, or who
//	          finds the position pushed -> next lap's writes
//	join      joiner: list -> what is published; gate: own marks    store->load on
//	          or cursor and positions, loads of positions or        both sides
//	          marks -> list again -> limit
//	boundary  leaver: avail -> published -> list; looker: walk ->   release/acquire
//	          published; gate without consumers: walk ->
//	          published -> list again; consumer: avail ->
//	          position; worker: walk -> published -> run taken;
//	          pusher: walk -> published -> position
//	leave     the leaver's accesses, and what it followed -> list   release/acquire
//	          -> next lap's writes, followers; asked to leave ->    of a group
//	          what wakes; tail -> leaving || leaving -> tail        store->load on
//	                                                                both sides
//	close     Multi: closed bit -> end, one read-modify-write of    store->load on
//	          the claim word; Single: claim -> closed || closed     both sides (Single)
//	          -> process fence -> claim; failure -> failed
//	          -> stop, a channel: a pause before a retry
//	group     a worker's accesses -> mark of its run, or tail ->    release/acquire;
//	          tail; mark -> tail || tail -> mark; run taken ->      mark and tail are
//	          next run taken; what a worker leaves -> runs left     store->load on
//	          -> who takes it                                       both sides
//	seat      reads of keys, owners -> keyed -> workers'            release/acquire;
//	          accesses -> own seat -> looks at all seats ->         store->load between
//	          position; list of seats -> keyed -> seats above;      own seat and looks,
//	          barrier -> position || position -> barrier            barrier and position
//	clear     all consumers' accesses -> zeroes -> cleared ->       release/acquire;
//	          next lap's writes; position, need -> clearing         the count is
//	                                                                store->load
//	park      position -> raised, wanted || raised, wanted ->       store->load on both
//	          position                                              sides (alert: whose)
