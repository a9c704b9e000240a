package main

import (
	"context"
	"errors"
)

// endInRounds ends ring after ring while all goroutines are about to park, by Close and by the
// context of Run in turn.
func endInRounds(l *load) {
	for closes := true; !l.enough.Load(); closes = !closes {
		if closes {
			l.closeOne()
		} else {
			l.cancelOne()
		}
	}
}

const roundAtMost = 64 // times that all others may run before the end

func (l *load) closeOne() {
	g := newGraph(l, false)
	g.startReaders()
	g.startSenders()
	dawdle(random(), roundAtMost)
	g.ring.Close()
	g.finish(false)
}

func (l *load) cancelOne() {
	ctx, cancel := context.WithCancel(context.Background())
	g := newGraph(l, true)
	g.wg.Go(func() {
		if err := g.ring.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			l.fail("Run: %v", err)
		}
	})
	g.startSenders()
	dawdle(random(), roundAtMost)
	cancel()
	g.finish(true)
}
