//go:build !disruptor_norecord

package shm

// recording says that producers record what they own, which is what lets others recover it.
const recording = true
