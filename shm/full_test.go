//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// While one process recovers what the dead had, another doesn't find the ring full.
func TestPlacesThatAreJustRecovered(t *testing.T) {
	for what, take := range map[string]func(r *Ring[tick], path string) error{
		"consumer": func(r *Ring[tick], path string) error { _, err := r.Consumer(ConsumerConfig{}); return err },
		"producer": func(r *Ring[tick], path string) error { _, err := r.Producer(""); return err },
		"process": func(r *Ring[tick], path string) error {
			o, err := Open[tick](path, Options{})
			if err == nil {
				err = o.Detach(t.Context())
			}
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			r, path := newRing[tick](t, Config{Capacity: 8, MaxConsumers: 1, MaxProducers: 1, MaxProcesses: 3})
			dead, other := openRing[tick](t, path, Options{}), openRing[tick](t, path, Options{})
			newConsumer(t, dead, ConsumerConfig{})
			newProducer(t, dead)
			require.NoError(t, dead.core.file.Unmap()) // as if its process had ended
			begun, ended := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(ended)
				other.core.locked(func() {
					defer other.core.unlock(other.core.lockDead())
					close(begun)
					time.Sleep(20 * time.Millisecond)
				})
			}()
			<-begun
			require.NoError(t, take(r, path))
			<-ended
		})
	}
}

// Whoever has begun to recover and doesn't get on is named as the reason.
func TestFullWhileRecoveryDoesNotGetOn(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 8, MaxConsumers: 1})
	newConsumer(t, r, ConsumerConfig{})
	other := openRing[tick](t, path, Options{})
	got, err := other.core.file.TryLock(recoveryByte)
	require.NoError(t, err)
	require.True(t, got)
	_, err = r.Consumer(ConsumerConfig{})
	require.ErrorIs(t, err, ErrFull)
	require.ErrorIs(t, err, ErrRecovering)
	require.NoError(t, other.core.file.Unlock(recoveryByte))
	_, err = r.Consumer(ConsumerConfig{})
	require.ErrorIs(t, err, ErrFull)
	require.NotErrorIs(t, err, ErrRecovering)
}
