package eventlog

import (
	"context"
	"sync"
)

// durable is the end of what is on disk. Any goroutine may wait for it.
type durable struct {
	mu  sync.Mutex
	end int64
	err error // why it does not move any more

	// Those who wait for the batch that is being written, and those who wait for a later one, which
	// the end of this batch does not wake.
	writing        int64 // end of that batch
	current, later chan struct{}
}

func newDurable(end int64) *durable {
	return &durable{end: end, writing: end, current: make(chan struct{}), later: make(chan struct{})}
}

// begin notes that a batch up to end is being written.
func (d *durable) begin(end int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing = end
	d.current, d.later = d.later, make(chan struct{})
}

// advance notes that the batch is on disk.
func (d *durable) advance() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end = d.writing
	close(d.current)
}

// fail notes that nothing more will be on disk.
func (d *durable) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
	if d.writing > d.end {
		close(d.current)
	}
	close(d.later)
}

func (d *durable) load() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.end
}

// wait returns when seq is on disk, or why it will not be.
func (d *durable) wait(ctx context.Context, seq int64) error {
	for {
		d.mu.Lock()
		done, err, changed := seq < d.end, d.err, d.later
		if seq < d.writing {
			changed = d.current
		}
		d.mu.Unlock()
		if done {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
