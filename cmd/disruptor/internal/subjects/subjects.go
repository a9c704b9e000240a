// Package subjects holds what is measured: this library and its rivals, each used as its
// documentation shows. A file holds a family. Hot loops call concrete types, not interfaces, so
// each family has its own.
package subjects

import (
	"context"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/between"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// All returns every family of this module.
func All() []harness.Family {
	within := []harness.Family{Ours, Channel, Mutex, Smarty, XsyncSPSC, XsyncMPMC, XsyncUMPSC, Workiva, Limit}
	return append(within, between.Families()...)
}

// background is never done: no run is given up in the middle.
var background = context.Background()
