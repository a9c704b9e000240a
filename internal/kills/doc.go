// Package kills kills and stops processes that share a ring of package shm, and checks what the
// other processes see.
//
// A program that uses it executes itself again: its main function, or TestMain, first calls
// [Child], which does not return in a child. A child plays a role, see [Spec], and may kill or
// stop itself when it reaches a point for the k-th time. The points of the roles are in every
// build, those of package shm only in builds with the tag disruptor_faults.
//
// A [Ledger] records what producers have published and consumers have handled. It is in memory
// that all processes share, so a kill loses none of it. An [Auditor] checks the events that a
// consumer is handed against the ledger. A [Storm] runs many producers and consumers, and kills,
// stops and restarts them at random.
package kills
