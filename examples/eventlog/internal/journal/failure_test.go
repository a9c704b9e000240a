package journal

import (
	"bytes"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// failing returns a disk on which operation number n fails, and no other. A failed write leaves
// half of its bytes.
func failing(n int) (d *disk, failed *string) {
	d, failed = newDisk(), new(string)
	d.before = func(op, path string) error {
		if n--; n == -1 {
			*failed = op
			if strings.HasSuffix(path, suffix) {
				*failed += " of a segment"
			}
			return syscall.EIO
		}
		return nil
	}
	return d, failed
}

// Whichever operation fails, once: the journal has failed for ever, although the disk is well
// again. What was durable can be read, and is there after the next Open.
func TestFailure(t *testing.T) {
	for name, c := range map[string]struct {
		limit   int64
		batches int
		payload func(seq int64) []byte
	}{
		"many segments": {500, 10, record},
		"large batches": {0, 2, func(seq int64) []byte { return bytes.Repeat([]byte{byte(seq + 1)}, writeSize*2/3) }},
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			for n := 0; ; n++ {
				dir := filepath.Join(t.TempDir(), "journal")
				d, failed := failing(n)
				o := Options{SegmentBytes: c.limit, system: d}
				all, durable, err := untilFailure(t, dir, o, c.batches, c.payload)
				if err == nil {
					require.Empty(t, *failed)
					break
				}
				require.ErrorIs(t, err, syscall.EIO)
				seen[*failed] = true
				j, found := open(t, dir, Options{})
				require.GreaterOrEqual(t, len(found), durable, "%s, operation %d", *failed, n)
				same(t, all[:len(found)], found)
				require.NoError(t, j.Close())
			}
			require.Equal(t, map[string]bool{
				"mkdir": true, "sync": true, "create of a segment": true, "write of a segment": true, "sync of a segment": true,
			}, seen)
		})
	}
}

// untilFailure appends some batches to a new journal. It returns what it has appended, for how
// many of the records Sync has returned, and the first error.
func untilFailure(
	t *testing.T, dir string, o Options, batches int, payload func(int64) []byte,
) (all model, durable int, err error) {
	t.Helper()
	j, err := Open(dir, o, nil)
	if err != nil {
		return nil, 0, err
	}
	for range batches {
		for range 3 {
			all = append(all, payload(j.Next()))
			if _, err = j.Append(all[len(all)-1]); err != nil {
				break
			}
		}
		if err == nil {
			err = j.Sync()
		}
		if err != nil {
			failedForEver(t, j, err)
			onDisk(t, j, all, durable)
			require.ErrorIs(t, j.Close(), syscall.EIO)
			return all, durable, err
		}
		durable = len(all)
	}
	return all, durable, j.Close()
}

// onDisk checks that all records which the journal calls durable can be read, that those are
// among them for which Sync has returned, and that the disk has synced so much.
func onDisk(t *testing.T, j *Journal, all model, durable int) {
	t.Helper()
	var read model
	require.NoError(t, j.Read(0, j.Stats().Next, read.collect(0)))
	require.GreaterOrEqual(t, len(read), durable)
	same(t, all[:len(read)], read)
	need, synced := 0, 0
	for _, payload := range read {
		need += frameHead + len(payload)
	}
	for _, content := range j.system.(*disk).synced {
		synced += len(content)
	}
	require.EqualValues(t, need, j.Stats().Bytes)
	require.LessOrEqual(t, need, synced)
}

func failedForEver(t *testing.T, j *Journal, err error) {
	t.Helper()
	stats, before := j.Stats(), make([][]byte, 0)
	for _, path := range files(t, j.dir) {
		before = append(before, content(t, path))
	}
	for range 3 {
		_, again := j.Append([]byte("more"))
		require.Equal(t, err, again)
		require.Equal(t, err, j.Sync())
	}
	require.Equal(t, stats, j.Stats())
	for i, path := range files(t, j.dir) {
		require.Equal(t, before[i], content(t, path))
	}
}

// An Open that can't cut or sync what it has found fails: a record that it returned would not be
// durable.
func TestFailedRepair(t *testing.T) {
	dir, m := closed(t, Options{}, 3)
	path := files(t, dir)[0]
	seen := map[string]bool{}
	for n := 0; ; n++ {
		put(t, path, append(content(t, path), 1))
		d, failed := failing(n)
		j, err := Open(dir, Options{system: d}, nil)
		if err == nil {
			require.NoError(t, j.Close())
			break
		}
		require.ErrorIs(t, err, syscall.EIO)
		seen[*failed] = true
	}
	require.Equal(t, map[string]bool{
		"mkdir": true, "read of a segment": true, "truncate of a segment": true, "sync of a segment": true, "sync": true,
	}, seen)
	_, found := open(t, dir, Options{})
	same(t, m, found)
}
