package disruptor

import (
	"runtime"
	"slices"

	"github.com/be395dad/disruptor/internal/host"
)

// threadOf returns what the goroutine of a handler does first for LockOSThread and CPUs of its
// ConsumerConfig, or nil if any thread will do. The thread is never unlocked, so no other
// goroutine gets it with its CPUs: the Go runtime ends it with the goroutine, or lets it sleep
// for good if it is the main thread of the process.
func (c *core) threadOf(consumer string, lock bool, cpus []int) (bind func() error) {
	for _, cpu := range cpus {
		if cpu < 0 {
			panicf("CPU %d for consumer %q", cpu, consumer)
		}
	}
	if !lock && len(cpus) == 0 {
		return nil
	}
	if c.strategy.Parks {
		panicf("LockOSThread or CPUs for consumer %q of a ring whose Wait is BlockWait or user-defined: "+
			"parking a locked goroutine costs two switches of threads", consumer)
	}
	cpus = slices.Clone(cpus)
	return func() error {
		runtime.LockOSThread()
		if len(cpus) == 0 {
			return nil
		}
		return host.BindThread(cpus)
	}
}
