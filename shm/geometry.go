package shm

import (
	"github.com/be395dad/disruptor/internal/layout"
	"github.com/be395dad/disruptor/internal/ringfile"
)

type geometry = ringfile.Geometry

// geometryFor returns the geometry of a ring to create. Its size is -1 if it is too large.
func geometryFor(cfg Config, l layout.Layout) geometry {
	g := geometry{
		Capacity:  int64(cfg.Capacity),
		EventSize: int64(l.Size),
		Embedded:  cfg.Marks == EmbeddedMarks || cfg.Marks == AutoMarks && l.Size+ringfile.MarkSize <= lineSize,
		Processes: cfg.MaxProcesses,
		Producers: cfg.MaxProducers,
		Consumers: cfg.MaxConsumers,
		TextSize:  int64(len(l.Text)),
	}
	g.Place()
	return g
}
