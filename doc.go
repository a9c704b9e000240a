// Package disruptor is a ring buffer that passes events between goroutines: lock-free, with many producers, many
// consumers that each see every event in order, and stages that run after other stages. It is for code in which a
// channel is too slow, or in which several consumers need the same events.
//
//	ring, err := disruptor.New[Order](disruptor.Config{Capacity: 1 << 14})
//	journal := ring.Handle("journal", writeJournal)
//	replica := ring.Handle("replica", sendReplica)
//	ring.Handle("apply", applyOrders, journal, replica) // after both
//	go func() {
//		defer ring.Close()
//		p := ring.MultiProducer()
//		for order := range orders {
//			p.Send(ctx, order)
//		}
//	}()
//	err = ring.Run(ctx)
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
// stops producers when the ring is full, and never loses an event; a consumer that is forgotten stops them for ever.
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
//   - gate: the slowest position, which producers, or a later stage, must not pass
//   - mark: the word beside a slot of a Multi ring that says how far the range published from there reaches
//   - cursor: the word that says how far a Single ring is published
//   - boundary: a sequence at which a published or aborted range begins, where a mark says something
//   - park: sleep until woken
//
// # Memory model
//
// In the words of the Go memory model: a Publish of a batch is synchronized before the Next, TryNext, WaitFor or At
// that returns any of its slots, and before a Published or Position that counts it. A Done is synchronized before the
// Next of each later consumer that is handed the slots, and, with that of every other consumer, before the claim that
// is given the slots again. A Close is synchronized before the call that returns ErrClosed. So slots may hold any
// type, and need no atomic access; the race detector sees all these edges.
//
// # Ordering
//
// Each atomic access in the source names the row to which it belongs.
//
//	edge      from -> to                                                          order                      where
//	publish   writes to slots -> mark or cursor -> reads of slots;                release/acquire            marks, aborts, core,
//	          list of aborted ranges -> its last end -> mark or cursor                                       reader, singleproducer
//	stage     a consumer's accesses -> its position -> a later stage's            release/acquire            reader, core, gate
//	reuse     the last reader's accesses -> position -> gate, and the limit       release/acquire, the       gate, multiproducer
//	          that handles of several goroutines share -> next lap's writes      limit included
//	join      joiner: list -> Published(); gate: own marks or cursor and          store->load on both sides  gate, core, join
//	          positions, loads of positions or marks -> list again -> limit
//	boundary  leaver: avail -> published -> list; gate without consumers:         release/acquire            join, core, reader
//	          walk -> published -> list again; consumer: avail -> position
//	leave     the leaver's accesses -> list -> next lap's writes, followers       release/acquire            gate, reader
//	close     Multi: closed bit -> end, one read-modify-write of the claim word;  store->load on both sides  ends, singleproducer
//	          Single: claim -> closed || closed -> process fence -> claim         (Single)
//	clear     all consumers' accesses -> zeroes -> cleared -> next lap's writes;  release/acquire; the       core
//	          position -> clearing                                                count is store->load
//	park      position -> alert, wanted || alert, wanted -> position              store->load on both sides  core, wait_block,
//	                                                                              (wait_block: by whom)      sleepers, reader
//
// # Checks
//
// Always on: the range of n, publication of a batch whose first slot is published or aborted already, abort of a batch
// of which any slot is, batches of other rings or none, Done of what is not in hand, nil arguments. With the build tag
// disruptor_debug also: publication of a batch of which any slot is published, and use of a SingleProducer by two
// goroutines at once.
// The tag purego leaves out the assembly, as builds with the race detector do.
package disruptor
