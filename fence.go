package disruptor

import (
	"github.com/be395dad/disruptor/internal/host"
	"github.com/be395dad/disruptor/internal/machine"
)

// processFence returns when every goroutine of this process has executed a full memory barrier
// since the call began. A goroutine that is about to sleep, or that ends a ring, calls it so
// that publishers need not order their store before their look: the rare side pays for both. It
// is needed only where a storeRelease may wait in the store buffer while a later load executes.
// Every other build keeps the two in order.
func processFence() {
	if machine.BuffersStores {
		host.Fence()
	}
}

// cheapProcessFence reports whether processFence does without stopping the world.
func cheapProcessFence() bool { return !machine.BuffersStores || host.HasCheapFence() }
