// Package kills kills and stops processes that share a ring of package shm, and checks what the others see.
//
// A program that uses it executes itself again: its main function, or TestMain, calls [Child] first, which does not
// return in a child. A child plays a role, see [Spec], and may kill or stop itself when it reaches a point for the
// k-th time. The points in package shm are there in a build with the tag disruptor_faults; those of the roles are in
// every build.
//
// What producers have published and consumers have handled stands in a [Ledger], in memory that all processes share,
// so that a kill does not take the knowledge with it. An [Auditor] checks what a consumer is handed against it. A
// [Storm] has many of both, and kills, stops and restarts them at random.
package kills
