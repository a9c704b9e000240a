//go:build !disruptor_norecord

package shm

// recording says that producers record what they own, so that others can recover it.
const recording = true
