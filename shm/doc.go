// Package shm is the ring of package disruptor between processes. The ring lies in a file that
// several processes map. Many producers and many consumers, in any of these processes, pass
// events of a fixed size in order, without a system call while nobody sleeps. If a process is
// killed, at any instruction, the others go on. Nothing is lost except what it had claimed and
// not published.
//
//	type Tick struct { // no pointers
//		Symbol [8]byte
//		Price  float64
//	}
//
//	ring, err := shm.Create[Tick]("/dev/shm/ticks", shm.Config{Capacity: 1 << 14}) // one process
//	feed, err := ring.Producer("feed")
//	err = feed.Send(ctx, Tick{Price: 1.5})
//
//	ring, err := shm.Open[Tick]("/dev/shm/ticks", shm.Options{}) // another
//	ticks, err := ring.Consumer(shm.ConsumerConfig{Name: "quotes"})
//	for batch := range ticks.Batches(ctx) {
//		for _, tick := range batch.All() {
//			use(tick)
//		}
//	}
//
// # Files
//
// A ring is a file on tmpfs (/dev/shm) or on a local file system such as ext4, or anonymous
// memory whose descriptor is passed to a child. The file appears complete or not at all, with its
// space allocated, and is readable by its owner only. Its header describes the fields of the
// event type. A process whose type differs is refused, with an error that shows the difference.
//
// Overlay, network and FUSE file systems are refused, because locks on them don't show which
// processes are alive. In a container /tmp is often on an overlay; /dev/shm is not (docker gives
// it 64 MB; --shm-size gives more).
//
// The file stays when all processes have ended: [Remove] removes it. systemd removes the /dev/shm
// files of users who log out (RemoveIPC in logind.conf).
//
// # The death of a process
//
// Every process holds a kernel lock on the file. The kernel releases it when the process has
// ended and not before: a stopped or slow process keeps it. No time limit, process number or
// heartbeat takes part. A call that waits, and finds that the process in its way no longer holds
// its lock, recovers what that process has left:
//
//   - Sequences that it had claimed and not published are lost. Consumers step over them, and
//     Stats.Lost counts them. Half-written events are never delivered; published ones are never
//     lost.
//   - Its consumers are evicted, or held until they come back, or end the ring: [OnDeath].
//   - Its entries in the file are free for others.
//
// A call that waits looks for the dead after 5 ms, then less often, down to once in 100 ms. A
// goroutine that only polls looks once in 1,024 polls that find nothing.
//
// A process that is alive but does nothing, stopped in a debugger for example, is waited for,
// even if it was stopped while it recovered the dead. So a process should spend little time
// between a claim and its publication; [Producer.Send] and [Producer.SendAll] do. A call whose
// context ends returns a [*BlockedError] that names the process in its way.
//
// # Trust
//
// A process that may write to the file can change any event and can stop the ring. It can't make
// this process access memory beyond the ring, loop without end or crash, with two exceptions:
//
//   - A bool in an event whose byte is neither 0 nor 1 is undefined for compiled Go code. Use a
//     uint8 between processes that don't trust each other.
//   - A program that cuts a named file short makes accesses to it fault, which ends a Go program.
//     [Options.GuardFaults] turns faults in this package into errors, but not those in user code.
//     The size of an anonymous ring can't change.
//
// A process that may read the file sees all events, and can stop recovery with locks of its own.
// So a ring is for processes of one user, or of one group whose members trust each other.
//
// # Glossary
//
// The words are those of package disruptor, and:
//
//   - attachment: a process's entry in the file, with the byte whose lock shows that the process
//     is alive
//   - record: a producer's entry; it says what the producer owns or is about to own
//   - place: a consumer's entry, with its position; the gate goes by the places whose bits are
//     set
//   - mark: the word of a slot that says which sequence was published in it or is a gap
//   - gap: a sequence that was lost or aborted; consumers step over it
//   - open: a sequence that is claimed, and neither published nor a gap
//   - epoch: counts the owners of a place or a record
//
// The format of the file is in docs/shm-format.md. The command disruptor shm inspects rings.
// [Recover], [EvictConsumer] and [Remove] are for operators. See docs/shm-tools.md.
//
// # Other systems
//
// The package works on 64-bit little-endian Linux with /proc: amd64, arm64 and others. Elsewhere
// it builds, and [Create] and [Open] return [ErrUnsupported].
package shm

// Ordering. Each atomic access in the source names its edge, a row of this table. The words are in
// memory that processes share. Between processes sync/atomic orders as it does between goroutines:
// the CPU knows no processes. A store by machine.StoreRelease is a release.
//
//	edge     from -> to                                          order                where
//	claim    record -> cursor -> a recovery's look whether a     the cursor's         claim, core
//	         claimed sequence is covered                         compare-and-swap
//	record   last mark of a claim -> record cleared -> a         release/acquire      claim,
//	         recovery that finds the sequence uncovered -> its                        publish,
//	         compare-and-swap of the mark                                             recover
//	publish  writes to slots -> mark -> reads of slots           release/acquire      publish, read,
//	                                                                                  claim, recover
//	gap      last gap -> mark of a gap -> position of a consumer release/acquire      publish, read
//	         beyond it -> a later consumer's look at last gap
//	stage    a consumer's accesses -> its position -> a later    release/acquire      read,
//	         consumer's; epoch of the last evicted -> state -> a                      consumer,
//	         follower's look at that epoch                                            upstream,
//	                                                                                  recover
//	reuse    last reader's accesses -> position -> gate -> next  release/acquire      read, claim
//	         lap's writes
//	join     joiner: bit -> cursor, marks -> position; gate: own store->load on both  join, claim,
//	         marks -> members, positions or marks -> members     sides                recover
//	         again
//	evict    copy of slots -> read-modify-write of the state;    load->load: hence no read, recover
//	         evictor: state -> bit -> gate -> next lap's writes  plain load
//	sleep    mark or position -> bits of sleepers || bit of a    store->load on both  eventcount,
//	         sleeper -> unfenced -> mark or position; count      sides; of the        await, attach,
//	         before the bit; bit in unfenced -> first mark or    unfenced by the      claim,
//	         position                                            sleeper's membarrier publish, join,
//	                                                                                  read
//	end      closing -> closed cursor -> sleepers are woken;     release/acquire      core, read
//	         failure -> looks
//
// The fences of the sleep and join edges are locked instructions that are needed anyway: clearing
// the record, storing a position, setting a bit. verification/shm has models of all this, and shows
// what goes wrong without each rule.
