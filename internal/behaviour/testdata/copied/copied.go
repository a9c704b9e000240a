// Package copied copies what must not be copied, for go vet to report.
package copied

import "github.com/be395dad/disruptor"

func consumer(c *disruptor.Consumer[int]) disruptor.Consumer[int] {
	copied := *c
	return copied
}
