//go:build !disruptor_debug

package behaviour

const debugTag = false
