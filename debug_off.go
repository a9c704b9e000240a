//go:build !disruptor_debug

package disruptor

// debugChecks adds checks that cost too much for every call, and points at which a test can stop a
// goroutine.
const debugChecks = false

func point(hookPoint) {}

func goroutineID() int64 { return 0 }
