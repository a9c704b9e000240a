//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The error of a detached ring says that it is detached, to each call and with guarded faults
// too.
func TestErrAfterDetach(t *testing.T) {
	for _, guarded := range []bool{false, true} {
		r, err := CreateAnonymous[tick]("detached", Config{Capacity: 2, Options: Options{GuardFaults: guarded}})
		require.NoError(t, err)
		require.NoError(t, r.Detach(long(t)))
		require.ErrorIs(t, r.Err(), ErrDetached)
		_, err = r.Producer("")
		require.ErrorIs(t, err, ErrDetached)
		_, err = r.Consumer(ConsumerConfig{})
		require.ErrorIs(t, err, ErrDetached)
		require.ErrorIs(t, r.Shutdown(long(t)), ErrDetached)
	}
}

// A closed producer panics and does not look at memory that is gone.
func TestClosedProducerAfterDetach(t *testing.T) {
	ctx := long(t)
	r, err := CreateAnonymous[tick]("detached", Config{Capacity: 2})
	require.NoError(t, err)
	p := newProducer(t, r)
	b, ok := p.TryClaim(1)
	require.True(t, ok)
	p.Close()
	require.NoError(t, r.Detach(ctx))
	for name, call := range map[string]func(){
		"TryClaim": func() { p.TryClaim(1) },
		"Claim":    func() { _, _ = p.Claim(ctx, 1) },
		"TrySend":  func() { p.TrySend(tick{}) },
		"Send":     func() { _ = p.Send(ctx, tick{}) },
		"SendAll":  func() { _, _ = p.SendAll(ctx, []tick{{}}) },
		"Do":       func() { _ = p.Do(ctx, 1, func(Batch[tick]) error { return nil }) },
	} {
		require.Equal(t, "claim by a closed producer", recovered(call), name)
	}
	require.NotEmpty(t, recovered(func() { p.Publish(b) }))
	require.NotEmpty(t, recovered(func() { p.Abort(b) }))
	p.Close()
}
