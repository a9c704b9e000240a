package metrics

import (
	"math/bits"

	"github.com/be395dad/disruptor"
	"github.com/prometheus/client_golang/prometheus"
)

// A Collector exports a [Set] of rings to Prometheus. It is a [prometheus.Collector], whose
// methods the registry calls. Any goroutine may call them.
type Collector struct {
	rings *Set
}

// NewCollector returns a collector for the rings that are in the set at each scrape. Register one
// per registry: Register of a second one fails, because its metrics have the same names.
func NewCollector(rings *Set) *Collector { return &Collector{rings} }

var (
	ringDescs     = describe(ringFigures, "ring")
	consumerDescs = describe(consumerFigures, "ring", "consumer")
	stateDesc     = describe([]figure[*disruptor.ConsumerStats]{stateFigure}, "ring", "consumer", "state")[0]
	batchSizeDesc = describe([]figure[*disruptor.ConsumerStats]{batchSizeFigure}, "ring", "consumer")[0]
)

func describe[T any](figures []figure[T], labels ...string) []*prometheus.Desc {
	descs := make([]*prometheus.Desc, len(figures))
	for i, f := range figures {
		descs[i] = prometheus.NewDesc(f.prometheus(), f.help, labels, nil)
	}
	return descs
}

// Describe sends all descriptions. They don't depend on the rings.
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range ringDescs {
		to <- d
	}
	for _, d := range consumerDescs {
		to <- d
	}
	to <- stateDesc
	to <- batchSizeDesc
}

// Collect calls Stats once for each ring and sends its figures.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for ring, s := range c.rings.all() {
		send(to, ringFigures, ringDescs, &s, ring)
		for i, consumer := range distinct(s.Consumers) {
			at := &s.Consumers[i]
			send(to, consumerFigures, consumerDescs, at, ring, consumer)
			for _, state := range states {
				to <- prometheus.MustNewConstMetric(stateDesc, prometheus.GaugeValue,
					in(state, at), ring, consumer, state.String())
			}
			buckets := fold(at.Batches, int64(s.Capacity))
			to <- prometheus.MustNewConstHistogram(batchSizeDesc, uint64(at.Batches.Count()),
				float64(at.Batches.Slots), buckets, ring, consumer)
		}
	}
}

// send sends the figures of a ring or a consumer. It can't panic: each description has that many
// labels, and all of them are UTF-8.
func send[T any](to chan<- prometheus.Metric, figures []figure[T], descs []*prometheus.Desc, of T, labels ...string) {
	for i, f := range figures {
		kind := prometheus.GaugeValue
		if f.kind == counter {
			kind = prometheus.CounterValue
		}
		to <- prometheus.MustNewConstMetric(descs[i], kind, f.float(of), labels...)
	}
}

// fold returns how many batches did not exceed each of 1, 3, 7, …, capacity-1 and capacity. These
// are also bounds of the finer buckets of BatchSizes. 8, for example, is not: BatchSizes counts 8
// and 9 together, so it can't tell how many did not exceed 8.
func fold(sizes disruptor.BatchSizes, capacity int64) map[float64]uint64 {
	buckets := make(map[float64]uint64)
	for size, batches := range sizes.All() {
		bound := int64(1)<<bits.Len64(uint64(size)) - 1
		buckets[float64(min(max(bound, 1), capacity))] += uint64(batches)
	}
	sum := uint64(0)
	for bound := int64(1); ; bound = 2*bound + 1 {
		bound = min(bound, capacity)
		sum += buckets[float64(bound)]
		buckets[float64(bound)] = sum
		if bound == capacity {
			return buckets
		}
	}
}
