package behaviour

import "github.com/be395dad/disruptor"

// settled returns s without the figures about the past: durations, greatest lags and sizes of
// batches.
func settled(s disruptor.Stats) disruptor.Stats {
	s.BlockedFor, s.OpenFor = 0, 0
	for i := range s.Consumers {
		c := &s.Consumers[i]
		c.MaxLag, c.For, c.Batches = 0, 0, disruptor.BatchSizes{}
	}
	return s
}
