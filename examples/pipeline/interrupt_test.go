package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A trigger is an echo that interrupts the run at its first batch.
type trigger struct {
	strings.Builder
	interrupt context.CancelFunc
}

func (tr *trigger) Write(p []byte) (int, error) {
	tr.interrupt()
	return tr.Builder.Write(p)
}

// An interrupt ends an endless input. All accepted records are journaled, notified and verified.
func TestInterrupt(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	echo := &trigger{interrupt: interrupt}
	p := start(t, small(t), text("again and again\n", true), echo)
	p.opt.records = 0
	require.NoError(t, p.process(ctx))
	require.NoError(t, p.verify())
	require.Positive(t, p.accepted)
	require.EqualValues(t, p.accepted, strings.Count(echo.String(), "\n"))
	require.Equal(t, p.accepted, p.journaled.Position())
	require.Equal(t, p.accepted, p.notified.Position())
}

// An interrupt reaches a producer that waits for room in a full ring.
func TestInterruptFullRing(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	echo := newGate()
	opt := small(t)
	p := start(t, opt, text("again and again\n", true), echo)
	processed := make(chan error, 1)
	go func() { processed <- p.process(ctx) }()
	until(t, func() bool { return p.journaled.Position() == int64(opt.ring) })
	interrupt()
	close(echo.opened)
	require.NoError(t, <-processed)
	require.NoError(t, p.verify())
	// One more if room came before the producer looked at the interrupt: a claim that fits succeeds.
	require.Contains(t, []int64{int64(opt.ring), int64(opt.ring) + 1}, p.accepted)
	require.EqualValues(t, p.accepted, strings.Count(echo.String(), "\n"))
}

// A stuck stage keeps an interrupted program for no longer than -drain, and is named.
func TestInterruptStuckStage(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	echo := newGate()
	defer close(echo.opened)
	opt := small(t)
	opt.drain = time.Millisecond
	p := start(t, opt, text("again and again\n", true), echo)
	processed := make(chan error, 1)
	go func() { processed <- p.process(ctx) }()
	<-echo.entered
	until(t, func() bool { return p.journaled.Position() == int64(opt.ring) })
	interrupt()
	err := <-processed
	require.ErrorIs(t, err, errDrain)
	require.ErrorContains(t, err, `consumer "notify" at 0 has 6`) // 64 left, or 65: see above
}

// An interrupt reaches a producer that waits for more standard input. The torn last line is
// dropped.
func TestInterruptIdleInput(t *testing.T) {
	r, w := piped(t)
	ctx, interrupt := context.WithCancel(t.Context())
	_, err := w.WriteString("first\nsecond\nto")
	require.NoError(t, err)
	in, err := chooseInput(ctx, nil, r)
	require.NoError(t, err)
	p := start(t, small(t), in, nil)
	processed := make(chan error, 1)
	go func() { processed <- p.process(ctx) }()
	until(t, func() bool { return p.notified.Position() == 2 })
	interrupt()
	require.NoError(t, <-processed)
	require.NoError(t, p.verify())
	require.EqualValues(t, 2, p.accepted)
}

// A program that is interrupted before its first record ends without an error.
func TestInterruptAtOnce(t *testing.T) {
	r, _ := piped(t)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	stdout, _, err := results(t, ctx, r)
	require.NoError(t, err)
	require.Contains(t, stdout, "interrupted: ")
	require.Contains(t, stdout, "journal read back: 0 records")
}
