// Package between holds the subjects that are several processes: the ring of package shm, what else there is to pass
// events from one process to another, and what bare memory can do. The processes are children of this one; how long
// they take to start is in no figure. Where package shm has no rings there are no subjects.
package between

import "github.com/be395dad/disruptor/cmd/disruptor/internal/harness"

// Families returns every family of this package.
func Families() []harness.Family { return families }
