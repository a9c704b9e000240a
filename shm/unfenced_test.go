//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// setFences has processes leave out their fences if their options say so, and replaces the fence
// of other processes.
func setFences(t *testing.T, fence func() bool) {
	t.Helper()
	may, others := canLeaveOutFences, fenceOthers
	canLeaveOutFences, fenceOthers = func() bool { return true }, fence
	t.Cleanup(func() { canLeaveOutFences, fenceOthers = may, others })
}

// A store that the fence makes visible is found by the look after it: nobody would wake the
// sleeper later.
func TestASleeperFencesThoseWhoDoNot(t *testing.T) {
	setPace(t, time.Hour, time.Hour)
	var visible func()
	setFences(t, func() bool { visible(); return true })
	unfenced := parking
	unfenced.AsymmetricFence = true
	r, path := newRing[tick](t, Config{Capacity: 8, Options: parking})
	c := newConsumer(t, r, ConsumerConfig{})
	o := openRing[tick](t, path, unfenced)
	p := newProducer(t, o)
	calls := 0
	visible = func() {
		calls++
		// As if p had published, and had looked for sleepers before that was visible.
		_, ok := p.TryClaim(1)
		require.True(t, ok)
		r.core.mark(p.claim.from).Store(int64(published(p.claim.from)))
	}
	b, err := c.Next(long(t))
	require.NoError(t, err)
	require.Equal(t, 1, b.Len())
	require.Equal(t, 1, calls)

	// When the process has gone, sleepers need not fence.
	p.Close()
	require.NoError(t, o.Detach(long(t)))
	require.Zero(t, r.core.control.unfenced.Load())
}

// A goroutine that can't fence the processes without fences sleeps only briefly.
func TestASleeperThatCannotFenceSleepsBriefly(t *testing.T) {
	setPace(t, time.Hour, time.Hour)
	fenced := make(chan bool, 1000)
	setFences(t, func() bool {
		select {
		case fenced <- false:
		default:
		}
		return false
	})
	unfenced := parking
	unfenced.AsymmetricFence = true
	r, _ := newRing[tick](t, Config{Capacity: 8, Options: unfenced})
	c, p := newConsumer(t, r, ConsumerConfig{}), newProducer(t, r)
	done := make(chan error, 1)
	go func() { _, err := c.Next(long(t)); done <- err }()
	<-fenced
	_, ok := p.TryClaim(1)
	require.True(t, ok)
	r.core.mark(0).Store(int64(published(0))) // nobody is woken
	require.NoError(t, <-done)
}
