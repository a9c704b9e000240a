package journal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Wherever a crash has torn the last batch, and whatever it has left there: earlier batches are
// found, and the whole records of the last one before the tear; the rest is cut. Then the journal
// goes on.
func TestTornEnd(t *testing.T) {
	for name, synced := range map[string]int{"behind a batch": 7, "in an empty segment": 6} {
		t.Run(name, func(t *testing.T) {
			o := Options{SegmentBytes: 6 * (frameHead + 3), system: newDisk()}
			dir := t.TempDir()
			j, _ := open(t, dir, o)
			var all model
			for len(all) < synced+4 {
				all.append(t, j, fmt.Appendf(nil, "r%02d", len(all)))
				if len(all) <= synced {
					require.NoError(t, j.Sync())
				}
			}
			require.NoError(t, j.Close())
			path := files(t, dir)[1]
			whole := content(t, path)
			begin := (synced - 6) * (frameHead + 3)
			rng := rand.New(rand.NewPCG(1, 1))

			for at := begin; at < len(whole); at++ {
				for kind, torn := range tears(whole, at, rng) {
					kept := at / (frameHead + 3)
					put(t, path, torn)
					j, found := open(t, dir, o)
					same(t, all[:6+kept], found, "%s at %d", kind, at)
					require.Equal(t, whole[:kept*(frameHead+3)], content(t, path), "%s at %d", kind, at)
					found.append(t, j, []byte("abc"))
					require.NoError(t, j.Close())

					j, again := open(t, dir, o)
					same(t, found, again, "%s at %d", kind, at)
					require.NoError(t, j.Close())
				}
			}
		})
	}
}

// tears returns what a crash might leave of whole from the byte at on.
func tears(whole []byte, at int, rng *rand.Rand) map[string][]byte {
	cut := whole[:at:at]
	garbage := make([]byte, len(whole)-at+40)
	for i := range garbage {
		garbage[i] = byte(rng.Uint32())
	}
	garbage[0] = whole[at] + 1 // so that nothing of the frame is left by chance
	flipped := bytes.Clone(whole)
	flipped[at] ^= 0x40
	tears := map[string][]byte{"cut": cut, "garbage": append(cut, garbage...), "flipped": flipped}
	// A frame that ends in zeros may lose them and be whole again; these payloads have none.
	if zeros := append(cut, make([]byte, len(whole)-at+40)...); zeros[at] != whole[at] {
		tears["zeros"] = zeros
	}
	return tears
}

// A bad byte of a record that a later batch follows was not left by a crash, nor was one of an
// earlier segment. Open names the file and the frame's offset, and touches nothing.
func TestDamage(t *testing.T) {
	o := Options{SegmentBytes: 700, system: newDisk()}
	dir, m := closed(t, o, 3, 2, 4, 1, 2, 2, 1)
	paths := files(t, dir)
	require.GreaterOrEqual(t, len(paths), 3)
	first := 0
	for i, path := range paths {
		whole := content(t, path)
		ends := m[first:].ends()
		frame := 0
		for at := range whole {
			if at == ends[frame] {
				frame++
			}
			if i == len(paths)-1 && ends[frame] == len(whole) {
				break // the last batch
			}
			begin := 0
			if frame > 0 {
				begin = ends[frame-1]
			}
			bad := bytes.Clone(whole)
			bad[at] ^= 0x10
			refused(t, dir, o, path, bad, begin)
			if i < len(paths)-1 && at != begin {
				refused(t, dir, o, path, whole[:at], begin)
			}
		}
		put(t, path, whole)
		for first < len(m) && ends[0] <= len(whole) {
			first++
			ends = ends[1:]
		}
	}
	_, found := open(t, dir, o)
	same(t, m, found)
}

// refused checks that Open refuses the journal when a segment has this content.
func refused(t *testing.T, dir string, o Options, path string, content []byte, offset int) {
	t.Helper()
	put(t, path, content)
	_, err := Open(dir, o, nil)
	require.ErrorContains(t, err, fmt.Sprintf("%s: offset %d: ", path, offset))
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, left))
}

// The shortest frame that is bad, and the shortest behind it, are no exception.
func TestSmallestDamage(t *testing.T) {
	frames := appendFrame(appendFrame(nil, 0, true, []byte("a")), 1, true, []byte("b"))
	for at := range frameHead + 1 {
		dir, _ := closed(t, Options{system: newDisk()})
		bad := bytes.Clone(frames)
		bad[at] ^= 0x10
		refused(t, dir, Options{}, files(t, dir)[0], bad, 0)
	}
}

// Frames with sequences that can't be there prove nothing: they may be in a payload.
func TestOtherFrames(t *testing.T) {
	for name, seq := range map[string]int64{"earlier": 1, "the same": 3, "too late": 7} {
		t.Run(name, func(t *testing.T) {
			dir, m := closed(t, Options{}, 3)
			path := files(t, dir)[0]
			whole := content(t, path)
			torn := append(bytes.Clone(whole), make([]byte, 3*(frameHead+1))...)
			put(t, path, appendFrame(torn, seq, true, []byte("x")))
			j, found := open(t, dir, Options{})
			same(t, m, found)
			require.Equal(t, whole, content(t, path))
			require.NoError(t, j.Close())
		})
	}
}

func TestMissingSegment(t *testing.T) {
	dir, _ := closed(t, Options{SegmentBytes: 1}, 5)
	paths := files(t, dir)
	require.NoError(t, os.Remove(paths[2]))
	_, err := Open(dir, Options{}, nil)
	require.ErrorContains(t, err, paths[3]+": offset 0: begins with sequence 3, need 2")
}

// Segments that lose their last records, or have foreign bytes behind them, are damaged unless
// they are the last.
func TestOtherEnds(t *testing.T) {
	o := Options{SegmentBytes: 3 * (frameHead + 1)}
	dir := t.TempDir()
	j, _ := open(t, dir, o)
	for range 6 {
		_, err := j.Append([]byte("x"))
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	paths := files(t, dir)
	require.Len(t, paths, 2)
	whole := content(t, paths[0])

	put(t, paths[0], whole[:2*(frameHead+1)])
	_, err := Open(dir, o, nil)
	require.ErrorContains(t, err, paths[1]+": offset 0: begins with sequence 3, need 2")
	refused(t, dir, o, paths[0], append(whole[:len(whole):len(whole)], 0), len(whole))

	put(t, paths[0], nil)
	_, err = Open(dir, o, nil)
	require.ErrorContains(t, err, paths[1]+": offset 0: begins with sequence 3, need 0")
}

// A whole frame with the sequence of another was left by no crash.
func TestWrongSequence(t *testing.T) {
	for name, frames := range map[string][]int64{
		"doubled": {0, 1, 1},
		"skipped": {0, 1, 3},
		"first":   {2, 3, 4},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := closed(t, Options{})
			var b []byte
			offset, next := 0, int64(0)
			for _, seq := range frames {
				if seq == next {
					next++
					offset = len(b) + frameHead + 1
				}
				b = appendFrame(b, seq, false, []byte("x"))
			}
			refused(t, dir, Options{}, files(t, dir)[0], b, offset)
		})
	}
}

// A segment that can't be read isn't cut: nobody knows whether it is torn.
func TestUnreadable(t *testing.T) {
	o := Options{system: newDisk()}
	dir, m := closed(t, o, 3)
	path := files(t, dir)[0]
	for name, change := range map[string][]byte{"whole": content(t, path), "torn": append(content(t, path), 1)} {
		put(t, path, change)
		for reads := range 2 {
			bad := newDisk()
			bad.before = func(op, at string) error {
				if op == "read" {
					if reads--; reads < 0 {
						return syscall.EIO
					}
				}
				return nil
			}
			if name == "whole" && reads > 0 {
				continue // the first read gets it all
			}
			_, err := Open(dir, Options{system: bad}, nil)
			require.ErrorIs(t, err, syscall.EIO, name)
			require.ErrorContains(t, err, path, name)
			require.Equal(t, change, content(t, path), name)
		}
	}
	_, found := open(t, dir, o)
	same(t, m, found)
}

// Open returns the error of recovered, and cuts nothing.
func TestRecoveredFails(t *testing.T) {
	dir, _ := closed(t, Options{}, 3)
	path := files(t, dir)[0]
	torn := append(content(t, path), 1, 2, 3)
	put(t, path, torn)
	mine := errors.New("mine")
	_, err := Open(dir, Options{}, func(seq int64, _ []byte) error {
		if seq == 1 {
			return mine
		}
		return nil
	})
	require.ErrorIs(t, err, mine)
	require.Equal(t, torn, content(t, path))
}
