// Package metrics exports the figures of [disruptor.Ring.Stats] to Prometheus and to
// OpenTelemetry.
//
//	var rings metrics.Set
//	err := rings.Add(orders) // under its Config.Name
//	prometheus.MustRegister(metrics.NewCollector(&rings))
//	http.Handle("/metrics", promhttp.Handler())
//
// or, with any exporter of OpenTelemetry,
//
//	registration, err := metrics.Instrument(provider.Meter("orders"), &rings)
//
// # Names
//
// Metrics are named disruptor_ring_… and disruptor_consumer_…, and counters end in _total. In
// OpenTelemetry the first two underscores are dots and _total is left out:
// disruptor_ring_claimed_total is disruptor.ring.claimed there. An exporter from OpenTelemetry to
// Prometheus turns that back into the name that the collector uses.
//
// The label ring is the name under which a ring was added. The label consumer is a consumer's
// name. Consumers of a ring need no unique names: in the order in which they joined, the second
// "x" is labelled "x#2". When the first one leaves, the second is labelled "x". So give different
// names to consumers that come and go. The label state, of disruptor_consumer_state, is a
// [disruptor.ConsumerState]; a consumer's current state is 1, its other states are 0. Bytes of a
// name that are not UTF-8 become U+FFFD.
//
// A series exists while its ring is in the set and its consumer is in the ring. A consumer that
// joins under the name of one that has left begins at 0, as after a restart. Its position begins
// where it joins.
//
// # Sizes of batches
//
// For Prometheus they are a histogram, disruptor_consumer_batch_size_slots. Its buckets depend
// only on the ring's capacity: up to 1, 3, 7, … and Capacity-1 slots, and up to Capacity. So a
// bucket holds the sizes from one power of two to below the next, exactly as
// [disruptor.BatchSizes] counts them. Rings of different capacities have different buckets: don't
// add those up.
//
// OpenTelemetry has no histogram that a callback can fill. There
//
//   - disruptor.consumer.batches is the number of batches,
//   - disruptor.consumer.batch_slots is the number of slots in them, and
//   - disruptor.consumer.batch_size_slots is the median, the 99th percentile and the maximum of
//     their sizes, with the attribute quantile "0.5", "0.99" and "1". These count all batches
//     since the consumer joined, not since the last collection, and are up to a quarter too
//     large.
//
// # Cost
//
// Producers and consumers do nothing more: they count anyway. A scrape or collection calls Stats
// once for each ring. Stats blocks nobody. It costs as much as Published, plus some loads and
// allocations for each consumer, and cache misses for the goroutines that write the words it
// reads. The rest, some 35 series for each consumer of a ring of 64 Ki slots, is built from that
// snapshot without touching the ring.
//
// How long a claim has been blocked or open, or a consumer in its state, is known only from
// earlier looks. With a scrape every 15 s, disruptor_consumer_state_seconds and
// disruptor_ring_open_claim_seconds are up to 15 s too small.
//
// The file grafana.json in the directory of this package is a dashboard for the metrics of the
// collector.
package metrics
