package metrics

import (
	"context"
	"errors"
	"slices"

	"github.com/be395dad/disruptor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Instrument creates observable instruments of a meter for the rings that are in the set at each
// collection. It registers one callback, which calls Stats once for each ring, until Unregister
// of the returned registration. Any goroutine may call Instrument, once for each meter and set.
// It returns the errors of the meter.
func Instrument(meter metric.Meter, rings *Set) (metric.Registration, error) {
	m := maker{meter: meter}
	ofRing := instruments(&m, ringFigures...)
	ofConsumer := instruments(&m, slices.Concat(consumerFigures, batchFigures)...)
	state := instruments(&m, stateFigure)[0]
	batchSize := instruments(&m, batchSizeFigure)[0]
	if m.err != nil {
		return nil, m.err
	}
	return meter.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		for name, s := range rings.all() {
			ring := attribute.String("ring", name)
			observe(to, ofRing, &s, ring)
			for i, label := range distinct(s.Consumers) {
				at, consumer := &s.Consumers[i], attribute.String("consumer", label)
				observe(to, ofConsumer, at, ring, consumer)
				for _, s := range states {
					to.ObserveFloat64(state.out, in(s, at),
						metric.WithAttributes(ring, consumer, attribute.String("state", s.String())))
				}
				for label, q := range quantiles {
					to.ObserveFloat64(batchSize.out, float64(at.Batches.Quantile(q)),
						metric.WithAttributes(ring, consumer, attribute.String("quantile", label)))
				}
			}
		}
		return nil
	}, m.made...)
}

// These replace a histogram, which no callback can fill.
var (
	batchFigures = []figure[*disruptor.ConsumerStats]{
		{"consumer.batches", counter, "{batch}", "Batches that the consumer has handed back.",
			func(c *disruptor.ConsumerStats) int64 { return c.Batches.Count() }},
		{"consumer.batch_slots", counter, slots, "Slots in the batches that the consumer has handed back.",
			func(c *disruptor.ConsumerStats) int64 { return c.Batches.Slots }},
	}
	quantiles = map[string]float64{"0.5": 0.5, "0.99": 0.99, "1": 1}
)

// An instrument observes a figure. All are of float64, as every figure is in Prometheus.
type instrument[T any] struct {
	figure[T]
	out metric.Float64Observable
}

// A maker makes instruments and notes the errors of the meter.
type maker struct {
	meter metric.Meter
	made  []metric.Observable
	err   error
}

func instruments[T any](m *maker, figures ...figure[T]) []instrument[T] {
	all := make([]instrument[T], len(figures))
	for i, f := range figures {
		unit, help := metric.WithUnit(f.unit), metric.WithDescription(f.help)
		var out metric.Float64Observable
		var err error
		if f.kind == counter {
			out, err = m.meter.Float64ObservableCounter(f.otel(), unit, help)
		} else {
			out, err = m.meter.Float64ObservableGauge(f.otel(), unit, help)
		}
		m.made, m.err = append(m.made, out), errors.Join(m.err, err)
		all[i] = instrument[T]{f, out}
	}
	return all
}

func observe[T any](to metric.Observer, figures []instrument[T], of T, labels ...attribute.KeyValue) {
	attributes := metric.WithAttributeSet(attribute.NewSet(labels...)) // one for all of them
	for _, f := range figures {
		to.ObserveFloat64(f.out, f.float(of), attributes)
	}
}
