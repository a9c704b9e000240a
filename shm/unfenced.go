package shm

import (
	"sync"
	"time"

	"github.com/be395dad/disruptor/internal/host"
	"github.com/be395dad/disruptor/internal/machine"
)

// cheapFence is what a fence of all processes may cost at most for sleepers to take it over from
// publishers.
const cheapFence = 2 * time.Microsecond

// canLeaveOutFences reports whether this process can leave out its fences, and gains by it. Other
// processes must be able to interrupt it before it publishes anything.
var canLeaveOutFences = sync.OnceValue(func() bool {
	if !machine.BuffersStores || !host.FenceOthers() || !host.JoinFences() {
		return false
	}
	cost, known := host.FenceCost()
	return known && cost < cheapFence
})

// fenceOthers is a variable for tests.
var fenceOthers = host.FenceOthers
