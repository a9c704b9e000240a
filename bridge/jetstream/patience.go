package jetstream

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// The first retry comes at once, the second after firstPause. A new leader is elected within a
// few seconds; longer pauses than maxPause would only delay what comes after.
const (
	firstPause = 10 * time.Millisecond
	maxPause   = time.Second
)

// A patience decides whether and when to try again after failures without progress.
type patience struct {
	limit time.Duration
	since time.Time // of the first failure after the last progress; zero: none
	pause time.Duration
}

func (p *patience) progress() { p.since, p.pause = time.Time{}, 0 }

// next returns nil when it is time to try again after err. Otherwise it returns why not.
func (p *patience) next(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w, after: %w", context.Cause(ctx), err)
	case permanent(err):
		return err
	case p.since.IsZero():
		p.since = time.Now()
		return nil
	case time.Since(p.since) > p.limit:
		return fmt.Errorf("%w for %v: %w", ErrGaveUp, p.limit, err)
	}
	p.pause = min(max(2*p.pause, firstPause), maxPause)
	t := time.NewTimer(p.pause/2 + rand.N(p.pause/2)) // two publishers should not fall into step
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), err)
	}
}
