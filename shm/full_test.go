//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// While one process recovers the entries of the dead, another doesn't find the ring full.
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

// A recovery that makes no progress is named as the reason.
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

// While one process recovers the dead, another that resumes a dead consumer's place doesn't take
// that consumer for a living one.
func TestANameThatIsJustRecovered(t *testing.T) {
	for _, buried := range []bool{false, true} {
		r, path := newRing[tick](t, Config{Capacity: 8})
		dead, other := openRing[tick](t, path, Options{}), openRing[tick](t, path, Options{})
		cfg := ConsumerConfig{Name: "back", OnDeath: Hold, Grace: time.Hour}
		newConsumer(t, dead, cfg)
		require.True(t, newProducer(t, r).TrySend(tick{ID: 1}))
		require.NoError(t, dead.core.file.Unmap()) // as if its process had ended
		begun, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			other.core.locked(func() {
				dead := other.core.lockDead()
				defer other.core.unlock(dead)
				close(begun)
				time.Sleep(2 * time.Millisecond)
				if buried {
					other.core.bury(dead)
					other.core.control.recoveries.Add(1)
				}
			})
		}()
		<-begun
		c, err := r.Consumer(cfg)
		require.NoError(t, err)
		b, ok := c.TryNext()
		require.True(t, ok)
		require.EqualValues(t, 1, b.At(0).ID)
		<-ended
		_, err = r.Consumer(cfg)
		require.EqualError(t, err, `shm: consumer name not usable: another consumer is called "back"`)
	}
}
