package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// model is what a journal should hold: the slow and obvious one.
type model [][]byte

// record makes up a payload that tells its sequence, of up to 200 bytes or a few more.
func record(seq int64) []byte {
	text := fmt.Appendf(nil, "%d,", seq)
	return bytes.Repeat(text, int(seq*7919%int64(200))/len(text)+1)
}

func (m *model) append(t *testing.T, j *Journal, payload []byte) {
	t.Helper()
	seq, err := j.Append(payload)
	require.NoError(t, err)
	require.EqualValues(t, len(*m), seq)
	*m = append(*m, bytes.Clone(payload))
	require.EqualValues(t, len(*m), j.Next())
}

// batch appends n records and syncs.
func (m *model) batch(t *testing.T, j *Journal, n int) {
	t.Helper()
	for range n {
		m.append(t, j, record(j.Next()))
	}
	require.NoError(t, j.Sync())
	require.EqualValues(t, len(*m), j.Stats().Next)
}

// collect returns a function for Open and Read that adds what it is called with to the model. The
// first record is number first.
func (m *model) collect(first int64) func(int64, []byte) error {
	return func(seq int64, payload []byte) error {
		if need := first + int64(len(*m)); seq != need {
			return fmt.Errorf("called with record %d, need %d", seq, need)
		}
		*m = append(*m, bytes.Clone(payload))
		return nil
	}
}

func open(t *testing.T, dir string, o Options) (*Journal, model) {
	t.Helper()
	var found model
	j, err := Open(dir, o, found.collect(0))
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	require.EqualValues(t, len(found), j.Next())
	return j, found
}

// closed makes a journal with batches of these numbers of records, and returns its directory.
func closed(t *testing.T, o Options, batches ...int) (dir string, m model) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "journal")
	j, _ := open(t, dir, o)
	for _, n := range batches {
		m.batch(t, j, n)
	}
	require.NoError(t, j.Close())
	return dir, m
}

func same(t *testing.T, need, got model, about ...any) {
	t.Helper()
	require.True(t, slices.EqualFunc(need, got, bytes.Equal), "need %q, got %q; %v", need, got, about)
}

// files returns the paths of the segments of a journal.
func files(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	require.NoError(t, err)
	return paths
}

// ends returns where each frame of records of a segment ends.
func (m model) ends() (ends []int) {
	end := 0
	for _, payload := range m {
		end += frameHead + len(payload)
		ends = append(ends, end)
	}
	return ends
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, replace(path, content))
}

// replace makes a new file: file systems write one that was cut and filled again to disk at once,
// and tests replace thousands.
func replace(path string, content []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
