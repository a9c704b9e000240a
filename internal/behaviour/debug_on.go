//go:build disruptor_debug

package behaviour

// debugTag: the checks of the build tag disruptor_debug are on.
const debugTag = true
