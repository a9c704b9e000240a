//go:build disruptor_faults

// Package faults is where a test may kill or stop this process: at points in the protocol of a ring
// between processes. In a build without the tag disruptor_faults there are none, and they cost nothing.
package faults

// Enabled says whether this build has points.
const Enabled = true

// At is what a test has happen at points. It is set before a ring is opened.
var At func(point string)

// Point is called when that has just been done.
func Point(point string) {
	if At != nil {
		At(point)
	}
}
