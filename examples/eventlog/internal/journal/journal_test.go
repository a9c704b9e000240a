package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was appended is read back, by Read and by the next Open, over many segments and several
// runs.
func TestRoundTrip(t *testing.T) {
	for name, o := range map[string]Options{
		"small segments":         {SegmentBytes: 1000},
		"a segment per record":   {SegmentBytes: 1},
		"default":                {},
		"small, by another disk": {SegmentBytes: 1000, system: newDisk()},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "journal")
			var m model
			for run := range 4 {
				j, found := open(t, dir, o)
				same(t, m, found)
				for n := range 10 {
					m.batch(t, j, n)
				}
				var read model
				require.NoError(t, j.Read(0, j.Next(), read.collect(0)))
				same(t, m, read, "run %d", run)
				require.Zero(t, j.First())
				require.NoError(t, j.Close())
			}
			if o.SegmentBytes == 1 {
				require.Len(t, files(t, dir), len(m))
			}
		})
	}
}

// A segment is as large as it may be and no larger.
func TestSegments(t *testing.T) {
	const limit = 3 * (frameHead + 10)
	dir := t.TempDir()
	j, _ := open(t, dir, Options{SegmentBytes: limit, system: newDisk()})
	var m model
	for range 7 {
		m.append(t, j, make([]byte, 10))
	}
	m.append(t, j, make([]byte, limit-2*frameHead-10+1)) // one byte too large
	m.append(t, j, make([]byte, limit))
	m.append(t, j, make([]byte, 1))
	require.NoError(t, j.Sync())
	require.NoError(t, j.Sync()) // of nothing

	var names []string
	var bytes int64
	for _, path := range files(t, dir) {
		names = append(names, filepath.Base(path))
		bytes += int64(len(content(t, path)))
	}
	require.Equal(t, []string{
		"00000000000000000000.journal", "00000000000000000003.journal", "00000000000000000006.journal",
		"00000000000000000007.journal", "00000000000000000008.journal", "00000000000000000009.journal",
	}, names)
	require.Equal(t, Stats{Bytes: bytes, Segments: 6, Syncs: 6, First: 0, Next: 10}, j.Stats())
	require.NoError(t, j.Close())

	j, found := open(t, dir, Options{})
	same(t, m, found)
	require.Equal(t, Stats{Bytes: bytes, Segments: 6, Next: 10}, j.Stats())
}

// The format is fixed: journals outlive programs.
func TestFormat(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir, Options{})
	for _, payload := range []string{"a", "bc"} {
		_, err := j.Append([]byte(payload))
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	require.Equal(t, []byte(""+
		"\x01\x00\x00\x00\x19\x77\xe7\xe4\x00\x00\x00\x00\x00\x00\x00\x80a"+
		"\x02\x00\x00\x00\xa6\x93\x7c\xc0\x01\x00\x00\x00\x00\x00\x00\x00bc"), content(t, files(t, dir)[0]))
}

func TestRefusedPayload(t *testing.T) {
	j, _ := open(t, t.TempDir(), Options{})
	for _, size := range []int{0, MaxRecord + 1} {
		_, err := j.Append(make([]byte, size))
		require.ErrorContains(t, err, "record of "+strconv.Itoa(size)+" bytes, need 1 to 1048576")
	}
	require.Zero(t, j.Next())
	seq, err := j.Append(make([]byte, MaxRecord))
	require.NoError(t, err)
	require.Zero(t, seq)
	require.NoError(t, j.Sync())
	var read model
	require.NoError(t, j.Read(0, 1, read.collect(0)))
	same(t, model{make([]byte, MaxRecord)}, read)
}

// A batch of more than writeSize goes to the file in several writes, and is synced once.
func TestLargeBatch(t *testing.T) {
	dir := t.TempDir()
	d, writes := newDisk(), 0
	d.before = func(op, _ string) error {
		if op == "write" {
			writes++
		}
		return nil
	}
	j, _ := open(t, dir, Options{system: d})
	var m model
	for i := range 11 {
		m.append(t, j, bytes.Repeat([]byte{byte(i + 1)}, writeSize/2))
	}
	require.NoError(t, j.Close())
	require.EqualValues(t, 1, j.Stats().Syncs)
	require.Equal(t, 6, writes)
	_, found := open(t, dir, Options{})
	same(t, m, found)
}

func TestOneOpen(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir, Options{})
	_, err := Open(dir, Options{}, nil)
	require.ErrorContains(t, err, dir+" is open elsewhere")
	var m model
	m.batch(t, j, 1) // the first goes on
	require.NoError(t, j.Close())
	j, err = Open(dir, Options{}, nil)
	require.NoError(t, err)
	require.NoError(t, j.Close())
}

func TestClosed(t *testing.T) {
	dir := t.TempDir()
	j, _ := open(t, dir, Options{})
	_, err := j.Append([]byte("a"))
	require.NoError(t, err)
	require.NoError(t, j.Close())
	require.NoError(t, j.Close())
	_, err = j.Append([]byte("b"))
	require.ErrorIs(t, err, errClosed)
	require.ErrorIs(t, j.Sync(), errClosed)
	_, found := open(t, dir, Options{})
	same(t, model{[]byte("a")}, found)
}

func TestRefusedOpen(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir, Options{SegmentBytes: -1}, nil)
	require.ErrorContains(t, err, "SegmentBytes is -1")
	_, err = Open(filepath.Join(dir, "none", "journal"), Options{}, nil)
	require.ErrorIs(t, err, os.ErrNotExist)

	plain := filepath.Join(dir, "plain")
	put(t, plain, nil)
	_, err = Open(plain, Options{}, nil)
	require.ErrorContains(t, err, plain)

	for _, name := range []string{
		"7.journal", "x.journal", ".journal", "-0000000000000000001.journal",
		"09223372036854775807.journal", "99999999999999999999.journal",
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, name), nil)
		_, err = Open(dir, Options{}, nil)
		require.ErrorContains(t, err, filepath.Join(dir, name)+": not the name of a segment")
	}
}

// The oldest segments may be removed.
func TestFirst(t *testing.T) {
	dir, m := closed(t, Options{SegmentBytes: 1}, 20)
	for _, path := range files(t, dir)[:7] {
		require.NoError(t, os.Remove(path))
	}
	var found model
	j, err := Open(dir, Options{}, found.collect(7))
	require.NoError(t, err)
	defer j.Close()
	same(t, m[7:], found)
	require.EqualValues(t, 7, j.First())
	require.EqualValues(t, 20, j.Next())
	require.ErrorContains(t, j.Read(6, 8, nil), "read of records [6, 8), durable are [7, 20)")
}

func TestAllocations(t *testing.T) {
	j, _ := open(t, t.TempDir(), Options{system: newDisk()})
	payload := make([]byte, 100)
	batch := func() {
		for range 1000 {
			if _, err := j.Append(payload); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.flush(); err != nil {
			t.Fatal(err)
		}
	}
	batch()
	// A batch adds two marks; their slice grows more and more rarely.
	require.Zero(t, testing.AllocsPerRun(100, batch))
}
