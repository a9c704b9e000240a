//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"syscall"
	"testing"
	"time"

	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

// While one process recovers, the dead seem to live. Nobody is refused what they had because of that.
func TestNoRefusalDuringARecovery(t *testing.T) {
	named(t)
	held := shm.ConsumerConfig{Name: "other", OnDeath: shm.Hold, Grace: time.Hour}
	calls := map[string]func(s *scene) error{
		"name": func(s *scene) error {
			c, err := s.ring.Consumer(held)
			if err == nil {
				c.Close()
			}
			return err
		},
		"place": func(s *scene) error {
			c, err := s.ring.Consumer(shm.ConsumerConfig{})
			if err == nil {
				c.Close()
			}
			return err
		},
		"record": func(s *scene) error {
			p, err := s.ring.Producer("")
			if err == nil {
				p.Close()
			}
			return err
		},
		"attachment": func(s *scene) error {
			r, err := shm.Open[Event](s.path, shm.Options{})
			if err == nil {
				err = r.Detach(s.ctx)
			}
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			config := shm.Config{MaxConsumers: 4, MaxProducers: 1, MaxProcesses: 3}
			other := held
			if name == "place" { // the dead have all of them
				config.MaxConsumers, other.OnDeath, other.Grace = 2, shm.Evict, 0
			}
			s := newScene(t, config)
			recovers := s.start(Spec{Role: "recovers", Strike: Strike{"recovering", 1, syscall.SIGSTOP}}, true)
			s.wrecks(other)
			require.NoError(t, recovers.Tell())
			require.NoError(t, recovers.Stopped(s.ctx))
			refused := make(chan error)
			go func() { refused <- call(s) }()
			time.Sleep(10 * time.Millisecond) // or else the call may find that all is over
			require.NoError(t, recovers.Signal(syscall.SIGCONT))
			require.NoError(t, <-refused)
			require.NoError(t, recovers.Expect(s.ctx, "recovered"))
		})
	}
}
