//go:build disruptor_faults

// Package faults has the points in the protocol of a ring between processes at which a test may
// kill or stop this process. Builds without the tag disruptor_faults have no points, and pay
// nothing.
package faults

// Enabled says whether this build has points.
const Enabled = true

// At, if not nil, is called at each point. A test sets it before it opens a ring.
var At func(point string)

// Point is called right after the step that point names.
func Point(point string) {
	if At != nil {
		At(point)
	}
}
