package disruptor

import (
	"context"
	"fmt"
	"strings"
)

// Shutdown closes the ring and waits until every handler has been handed all that was published and its
// Stop has returned. It returns nil then, or what failed the ring meanwhile or before, as Run does. A
// handler that no Run serves counts as unfinished; consumers used by hand are not waited for. Any
// goroutine may call it, again and again, except a handler, its Start and its Stop, which would wait for
// themselves; with the build tag disruptor_debug that panics.
//
// If ctx ends first, Shutdown fails the ring and returns at once, without waiting for batches in hand.
// Its error, which Run returns too, wraps the cause of ctx; it names each unfinished consumer, its
// position and how many sequences it has left, and the claims that were never published.
func (r *Ring[T]) Shutdown(ctx context.Context) error {
	checkContext(ctx)
	if debugChecks {
		r.core.handled.refuse("calls Shutdown")
	}
	r.Close()
	g := &r.graph
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changed.L = &g.mu
	stop := context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.changed.Broadcast()
	})
	defer stop()
	for {
		left := g.unfinished(r.core.cause() != nil)
		if len(left) == 0 {
			return r.core.cause()
		}
		if ctx.Err() != nil {
			err := fmt.Errorf("disruptor: shutdown: %w: %s", context.Cause(ctx), r.unfinishedText(left))
			if earlier := r.core.cause(); earlier != nil {
				return fmt.Errorf("%w; the ring had failed: %w", err, earlier)
			}
			r.core.fail(err)
			g.changed.Broadcast() // another Shutdown may wait for what nobody serves
			return err
		}
		g.changed.Wait()
	}
}

// unfinished returns the stages that Shutdown has to wait for: after a failure only those that are
// being served. The caller holds mu.
func (g *graph[T]) unfinished(failed bool) (left []*stage[T]) {
	for _, s := range g.stages {
		if s.serving || !s.finished && !failed {
			left = append(left, s)
		}
	}
	return left
}

// unfinishedText says where each stage of a closed ring stands, and what was never published.
func (r *Ring[T]) unfinishedText(left []*stage[T]) string {
	var parts []string
	end := r.core.end.load() // close edge
	for _, s := range left {
		position := s.consumer.Position()
		text := fmt.Sprintf("consumer %q at %d has %d left", s.consumer.Name(), position, max(0, end-position))
		if !s.serving {
			text += " and is not served by a Run"
		}
		parts = append(parts, text)
	}
	const most = 8 // ranges in a text
	for i, open := range r.core.unpublished() {
		if i == most {
			parts = append(parts, "and more")
			break
		}
		parts = append(parts, fmt.Sprintf("%s never published", rangeText(open.from, open.to)))
	}
	return strings.Join(parts, "; ")
}
