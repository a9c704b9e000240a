package disruptor

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Shutdown closes the ring and waits until every handler has received everything published and
// its Stop has returned. Then it returns nil, or what failed the ring, as Run does. A handler
// that no Run serves counts as unfinished; Shutdown does not wait for consumers used by hand.
// Any goroutine may call Shutdown, more than once, except a handler, its Start and its Stop:
// they would wait for themselves. With the build tag disruptor_debug that panics.
//
// If ctx ends first, Shutdown fails the ring and returns at once, without waiting for batches in
// hand. Its error wraps the cause of ctx. It names the claims that were never published, and
// each unfinished consumer with its position and how many sequences it has left. Run returns the
// same error. If the ring had failed before, Run returns that failure instead, and the error of
// Shutdown wraps it too.
func (r *Ring[T]) Shutdown(ctx context.Context) error {
	checkContext(ctx)
	if debugChecks {
		r.core.handled.refuse("calls Shutdown", true)
	}
	r.Close()
	left := r.graph.drain(ctx, func() bool { return r.core.cause() != nil })
	if len(left) == 0 {
		return r.core.cause()
	}
	err := fmt.Errorf("disruptor: shutdown: %w: %s", context.Cause(ctx), r.unfinishedText(left))
	r.core.fail(err)
	r.graph.wake() // another Shutdown may be waiting for what nobody serves
	if first := r.core.cause(); first != err {
		return fmt.Errorf("%w; the ring had failed: %w", err, first)
	}
	return err
}

// An unfinished is a stage that Shutdown has to wait for.
type unfinished[T any] struct {
	*Consumer[T]
	serving bool
}

// drain waits until nothing is unfinished, or ctx has ended, and returns what is left then.
func (g *graph[T]) drain(ctx context.Context, failed func() bool) []unfinished[T] {
	stop := context.AfterFunc(ctx, g.wake)
	defer stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	for {
		left := g.unfinished(failed())
		if len(left) == 0 || ctx.Err() != nil {
			return left
		}
		g.wait()
	}
}

// wake makes every Shutdown look again.
func (g *graph[T]) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changed.Broadcast()
}

// unfinished returns the stages that have not stopped; after a failure, only those that are
// being served. The caller holds mu.
func (g *graph[T]) unfinished(failed bool) (left []unfinished[T]) {
	for _, s := range g.stages {
		if !s.serving && (s.finished || failed) {
			continue
		}
		if i := slices.IndexFunc(left, func(o unfinished[T]) bool { return o.Consumer == s.consumer }); i < 0 {
			left = append(left, unfinished[T]{s.consumer, s.serving})
		} else if s.serving { // another worker of the same group
			left[i].serving = true
		}
	}
	for _, s := range g.groups {
		if !failed && g.unserved(s) {
			left = append(left, unfinished[T]{s.stage, false})
		}
	}
	return left
}

// unfinishedText says where each stage of a closed ring stands, and what was never published.
func (r *Ring[T]) unfinishedText(left []unfinished[T]) string {
	var parts []string
	end := r.core.end.load() // close edge
	for _, c := range left {
		position := c.member.place()
		text := fmt.Sprintf("consumer %q at %d has %d left", c.Name(), position, max(0, end-position))
		if !c.serving {
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
