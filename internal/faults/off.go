//go:build !disruptor_faults

// Package faults has the points in the protocol of a ring between processes at which a test may
// kill or stop this process. Builds without the tag disruptor_faults have no points, and pay
// nothing.
package faults

// Enabled says whether this build has points.
const Enabled = false

// Point is called right after the step that its argument names.
func Point(string) {}
