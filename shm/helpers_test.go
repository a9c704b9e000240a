//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/stretchr/testify/require"
)

// For tests that need another process the test binary runs itself, with a name in childEnv.
const childEnv = "SHM_TEST_CHILD"

// children are what the processes of these names do.
var children = map[string]func(){}

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		children[name]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child returns a command that runs this binary as the child of that name; args are paths and the
// like.
func child(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	require.Contains(t, children, name)
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	return cmd
}

// tick is an event.
type tick struct {
	ID    int64
	Price float64
	Size  uint32
}

var pathCount atomic.Int64

// newPath returns a path in memory where nothing is yet. The file that the test puts there is
// removed with it.
func newPath(t testing.TB) string {
	path := fmt.Sprintf("/dev/shm/shm-test-%d-%d", os.Getpid(), pathCount.Add(1))
	t.Cleanup(func() { _ = os.Remove(path) })
	return path
}

// newRing creates a ring with a path. Its memory is unmapped when the test ends.
func newRing[T any](t testing.TB, cfg Config) (*Ring[T], string) {
	t.Helper()
	path := newPath(t)
	r, err := Create[T](path, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.core.file.Unmap() })
	return r, path
}

// openRing attaches to a ring once more, as another process does.
func openRing[T any](t testing.TB, path string, opts Options) *Ring[T] {
	t.Helper()
	r, err := Open[T](path, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.core.file.Unmap() })
	return r
}

func newProducer[T any](t testing.TB, r *Ring[T]) *Producer[T] {
	t.Helper()
	p, err := r.Producer("p")
	require.NoError(t, err)
	return p
}

func newConsumer[T any](t testing.TB, r *Ring[T], cfg ConsumerConfig) *Consumer[T] {
	t.Helper()
	c, err := r.Consumer(cfg)
	require.NoError(t, err)
	return c
}

// long returns a context that ends only if something hangs.
func long(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// ended returns a context that has ended: a wait with it looks once and returns.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// rawHeader returns the header and the text of a new ring.
func rawHeader[T any](t testing.TB, cfg Config) []byte {
	t.Helper()
	cfg, err := cfg.withDefaults()
	require.NoError(t, err)
	l, err := layoutOf[T]()
	require.NoError(t, err)
	return ringfile.NewHeader(geometryFor(cfg, l), l, cfg.Schema, [16]byte{1}, ringfile.BootID(), os.Getpid()).Bytes(l.Text)
}

// seal stores the right CRC in a header with its text.
func seal(raw []byte) {
	binary.LittleEndian.PutUint32(raw[292:], ringfile.Checksum(raw))
}

// patch changes the header in a file, and makes its CRC right.
func patch(t testing.TB, path string, change func(raw []byte)) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	raw := make([]byte, ringfile.HeaderSize)
	_, err = f.ReadAt(raw, 0)
	require.NoError(t, err)
	raw = append(raw, make([]byte, binary.LittleEndian.Uint32(raw[288:]))...)
	_, err = f.ReadAt(raw, 0)
	require.NoError(t, err)
	change(raw)
	seal(raw)
	_, err = f.WriteAt(raw, 0)
	require.NoError(t, err)
}

// eventually waits until condition holds.
func eventually(t testing.TB, condition func() bool) {
	t.Helper()
	for ctx := long(t); !condition(); {
		require.NoError(t, ctx.Err())
		time.Sleep(time.Millisecond) // leaves the CPU to others
	}
}

// must ends a child if err is not nil.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// recovered returns the panic of f as text, or "".
func recovered(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = strings.TrimPrefix(fmt.Sprint(r), "disruptor: shm: ")
		}
	}()
	f()
	return ""
}

// setPace sets the length of sleeps and the time between exams until the test ends.
func setPace(t testing.TB, sleep, exam time.Duration) {
	was := [...]time.Duration{firstSleep, longestSleep, firstExam, longestExam}
	firstSleep, longestSleep, firstExam, longestExam = sleep, sleep, exam, exam
	t.Cleanup(func() { firstSleep, longestSleep, firstExam, longestExam = was[0], was[1], was[2], was[3] })
}
