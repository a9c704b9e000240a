//go:build disruptor_norecord

package shm

// recording is off only to measure what it costs. Without records nobody can tell what a dead
// producer had claimed from what a living one is about to publish, so nothing is given up. If a
// producer dies between a claim and its publication, the ring stops, and what is published after
// that is never delivered. All processes of a ring must be of the same build.
const recording = false
