//go:build !disruptor_faults

// Package faults is where a test may kill or stop this process: at points in the protocol of a ring
// between processes. In a build without the tag disruptor_faults there are none, and they cost nothing.
package faults

// Enabled says whether this build has points.
const Enabled = false

// Point is called when that has just been done.
func Point(string) {}
