//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/internal/race"
	"github.com/be395dad/disruptor/shm"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	Child()
	code := m.Run()
	fmt.Printf("%d processes were killed\n", Killed.Load())
	if all := flag.Lookup("test.run").Value.String() == ""; all && code == 0 && Killed.Load() < int64(rounds(200)) {
		fmt.Println("that is too few to prove anything")
		code = 1
	}
	if !Named {
		fmt.Println("without the tag disruptor_faults, no process was killed at a point of package shm")
	}
	os.Exit(code)
}

// named skips a test, or a row of one, that needs the points of package shm.
func named(t *testing.T) {
	if !Named {
		t.Skip("needs the tag disruptor_faults: kills at a named point of package shm")
	}
}

// rounds returns how many times a test does something: fewer under the race detector, where a process takes long
// to start.
func rounds(n int) int { return max(1, n*race.Scale/4) }

// A scene is a ring, with its ledger, that this process and children of it use.
type scene struct {
	t            *testing.T
	ctx          context.Context
	path         string
	ring         *shm.Ring[Event]
	ledger       *Ledger
	producer     *shm.Producer[Event] // of this process: incarnation 0
	sent         uint64
	incarnations int
	readers      []*reader
	unread       []*shm.Consumer[Event]
	reading      sync.WaitGroup
}

// A reader is a consumer of this process that checks all that it is handed.
type reader struct {
	consumer *shm.Consumer[Event]
	row      int
	mu       sync.Mutex
	err      error
}

// newScene returns a scene of a ring of 64 slots, unless cfg says another number.
func newScene(t *testing.T, cfg shm.Config) *scene {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	s := &scene{t: t, ctx: ctx, path: memoryDir(t) + "/ring", incarnations: 1}
	if cfg.Capacity == 0 {
		cfg.Capacity = 64
	}
	cfg.Name = "test"
	cfg.Wait = disruptor.BlockWait{Spin: -1}
	var err error
	s.ring, err = shm.Create[Event](s.path, cfg)
	require.NoError(t, err)
	s.ledger, err = OpenLedger(s.path + ".ledger")
	require.NoError(t, err)
	t.Cleanup(s.end)
	return s
}

// end ends the ring and the readers, and checks them.
func (s *scene) end() {
	s.ring.Close()
	if s.producer != nil {
		s.producer.Close()
	}
	for _, c := range s.unread {
		c.Close()
	}
	s.reading.Wait()
	for _, r := range s.readers {
		require.NoError(s.t, r.failure())
	}
	require.NoError(s.t, s.ring.Detach(s.ctx))
	require.NoError(s.t, s.ledger.Close())
}

// memoryDir returns a folder on a tmpfs, if there is one.
func memoryDir(t *testing.T) string {
	dir, err := MemoryDir()
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// start starts a child, and waits until it is ready if it is to say so.
func (s *scene) start(spec Spec, ready bool) *Process {
	s.t.Helper()
	spec.Ring, spec.Ledger = s.path, s.path+".ledger"
	p, err := Start(spec)
	require.NoError(s.t, err)
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Log(p.Output())
		}
		p.Discard()
	})
	if ready {
		require.NoError(s.t, p.Expect(s.ctx, "ready"))
	}
	return p
}

// incarnation returns a new one.
func (s *scene) incarnation() int {
	s.incarnations++
	return s.incarnations - 1
}

// joins returns a consumer of this process, which nobody reads yet.
func (s *scene) joins(cfg shm.ConsumerConfig) *shm.Consumer[Event] {
	s.t.Helper()
	c, err := s.ring.Consumer(cfg)
	require.NoError(s.t, err)
	s.unread = append(s.unread, c)
	return c
}

// reads has a consumer of this process read until the ring has ended.
func (s *scene) reads(cfg shm.ConsumerConfig) *reader {
	s.t.Helper()
	c, err := s.ring.Consumer(cfg)
	require.NoError(s.t, err)
	return s.read(c)
}

// readsBehind is reads of a consumer that must not be handed what the one of that row has not handled.
func (s *scene) readsBehind(row int, cfg shm.ConsumerConfig) {
	s.t.Helper()
	c, err := s.ring.Consumer(cfg)
	require.NoError(s.t, err)
	s.readBehind(row, c)
}

func (s *scene) read(c *shm.Consumer[Event]) *reader { return s.readBehind(-1, c) }

func (s *scene) readBehind(row int, c *shm.Consumer[Event]) *reader {
	s.unread = slices.DeleteFunc(s.unread, func(u *shm.Consumer[Event]) bool { return u == c })
	r := &reader{consumer: c, row: len(s.readers)}
	s.readers = append(s.readers, r)
	a := NewAuditor(s.ledger, r.row, 0, false)
	s.reading.Go(func() {
		defer c.Close()
		for b := range c.Batches(s.ctx) {
			if row >= 0 && s.ledger.Next(row) < b.To() {
				r.fail(fmt.Errorf("handed [%d, %d), and row %d has handled what is below %d", b.From(), b.To(), row, s.ledger.Next(row)))
				break
			}
			if err := a.Handle(b); err != nil {
				r.fail(err)
				break
			}
		}
		r.fail(c.Err())
	})
	return r
}

func (r *reader) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// sends has this process publish n events.
func (s *scene) sends(n int) {
	s.t.Helper()
	if s.producer == nil {
		var err error
		s.producer, err = s.ring.Producer("bystander")
		require.NoError(s.t, err)
	}
	for range n {
		s.sent++
		s.ledger.About(0, s.sent)
		var e Event
		e.fill(0, s.sent)
		require.NoError(s.t, s.producer.Send(s.ctx, e))
		s.ledger.Published(0, s.sent)
	}
}

// until waits until done reports true.
func (s *scene) until(done func() bool, what string) {
	s.t.Helper()
	require.NoError(s.t, Until(s.ctx, done, what, func() string { return s.ring.Stats().String() }))
}

// drained waits until the readers have passed all that is claimed, and checks that they have had all that was published,
// and that the rest was lost or aborted.
func (s *scene) drained() {
	s.t.Helper()
	for _, r := range s.readers {
		s.until(func() bool {
			return r.failure() != nil || r.consumer.Position() == s.ring.Stats().Claimed
		}, fmt.Sprintf("reader %d has passed all", r.row))
		require.NoError(s.t, r.failure())
		stats := s.ring.Stats()
		require.Equal(s.t, stats.Claimed-stats.Lost-stats.Aborted, s.ledger.Handled(r.row), "reader %d: %v", r.row, stats)
		require.NoError(s.t, s.ledger.Check(r.row, s.incarnations))
	}
}

// pause lasts at random: nothing depends on how long.
func pause() { time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond) }

// killed kills a child, and waits for it.
func (s *scene) killed(p *Process) {
	s.t.Helper()
	require.NoError(s.t, p.Kill(s.ctx))
}

// stopped stops a child, and waits until it stands.
func (s *scene) stopped(p *Process) {
	s.t.Helper()
	require.NoError(s.t, p.Signal(syscall.SIGSTOP))
	require.NoError(s.t, p.Stopped(s.ctx))
}
