package jetstream

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/shm"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

var kills = flag.Int("kills", 5, "how many processes each test of kills kills")

// children are what the test binary does if it is started again, by name.
var children = map[string]func() error{
	"shm": bridgeShm, "journal": bridgeJournal, "source": readDurable, "source in order": readInOrder,
}

// child starts the test binary again.
func child(t *testing.T, name, url, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JETSTREAM_TEST_CHILD="+name, "JETSTREAM_TEST_URL="+url, "JETSTREAM_TEST_PATH="+path)
	cmd.Stderr = new(bytes.Buffer)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd
}

// kill kills a child, which must not have ended by itself.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Kill())
	err := cmd.Wait()
	require.EqualError(t, err, "signal: killed", cmd.Stderr)
}

func childConn() (nc *nats.Conn, path string, err error) {
	nc, err = nats.Connect(os.Getenv("JETSTREAM_TEST_URL"), nats.MaxReconnects(-1))
	return nc, os.Getenv("JETSTREAM_TEST_PATH"), err
}

func childPublisher() (p *Publisher[event], path string, err error) {
	nc, path, err := childConn()
	if err != nil {
		return nil, "", err
	}
	cfg := config()
	cfg.InFlight = 32
	cfg.Sequence = map[string]func(*event) int64{"journal": number}[os.Getenv("JETSTREAM_TEST_CHILD")]
	p, err = NewPublisher(nc, cfg)
	return p, path, err
}

// bridgeShm is a bridge from a shared ring. Its consumer is held while no bridge lives.
func bridgeShm() error {
	p, path, err := childPublisher()
	if err != nil {
		return err
	}
	ring, err := shm.Open[event](path, shm.Options{Name: "bridge"})
	if err != nil {
		return err
	}
	c, err := ring.Consumer(shm.ConsumerConfig{Name: "bridge", OnDeath: shm.Hold, Grace: time.Hour, MaxBatch: 20})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := Follow(context.Background(), p, c); !errors.Is(err, shm.ErrClosed) {
		return err
	}
	return nil
}

func TestKilledBridgesOfASharedRing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("package shm needs Linux")
	}
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc, shortMemory)
	dir, err := os.MkdirTemp("/dev/shm", "jetstream-test-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "ring")
	ring, err := shm.Create[event](path, shm.Config{Capacity: 128})
	require.NoError(t, err)
	// The first bridge must have joined before the first event.
	bridge := child(t, "shm", nc.ConnectedUrl(), path)
	until(t, func() bool { return len(ring.Stats().Consumers) == 1 })

	enough, fed := make(chan struct{}), make(chan int64)
	go func() {
		defer ring.Close()
		producer, err := ring.Producer("load")
		n := int64(0)
		for ; err == nil; n++ {
			select {
			case <-enough:
				producer.Close()
				fed <- n
				return
			default:
				err = producer.Send(t.Context(), event{value(n)})
			}
		}
		t.Errorf("event %d: %v", n, err)
		fed <- 0
	}()
	for range *kills {
		waitForLength(t, nc, length(t, nc)+1+rand.Int64N(300))
		kill(t, bridge)
		bridge = child(t, "shm", nc.ConnectedUrl(), path)
	}
	waitForLength(t, nc, length(t, nc)+1)
	close(enough)
	n := <-fed
	require.NoError(t, bridge.Wait(), bridge.Stderr)
	requireStored(t, nc, n)
	require.NoError(t, ring.Detach(t.Context()))
}

// bridgeJournal is a bridge from a journal, by a ring in memory. The journal is a file of values.
// It ends behind the negative one.
func bridgeJournal() error {
	p, path, err := childPublisher()
	if err != nil {
		return err
	}
	ctx := context.Background()
	next, err := p.Resume(ctx)
	if err != nil {
		return err
	}
	journal, err := os.Open(path)
	if err != nil {
		return err
	}
	ring, err := disruptor.New[event](disruptor.Config{Capacity: 128, MaxBatch: 20})
	if err != nil {
		return err
	}
	ring.Handle("publisher", p.Handler(ctx))
	go func() {
		defer ring.Close()
		producer := ring.MultiProducer()
		for at := max(next-10, 0) * 8; ; at += 8 { // some that the stream has: they must not matter
			var record [8]byte
			_, err := journal.ReadAt(record[:], at)
			for err == io.EOF {
				time.Sleep(time.Millisecond)
				_, err = journal.ReadAt(record[:], at)
			}
			v := int64(binary.LittleEndian.Uint64(record[:]))
			if err != nil || v < 0 || producer.Send(ctx, event{v}) != nil {
				return
			}
		}
	}()
	return ring.Run(ctx)
}

// number returns the sequence of an event of the journal.
func number(e *event) int64 { return (e.Value - 3) / 7 }

func TestKilledBridgesOfAJournal(t *testing.T) {
	nc := connect(t, startOne(t).ClientURL())
	addStream(t, nc, shortMemory)
	path := filepath.Join(t.TempDir(), "journal")
	journal, err := os.Create(path)
	require.NoError(t, err)
	defer journal.Close()
	n := int64(0)
	grow := func(by int64) {
		var records []byte
		for range by {
			records = binary.LittleEndian.AppendUint64(records, uint64(value(n)))
			n++
		}
		_, err := journal.Write(records)
		require.NoError(t, err)
	}
	bridge := child(t, "journal", nc.ConnectedUrl(), path)
	for range *kills {
		grow(1000)
		waitForLength(t, nc, n-1000+1+rand.Int64N(900))
		kill(t, bridge)
		bridge = child(t, "journal", nc.ConnectedUrl(), path)
	}
	grow(1000)
	end := int64(-1)
	_, err = journal.Write(binary.LittleEndian.AppendUint64(nil, uint64(end)))
	require.NoError(t, err)
	require.NoError(t, bridge.Wait(), bridge.Stderr)
	requireStored(t, nc, n)
}
