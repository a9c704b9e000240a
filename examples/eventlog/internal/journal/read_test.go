package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadRange(t *testing.T) {
	j, _ := open(t, t.TempDir(), Options{SegmentBytes: 600, system: newDisk()})
	var m model
	m.batch(t, j, 30)
	for from := range int64(30) {
		for to := from; to <= 30; to++ {
			var read model
			require.NoError(t, j.Read(from, to, read.collect(from)))
			same(t, m[from:to], read)
		}
	}
}

func TestRefusedRead(t *testing.T) {
	j, _ := open(t, t.TempDir(), Options{})
	var m model
	m.batch(t, j, 5)
	m.append(t, j, []byte("not durable"))
	require.NoError(t, j.flush())
	for _, r := range [][2]int64{{-1, 2}, {3, 2}, {4, 6}, {6, 6}} {
		err := j.Read(r[0], r[1], func(int64, []byte) error { t.Error("called"); return nil })
		require.EqualError(t, err, fmt.Sprintf("journal: read of records [%d, %d), durable are [0, 5)", r[0], r[1]))
	}
	require.NoError(t, j.Read(5, 5, nil))
	require.NoError(t, j.Sync())
	require.NoError(t, j.Read(5, 6, func(int64, []byte) error { return nil }))
}

func TestReaderFails(t *testing.T) {
	j, _ := open(t, t.TempDir(), Options{SegmentBytes: 1})
	var m model
	m.batch(t, j, 5)
	mine := errors.New("mine")
	calls := 0
	require.Equal(t, mine, j.Read(0, 5, func(seq int64, _ []byte) error {
		calls++
		if seq == 2 {
			return mine
		}
		return nil
	}))
	require.Equal(t, 3, calls)
}

// Records that were damaged under an open journal are not handed out.
func TestReadDamage(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir, Options{})
	var m model
	m.batch(t, j, 3)
	path := files(t, dir)[0]
	whole, offset := content(t, path), m.ends()[0]

	bad := bytes.Clone(whole)
	bad[offset+frameHead]++
	put(t, path, bad)
	var read model
	require.ErrorContains(t, j.Read(0, 3, read.collect(0)), fmt.Sprintf("%s: offset %d: checksum", path, offset))
	same(t, m[:1], read)

	put(t, path, whole[:offset])
	require.ErrorContains(t, j.Read(0, 3, func(int64, []byte) error { return nil }),
		fmt.Sprintf("%s: offset %d: unexpected EOF", path, offset))
	require.NoError(t, os.Remove(path))
	require.ErrorIs(t, j.Read(0, 3, nil), os.ErrNotExist)
}

// One record of a large segment is found without reading the segment, in the run that has written
// it and in the next.
func TestMarks(t *testing.T) {
	dir := t.TempDir()
	d := newDisk()
	j, _ := open(t, dir, Options{system: d})
	var m model
	for range 4 {
		m.batch(t, j, 5000)
	}
	check := func() {
		require.Greater(t, j.Stats().Bytes, int64(20*markEvery))
		for seq := int64(0); seq < 20000; seq += 97 {
			before := d.read.Load()
			var read model
			require.NoError(t, j.Read(seq, seq+1, read.collect(seq)))
			same(t, model{m[seq]}, read)
			require.LessOrEqual(t, d.read.Load()-before, int64(markEvery+2*bufferSize))
		}
	}
	check()
	require.NoError(t, j.Close())
	j, _ = open(t, dir, Options{system: d})
	check()

	require.NoError(t, os.Truncate(files(t, dir)[0], 10))
	require.ErrorIs(t, j.Read(19_999, 20_000, nil), io.ErrUnexpectedEOF)
}

// Readers read any durable range while records are appended.
func TestReaders(t *testing.T) {
	for name, limit := range map[string]int64{"many segments": 2000, "one segment": 0} {
		t.Run(name, func(t *testing.T) {
			j, _ := open(t, t.TempDir(), Options{SegmentBytes: limit, system: newDisk()})
			besideReaders(t, j)
		})
	}
}

// besideReaders appends until each of some readers has read beside it many times.
func besideReaders(t *testing.T, j *Journal) {
	const readers, reads, records = 3, 200, 3000
	var (
		all, going sync.WaitGroup
		done       atomic.Bool
		beside     = make(chan struct{})
		failure    = make(chan error, readers)
	)
	going.Add(readers)
	for id := range readers {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(id), 0))
			for n := 0; !done.Load(); n++ {
				if err := readSome(j, rng); err != nil {
					failure <- err
					return
				}
				if n == reads {
					going.Done()
				}
			}
		})
	}
	go func() { going.Wait(); close(beside) }()
	defer all.Wait()
	defer done.Store(true)
	for open := true; open || j.Next() < records; {
		for range 20 {
			_, err := j.Append(record(j.Next()))
			require.NoError(t, err)
		}
		require.NoError(t, j.Sync())
		select {
		case <-beside:
			open = false
		case err := <-failure:
			require.NoError(t, err)
		default:
		}
	}
	done.Store(true)
	all.Wait()
	require.Empty(t, failure)
}

func readSome(j *Journal, rng *rand.Rand) error {
	durable := j.Stats().Next
	from := rng.Int64N(durable + 1)
	to := min(durable, from+rng.Int64N(100))
	next := from
	err := j.Read(from, to, func(seq int64, payload []byte) error {
		if seq != next || !bytes.Equal(payload, record(seq)) {
			return fmt.Errorf("record %d is %q, need %d: %q", seq, payload, next, record(next))
		}
		next++
		return nil
	})
	if err == nil && next != to {
		return fmt.Errorf("read of [%d, %d) ended at %d", from, to, next)
	}
	return err
}
