package slogring

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// errorReports passes errors on, one at a time. No goroutine waits for a call that another one has
// in progress: what it calls may log, and so wait for the goroutine that makes room in the ring.
type errorReports struct {
	report  func(error)
	mu      sync.Mutex
	calling bool
	waiting []error   // for the call in progress to end, up to maxBatch
	next    time.Time // when standard error may be written to again; it belongs to the call
}

func (e *errorReports) add(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.calling {
		if len(e.waiting) < maxBatch {
			e.waiting = append(e.waiting, err)
		}
		return
	}
	e.calling = true
	defer func() { e.calling = false }()
	e.pass(err)
	for len(e.waiting) > 0 {
		err, e.waiting = e.waiting[0], e.waiting[1:]
		e.pass(err)
	}
}

// pass lets go of mu while it calls.
func (e *errorReports) pass(err error) {
	e.mu.Unlock()
	defer e.mu.Lock()
	if e.report != nil {
		e.report(err)
		return
	}
	if now := time.Now(); now.After(e.next) {
		e.next = now.Add(time.Second)
		fmt.Fprintln(os.Stderr, "slogring:", err)
	}
}
