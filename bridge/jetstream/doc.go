// Package jetstream carries the events of a ring to a stream of NATS JetStream, and the messages of
// a stream to a ring: for what one machine is not enough for. A [Publisher] is a consumer of a
// ring, in memory or of package shm. A [Source] is a producer.
//
//	p, err := jetstream.NewPublisher(conn, jetstream.Config[Order]{
//		Stream: "ORDERS", Subject: "orders.new", Epoch: "2027-01-31",
//		Encode: func(m *nats.Msg, o *Order) error { m.Data = o.Marshal(); return nil },
//	})
//	next, err := p.Resume(ctx) // feed the ring from this sequence on, or from an earlier one
//	ring.Handle("publisher", p.Handler(ctx))
//
// # What is promised
//
// The stream holds the events in the order of the ring, and none twice. This does not depend on
// JetStream's window for duplicates: each message is stored only if the stream then ends with the
// message that goes before it (Nats-Expected-Last-Sequence). So these are refused and change
// nothing: a message of a killed publisher that arrives late, a message whose predecessor was
// lost, and a message of a second publisher that is behind. After a refusal, or if an
// acknowledgement is lost, the publisher asks for the last stored message, whose headers name its
// event, and goes on behind it.
//
// Whether an event can be lost depends on where the events come from:
//
//	source                        bridge killed             machine lost
//	a journal on disk             nothing lost or doubled   as much as the disk loses
//	a shared ring (package shm)   nothing lost or doubled   what was not acknowledged is lost
//	a ring in memory alone        what was not acknowledged is lost
//
// Acknowledged events are as safe as the stream is. A stream with three replicas survives the loss
// of one server. By default a server writes to its disk at once, but calls fsync only every two
// minutes: a stream with one replica can lose acknowledged messages when the machine loses power.
// A publisher that notices fails with [ErrBehind]; started again with a journal, it stores them
// anew.
//
// # Sources
//
// Epoch names a numbering of events. Choose it where the numbering is made, and keep it there: a
// header of the journal, or a file beside the shared ring. A ring in memory that is fed from
// nothing that lasts begins at 0 in each process. Give it a new epoch each time, a time or a random
// text, and set Config.NewEpoch.
//
// Journal: the ring is fed with the records from Resume's sequence on. Config.Sequence returns the
// number of the record, because the ring itself begins at 0 each time. A hole in the numbers is a
// [*GapError].
//
// Shared ring: make its consumer with a Name, OnDeath shm.Hold and a Grace longer than any pause
// of the bridge, before the first event, and serve it with [Follow]. The position of the consumer
// is then never beyond what is stored, except over sequences that producers aborted, or had claimed
// when they were killed. If that is where the bridge was killed, Follow returns a [*GapError],
// because it can't tell them from events that it has missed. Config.Missing decides: it can compare
// the length of the gap with Lost and Aborted in the ring's Stats.
//
// # Streams
//
// A stream has one publisher at a time, and nobody else may publish to it. A second publisher of the
// same epoch does no harm: both expect the same event at each place, and each event is stored once.
// A foreign message at the place of an event makes that event be refused, but perhaps not the one
// behind it. The publisher finds this with its next answer and fails with [ErrEpoch]; the stream
// then lacks an event. After a change of epochs, late messages of the old one could be such: so the
// first 1024 messages of the new one go one at a time.
//
// A stream needs the retention
// LimitsPolicy, and must keep at least its last message: without it nobody knows where to go on,
// which is ErrForgotten. Only an operator can help then, with a new epoch and NewEpoch. So prefer
// MaxMsgs or MaxBytes to MaxAge for a stream that may be idle.
//
// A publisher waits for as long as Config.GiveUp for servers that restart or elect a leader. Its
// ring fills meanwhile, and producers wait.
//
// # Into a ring
//
// A [Source] reads all messages of a stream, in order. A message that is delivered again is not
// put into the ring again. One that has been deleted from the stream is a [*GapError]. There are
// two ways to go on after a crash:
//
//   - A stage stores m.Sequence together with its results, and the next source begins behind it
//     (SourceConfig.After). Then nothing is lost or done twice.
//   - A durable consumer (SourceConfig.Durable) keeps the position on the server. [Source.Done],
//     called after the last stage, moves it. Nothing is lost, but after a crash events may come
//     again that were done and not acknowledged yet.
//
// # Partitions
//
// One stream has one order, so one leader and one publisher. For more, [Partition] the events by
// key before the ring: each partition has a ring (and journal), a Publisher and a stream. The
// events of a key stay in order; those of different partitions have none. Several publishers can't
// share a stream by subjects: the sequence that each message expects is the stream's.
package jetstream
