package slogring

import (
	"time"

	"github.com/be395dad/disruptor"
)

// naps is how the handler's goroutine waits for records. While they come it looks for them now and
// then, so that no call of a logger pays for a wake-up. It parks when none has come for some
// milliseconds. Flush and Shutdown wait for up to one nap.
type naps struct{}

const (
	nap      = 100 * time.Microsecond
	manyNaps = 50
)

func (naps) Idle(n int) disruptor.Action {
	if n < manyNaps {
		return disruptor.Sleep(nap)
	}
	return disruptor.Park
}
