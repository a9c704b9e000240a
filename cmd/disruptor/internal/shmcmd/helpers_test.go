//go:build linux

package shmcmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/layout"
	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/be395dad/disruptor/shm"
)

type tick struct {
	Symbol [8]byte
	ID     int64
	Price  float64
	OK     bool
	Quotes [2]struct{ Bid, Ask float32 }
	C      complex64
}

// childEnv has the test binary be a child: "doomed", or the tool as a user of no rights.
const childEnv = "SHMCMD_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		os.Exit(m.Run())
	case "doomed":
		doomed(os.Args[1])
	case "busy":
		busy(os.Args[1])
	case "nobody":
		must(syscall.Setgroups(nil))
		must(syscall.Setgid(65534))
		must(syscall.Setuid(65534))
		os.Exit(Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// doomed joins a ring, with a producer that has 3 sequences claimed and not published, and three consumers, and waits.
func doomed(path string) {
	r, err := shm.Open[tick](path, shm.Options{Name: "doomed", Schema: "v1"})
	must(err)
	p, err := r.Producer("half")
	must(err)
	_, err = r.Consumer(shm.ConsumerConfig{Name: "evict"})
	must(err)
	_, err = r.Consumer(shm.ConsumerConfig{Name: "hold", OnDeath: shm.Hold, Grace: 1 << 62})
	must(err)
	_, err = p.Claim(context.Background(), 3)
	must(err)
	fmt.Println("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until killed, or the parent is dead
	os.Exit(0)
}

// busy joins a ring, and publishes, aborts, consumes, joins and leaves until it is killed.
func busy(path string) {
	r, err := shm.Open[tick](path, shm.Options{Name: "busy", Schema: "v1"})
	must(err)
	fmt.Println("ready")
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte() // the parent is dead
		os.Exit(0)
	}()
	go func() {
		for n := 0; ; n++ {
			p, err := r.Producer("busy")
			must(err)
			for i := range 50 {
				b, err := p.Claim(context.Background(), 1+(n+i)%3)
				must(err)
				if i%7 == 0 {
					p.Abort(b)
				} else {
					p.Publish(b)
				}
			}
			p.Close()
		}
	}()
	for {
		c, err := r.Consumer(shm.ConsumerConfig{})
		if err != nil {
			continue // those of the dead are in the way
		}
		for range 50 {
			b, err := c.Next(context.Background())
			must(err)
			c.Done(b)
		}
		c.Close()
	}
}

// start starts a doomed child.
func start(t *testing.T, path string) *exec.Cmd { return startChild(t, "doomed", path) }

// startChild starts a child, which says when it is ready.
func startChild(t *testing.T, name, path string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", path)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.Stderr = os.Stderr
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { kill(cmd) })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	return cmd
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// eventually waits until condition holds, or the test is told to end.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for !condition() {
		require.NoError(t, t.Context().Err())
		time.Sleep(time.Millisecond) // to leave the CPU to others
	}
}

// memoryDir returns a folder in memory. Everybody may enter it.
func memoryDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "shmcmd")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// create creates a ring, which the test uses. All that belongs to it is closed by the death of the test.
func create(t *testing.T, path string, capacity int) *shm.Ring[tick] {
	r, err := shm.Create[tick](path, shm.Config{
		Capacity: capacity, MaxConsumers: 8, MaxProducers: 8, Options: shm.Options{Name: "test", Schema: "v1"},
	})
	require.NoError(t, err)
	return r
}

// lively returns a ring of 16 slots with 20 events, two of them aborted, a producer and two consumers, and its path.
func lively(t *testing.T) (r *shm.Ring[tick], p *shm.Producer[tick], path string) {
	path = filepath.Join(memoryDir(t), "ring")
	r = create(t, path, 16)
	p, err := r.Producer("feed")
	require.NoError(t, err)
	a, err := r.Consumer(shm.ConsumerConfig{Name: "a"})
	require.NoError(t, err)
	for id := range 20 {
		b, ok := p.TryClaim(1)
		require.True(t, ok)
		*b.At(0) = newTick(int64(id))
		if id == 11 || id == 12 {
			p.Abort(b)
			continue
		}
		p.Publish(b)
		if got, ok := a.TryNext(); ok && id < 10 {
			a.Done(got)
		}
	}
	_, err = r.Consumer(shm.ConsumerConfig{Name: "b", After: []string{"a"}, OnDeath: shm.Hold, Grace: time.Hour, Evictable: 16})
	require.NoError(t, err)
	return r, p, path
}

func newTick(id int64) tick {
	e := tick{ID: id, Price: float64(id) / 2, OK: id%2 == 0, C: complex(1, -1)}
	copy(e.Symbol[:], "EURUSD")
	e.Quotes[1].Ask = 2.5
	return e
}

// run runs a subcommand.
func run(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = Main(context.Background(), args, &out, &err)
	return status, out.String(), err.String()
}

// runJSON runs a subcommand with -json, and decodes what it prints.
func runJSON(t *testing.T, into any, args ...string) (status int) {
	t.Helper()
	status, out, stderr := run(append(args, "-json")...)
	d := json.NewDecoder(bytes.NewReader([]byte(out)))
	require.NoError(t, d.Decode(into), "%v: %s%s", args, out, stderr)
	require.False(t, d.More(), "%v: more than a document", args)
	return status
}

// geometry returns the geometry of a ring.
func geometry(t *testing.T, path string) ringfile.Geometry {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	st, err := f.Stat()
	require.NoError(t, err)
	_, _, g, err := ringfile.ReadHeader(f, st.Size())
	require.NoError(t, err)
	return g
}

// poke stores a word in a file, and returns what was there.
func poke(t *testing.T, path string, off int64, word uint64) (was uint64) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	var b [8]byte
	_, err = f.ReadAt(b[:], off)
	require.NoError(t, err)
	was = binary.LittleEndian.Uint64(b[:])
	binary.LittleEndian.PutUint64(b[:], word)
	_, err = f.WriteAt(b[:], off)
	require.NoError(t, err)
	return was
}

// layoutOf returns the layout that a header has, without its text.
func layoutOf(h *ringfile.Header) layout.Layout {
	return layout.Layout{Size: uintptr(h.EventSize), Align: uintptr(h.EventAlign), Hash: h.Hash}
}
