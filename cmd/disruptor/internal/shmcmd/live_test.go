//go:build linux

package shmcmd

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

func TestLsSkipsWhatIsNoRing(t *testing.T) {
	r, _, path := lively(t)
	dir := filepath.Dir(path)
	require.NoError(t, os.WriteFile(dir+"/empty", nil, 0o600))
	require.NoError(t, os.WriteFile(dir+"/text", []byte(strings.Repeat("text", 1000)), 0o600))
	require.NoError(t, os.Mkdir(dir+"/folder", 0o700))
	require.NoError(t, syscall.Mkfifo(dir+"/pipe", 0o600))
	var l listing
	require.Equal(t, fine, runJSON(t, &l, "ls", dir))
	require.Equal(t, []listed{{Path: path, Capacity: 16, EventSize: 56, Alive: 1, Claimed: 20}}, l.Rings)
	r.Close()
	require.Equal(t, fine, runJSON(t, &l, "ls", dir))
	require.True(t, l.Rings[0].Closed)
	status, out, _ := run("ls", dir)
	require.Equal(t, fine, status)
	require.Contains(t, out, "closed")
	_, out, _ = run("ls", dir+"/folder")
	require.Contains(t, out, "no rings")
}

func TestStatSaysWhatTheRingDoes(t *testing.T) {
	_, p, path := lively(t)
	var s statistics
	require.Equal(t, fine, runJSON(t, &s, "stat", "-interval", "0", path))
	require.Nil(t, s.Rates)
	require.EqualValues(t, 16, s.Header.Capacity)
	require.Equal(t, "v1", s.Header.Schema)
	require.EqualValues(t, os.Getpid(), s.Header.Creator)
	require.False(t, s.Header.StaleBoot)
	require.Contains(t, s.Header.Layout, "0 [8]uint8 Symbol")
	n := s.Snapshot
	require.EqualValues(t, 20, n.Claimed)
	require.EqualValues(t, 20, n.Published)
	require.EqualValues(t, 2, n.Aborted)
	require.EqualValues(t, 13, n.LastGap)
	require.EqualValues(t, 6, n.Free) // a is done with 10
	require.EqualValues(t, 10, n.Consumers[0].Lag)
	require.Equal(t, []int{0}, n.Consumers[1].After)

	_, ok := p.TryClaim(6)
	require.True(t, ok)
	require.Equal(t, fine, runJSON(t, &s, "stat", "-interval", "1ms", path))
	require.NotNil(t, s.Rates)
	require.EqualValues(t, 20, s.Snapshot.Published)
	require.Len(t, s.Blocked, 2) // producers by a, b by the producer or by a
	require.Equal(t, "producers", s.Blocked[0].Who)
	require.Contains(t, s.Blocked[0].By, `consumer 0 "a"`)
	require.Contains(t, s.Blocked[1].Who, `consumer 1 "b"`)

	status, out, _ := run("stat", "-interval", "1ms", path)
	require.Equal(t, fine, status)
	for _, want := range []string{"26 claimed, 20 published, 0 slots free", "2 aborted", `schema "v1"`, "| 0 [8]uint8 Symbol", "a second"} {
		require.Contains(t, out, want)
	}
}

func TestWhoTellsTheLivingFromTheDead(t *testing.T) {
	_, _, path := lively(t)
	child := start(t, path)
	var p people
	require.Equal(t, fine, runJSON(t, &p, "who", path))
	require.Len(t, p.Processes, 2)
	require.Equal(t, "alive", p.Processes[1].Lock)
	require.Equal(t, "doomed", p.Processes[1].Name)
	require.EqualValues(t, child.Process.Pid, p.Processes[1].PID)
	require.Contains(t, []string{"R", "S"}, p.Processes[1].Proc)
	require.Len(t, p.Producers, 2)
	require.EqualValues(t, 20, p.Producers[1].From)
	require.EqualValues(t, 23, p.Producers[1].To)
	require.Len(t, p.Consumers, 4)

	require.NoError(t, child.Process.Signal(syscall.SIGSTOP))
	eventually(t, func() bool {
		require.Equal(t, fine, runJSON(t, &p, "who", path))
		return p.Processes[1].Proc == "T"
	})
	require.Equal(t, "alive", p.Processes[1].Lock)
	_, out, _ := run("who", path)
	require.Contains(t, out, "stopped")

	kill(child)
	p = people{}
	require.Equal(t, fine, runJSON(t, &p, "who", path))
	require.Equal(t, "dead", p.Processes[1].Lock)
	require.Empty(t, p.Processes[1].Proc)
	require.Equal(t, "dead", p.Consumers[3].Lock)
	var s statistics
	require.Equal(t, fine, runJSON(t, &s, "stat", "-interval", "0", path))
	require.EqualValues(t, 20, s.Snapshot.Published)
	require.EqualValues(t, 23, s.Snapshot.Claimed)
	var c checkup
	require.Equal(t, fine, runJSON(t, &c, "check", path))
	require.True(t, c.OK)
	require.NotEmpty(t, c.Notes)
	_, out, _ = run("tail", "-n", "1", path)
	require.Contains(t, out, `20: open: producer 1 "half"`)
	require.Contains(t, out, "dead and not recovered yet")
}

func TestForeignLock(t *testing.T) {
	_, _, path := lively(t)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	lock := syscall.Flock_t{Type: syscall.F_RDLCK, Start: 1<<40 + 16 + 5, Len: 1}
	const setLock = 37 // F_OFD_SETLK
	require.NoError(t, syscall.FcntlFlock(f.Fd(), setLock, &lock))
	var c checkup
	require.Equal(t, wrong, runJSON(t, &c, "check", path))
	require.Equal(t, "attachment 5", c.Problems[0].Where)
}

func TestRecoverAndEvict(t *testing.T) {
	r, _, path := lively(t)
	kill(start(t, path))
	var did recovered
	require.Equal(t, fine, runJSON(t, &did, "recover", path))
	require.Equal(t, recovered{Path: path, Processes: 1, Lost: 3, Evicted: 1, Held: []string{"hold"}}, did)
	_, out, _ := run("recover", path)
	require.Contains(t, out, "nothing to do")
	require.Contains(t, out, `consumer "hold" is held`)
	var e evicted
	require.Equal(t, fine, runJSON(t, &e, "evict", path, "hold"))
	require.True(t, e.Evicted)
	require.Len(t, r.Stats().Consumers, 2)

	status, _, stderr := run("evict", path, "hold")
	require.Equal(t, failed, status)
	require.Contains(t, stderr, "no consumer")
	status, _, stderr = run("evict", "-force", path, "a")
	require.Equal(t, failed, status)
	require.Contains(t, stderr, "not evictable")
	status, _, stderr = run("evict", path, "b")
	require.Equal(t, failed, status)
	require.Contains(t, stderr, "is alive")
	status, out, _ = run("evict", path, "b", "-force")
	require.Equal(t, fine, status)
	require.Contains(t, out, `consumer "b" is evicted`)
	var c checkup
	require.Equal(t, fine, runJSON(t, &c, "check", path), c)
}

func TestEvictOfAConsumerWhoseDeathEndsTheRing(t *testing.T) {
	path := filepath.Join(memoryDir(t), "ring")
	r := create(t, path, 4)
	_, err := r.Consumer(shm.ConsumerConfig{Name: "vital", OnDeath: shm.Fail})
	require.NoError(t, err)
	// The lock of the owner is free as if it were dead, as another attachment owns the place now.
	g := geometry(t, path)
	poke(t, path, g.Attachments+128, 1)
	poke(t, path, g.Places, 1<<24|2<<8|2)
	status, out, stderr := run("evict", path, "vital")
	require.Equal(t, wrong, status, stderr)
	require.Contains(t, out, "the ring has failed")
	require.ErrorIs(t, r.Err(), shm.ErrFailed)
	var l listing
	require.Equal(t, wrong, runJSON(t, &l, "ls", filepath.Dir(path)))
	require.NotEmpty(t, l.Rings[0].Failed)
}

func TestGCRemovesWhatNobodyUses(t *testing.T) {
	_, _, used := lively(t)
	dir := filepath.Dir(used)
	for _, name := range []string{"unused", "damaged", "newer", "damaged-used"} {
		r := create(t, dir+"/"+name, 4)
		if name != "damaged-used" {
			require.NoError(t, r.Detach(context.Background()))
		}
	}
	poke(t, dir+"/damaged", 88, 3)       // capacity
	poke(t, dir+"/damaged-used", 88, 3)  // capacity
	poke(t, dir+"/newer", 8, 512<<32|99) // version
	require.NoError(t, os.WriteFile(dir+"/text", []byte("text"), 0o600))
	var c collected
	require.Equal(t, fine, runJSON(t, &c, "gc", "-n", dir))
	require.True(t, c.DryRun)
	require.Equal(t, []string{dir + "/damaged", dir + "/unused"}, c.Removed)
	require.Equal(t, fine, runJSON(t, &c, "gc", dir))
	require.Equal(t, []string{dir + "/damaged", dir + "/unused"}, c.Removed)
	require.Len(t, c.Kept, 3)
	for _, name := range []string{"ring", "damaged-used", "newer", "text"} {
		require.FileExists(t, dir+"/"+name)
	}
	for _, name := range []string{"unused", "damaged"} {
		require.NoFileExists(t, dir+"/"+name)
	}
}
