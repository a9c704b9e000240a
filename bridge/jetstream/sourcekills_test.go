package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/be395dad/disruptor"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// readAll feeds a ring from the stream. Its stage appends the values to the file.
func readAll(nc *nats.Conn, path string, cfg SourceConfig[received]) error {
	out, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s, err := NewSource(nc, cfg)
	if err != nil {
		return err
	}
	ring, err := disruptor.New[received](disruptor.Config{Capacity: 128, MaxBatch: 20})
	if err != nil {
		return err
	}
	write := ring.Handle("write", disruptor.Each(func(_ int64, e *received) error {
		_, err := out.Write(binary.LittleEndian.AppendUint64(nil, uint64(e.Value)))
		return err
	}))
	ring.Handle("done", s.Handler(), write)
	ctx := context.Background()
	fed := make(chan error, 1)
	go func() {
		fed <- Feed(ctx, s, ring.MultiProducer())
		ring.Close()
	}()
	return errors.Join(ring.Run(ctx), <-fed)
}

// readDurable is a source whose position the server keeps.
func readDurable() error {
	nc, path, err := childConn()
	if err != nil {
		return err
	}
	cfg := sourceConfig()
	cfg.Durable = "reader"
	return readAll(nc, path, cfg)
}

// readInOrder is a source whose stage keeps the position: it is the length of the file.
func readInOrder() error {
	nc, path, err := childConn()
	if err != nil {
		return err
	}
	cfg := sourceConfig()
	if info, err := os.Stat(path); err == nil {
		cfg.After = uint64(info.Size() / 8)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return readAll(nc, path, cfg)
}

func TestKilledSources(t *testing.T) {
	for name, check := range map[string]func(t *testing.T, values []int64, n int64){
		"source": func(t *testing.T, values []int64, n int64) {
			next := int64(0) // events may come again from one that was not acknowledged
			for _, v := range values {
				seq := (v - 3) / 7
				require.LessOrEqual(t, seq, next, "an event is missing")
				next = seq + 1
			}
			require.Equal(t, n, next)
		},
		"source in order": func(t *testing.T, values []int64, n int64) {
			for i, v := range values {
				require.Equal(t, value(int64(i)), v)
			}
			require.Len(t, values, int(n))
		},
	} {
		t.Run(name, func(t *testing.T) {
			nc := connect(t, startOne(t).ClientURL())
			addStream(t, nc)
			path := filepath.Join(t.TempDir(), "out")
			p, n := publisher(t, nc), int64(0)
			grow := func() {
				require.NoError(t, p.Publish(limited(t), sequences(n, n+1000)))
				n += 1000
			}
			values := func() (all []int64) {
				data, err := os.ReadFile(path)
				if err != nil {
					require.ErrorIs(t, err, fs.ErrNotExist)
				}
				for ; len(data) >= 8; data = data[8:] {
					all = append(all, int64(binary.LittleEndian.Uint64(data)))
				}
				return all
			}
			reader := child(t, name, nc.ConnectedUrl(), path)
			for range *kills {
				more := len(values()) + 1 + rand.IntN(500)
				grow()
				until(t, func() bool { return len(values()) >= more })
				kill(t, reader)
				reader = child(t, name, nc.ConnectedUrl(), path)
			}
			grow()
			until(t, func() bool {
				v := values()
				return len(v) > 0 && v[len(v)-1] == value(n-1)
			})
			kill(t, reader)
			check(t, values(), n)
		})
	}
}
