// Package metrics exports what [disruptor.Ring.Stats] says of rings to Prometheus and to
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
// Metrics are named disruptor_ring_… and disruptor_consumer_…; a counter ends in _total. In
// OpenTelemetry the first two underscores are dots and _total is left out:
// disruptor_ring_claimed_total is disruptor.ring.claimed there. An exporter from OpenTelemetry to
// Prometheus makes of it the name that the collector uses.
//
// The label ring is the name under which a ring was added. The label consumer is a consumer's name.
// Consumers of a ring need no unique names: the second "x" is labelled "x#2", in the order in which
// they joined. When the first one leaves, the second is labelled "x": give names that differ to
// consumers that come and go. The label state, of disruptor_consumer_state, is a
// [disruptor.ConsumerState]; one of a consumer's states is 1, the others are 0. What is not UTF-8
// in a name becomes U+FFFD.
//
// A series is there as long as its ring is in the set and its consumer is in the ring. A consumer
// that joins under the name of one that has left begins at 0, as after a restart; positions begin
// where it joins.
//
// # Sizes of batches
//
// For Prometheus they are a histogram, disruptor_consumer_batch_size_slots. A ring's capacity alone
// decides on its buckets: up to 1, 3, 7, … and Capacity-1 slots, and up to Capacity. So a bucket
// holds the sizes from one power of two to below the next, as exactly as [disruptor.BatchSizes]
// counts them. Rings of different capacities have different buckets: don't add those up.
//
// OpenTelemetry has no histogram that is filled by a callback. There
//
//   - disruptor.consumer.batches is how many batches there were,
//   - disruptor.consumer.batch_slots is how many slots were in them, and
//   - disruptor.consumer.batch_size_slots is the median, the 99th percentile and the maximum, told
//     apart by the attribute quantile: "0.5", "0.99" and "1". They are of all batches since the
//     consumer joined, not of those since the last collection, and up to a quarter too large.
//
// # Cost
//
// Nothing is added to what producers and consumers do: they count anyway. A scrape or collection
// calls Stats once for each ring. Stats blocks nobody; it costs what Published costs, some loads
// and allocations for each consumer, and cache misses for those who write the words that it reads.
// The rest, some 35 series for each consumer of a ring of 64 Ki slots, is built from that snapshot
// while the ring is not touched.
//
// How long something has been blocked or in its state is known from earlier looks: with a scrape
// every 15 s, disruptor_consumer_state_seconds and disruptor_ring_open_claim_seconds are up to 15 s
// too small.
//
// The file grafana.json in the directory of this package is a dashboard for the metrics of the
// collector.
package metrics
