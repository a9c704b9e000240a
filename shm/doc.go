// Package shm is the ring of package disruptor between processes: it lies in a file that several
// processes map. Many producers and many consumers, of any of them, pass events of a fixed size, in
// order, without a system call while nobody sleeps; and when one of the processes is killed, at any
// instruction, the others go on, and lose nothing but what it had claimed and not published.
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
// A ring is a file on tmpfs (/dev/shm) or a local file system such as ext4, or anonymous memory whose
// descriptor is passed to a child. It appears complete or not at all, with its space allocated, and
// readable by its owner only. Its header describes the fields of the event type: a process whose type
// differs is refused, and told how it differs. Overlay, network and FUSE file systems, on which a lock
// does not show who lives, are refused: in a container, /tmp is often such a one, and /dev/shm is not
// (docker gives it 64 MB; --shm-size gives more). The file stays when all processes have ended: [Remove]
// removes it. systemd removes /dev/shm files of users that log out (RemoveIPC in logind.conf).
//
// # The death of a process
//
// Every process holds a lock of the kernel's on the file, which falls when the process has ended, and
// not before: neither while it is stopped, nor while it is slow. No time limit, process number or
// heartbeat takes part. Whoever waits and finds the lock of who is in the way free recovers what that
// one has left:
//
//   - Sequences that it had claimed and not published are lost. Consumers step over them, and
//     Stats.Lost counts them. Half-written events are never delivered, whole ones never lost.
//   - A consumer is evicted, or held until it comes back, or ends the ring: [OnDeath].
//   - Its places can be had by others.
//
// A wait looks after 5 ms, and then less often, up to 100 ms; who doesn't wait, and only polls, looks
// once in 1,024 polls that find nothing. A process that lives and does nothing, stopped in a debugger,
// say, is waited for, also if it is stopped while it recovers the dead; a call that gives up, because its
// context has ended, returns a [*BlockedError] that names who is in its way. What a process must not have
// is time between a claim and its publication: Send and SendAll have little.
//
// # Trust
//
// Who may write to the file can do anything to the events, and can stop the ring. It can't make this
// process access memory beyond the ring, loop without end or crash, with these exceptions: events of a
// type with a bool, of which the byte is neither 0 nor 1, are undefined for compiled Go code, so use a
// uint8 among those who don't trust each other; and a program that cuts a named file short makes
// accesses to it fault, which ends a Go program, unless [Options.GuardFaults] is set, and even then in
// user code. The size of an anonymous ring can't change. Who may read the file sees all events, and can
// stop recovery by locks of its own. So a ring is for processes of one user, or of one group that trusts
// its members.
//
// # Glossary
//
// The words are those of package disruptor, and:
//
//   - attachment: a process's entry in the file, with the byte whose lock shows that it lives
//   - record: a producer's entry; it says what the producer owns or is about to own
//   - place: a consumer's entry, with its position; its bit is what the gate goes by
//   - mark: the word of a slot that says which sequence was published in it, or is a gap
//   - gap: a sequence that was lost or aborted, which consumers step over
//   - open: a sequence that is claimed, and neither published nor a gap
//   - epoch: counts the owners of a place or a record
//
// The format of the file is in docs/shm-format.md. The command disruptor shm looks at rings, and
// [Recover], [EvictConsumer] and [Remove] are for operators: see docs/shm-tools.md.
//
// # Other systems
//
// The package works on 64-bit little-endian Linux with /proc: amd64, arm64 and others. Elsewhere
// it builds, and Create and Open return [ErrUnsupported].
package shm

// Ordering. Each atomic access in the source names the row, the edge, to which it belongs. Words are in
// memory that processes share, and between them sync/atomic orders as it does between goroutines:
// the CPU knows no processes. What is written by machine.StoreRelease is a release.
//
//	edge     from -> to                                              order                where
//	claim    record -> cursor -> who looks whether a sequence that   the cursor's         claim, recover
//	         is claimed is covered                                   compare-and-swap
//	record   last mark of a claim -> record cleared -> who finds     release/acquire      claim, recover
//	         it uncovered, and looks at the mark again by its
//	         compare-and-swap
//	publish  writes to slots -> mark -> reads of slots               release/acquire      claim, read
//	gap      last gap -> mark of a gap -> position of who steps      release/acquire      claim, recover, read
//	         over it -> a later consumer's look at last gap
//	stage    a consumer's accesses -> its position -> a later        release/acquire      read, upstream
//	         consumer's; and how it ended -> state -> the epoch of
//	         the last evicted
//	reuse    last reader's accesses -> position -> gate -> next      release/acquire      read, claim
//	         lap's writes
//	join     joiner: bit -> cursor, marks -> position; gate: own     store->load on       join, claim
//	         marks -> members, positions or marks -> members again   both sides
//	evict    copy of slots -> read-modify-write of the state;        load->load: hence    read, recover
//	         evictor: state -> bit -> gate -> next lap's writes      no plain load
//	sleep    mark or position -> bits of sleepers || bit of a        store->load on       eventcount, await,
//	         sleeper -> unfenced -> mark or position; count before   both sides; of the   claim, read
//	         the bit; bit in unfenced -> first mark or position      unfenced by the
//	                                                                 sleeper's membarrier
//	end      closing -> closed cursor -> who sleeps is woken;        release/acquire      core, claim, read
//	         failure -> looks
//
// The fences of the sleep and join edges are locked instructions that are needed anyway: clearing the
// record, storing a position, setting a bit. verification/shm has models of all this, with what
// goes wrong without each rule.
