//go:build !disruptor_debug

package disruptor

// debugChecks adds checks that are too dear for every call, and points at which tests can stop a goroutine.
const debugChecks = false

func point(hookPoint) {}

func goroutineID() int64 { return 0 }
