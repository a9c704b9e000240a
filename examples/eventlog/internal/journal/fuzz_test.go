package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzOpen opens a journal of two segments with these bytes, and compares what it does with a slow
// and obvious reader. It finds no record that isn't there; the journal it opens can be appended to
// and opened again; one that it refuses it leaves alone. If mended, the checksums are made right,
// so that numbers behind them are tried too.
func FuzzOpen(f *testing.F) {
	var whole, batches []byte
	for seq := range int64(3) {
		whole = appendFrame(whole, seq, seq == 0, record(seq))
	}
	for seq := int64(3); seq < 7; seq++ {
		batches = appendFrame(batches, seq, seq == 3 || seq == 5, record(seq))
	}
	f.Add(whole, batches, false)
	f.Add(whole, []byte{}, false)
	f.Add(whole, make([]byte, 40), false)
	f.Add([]byte{}, whole, true)
	f.Add([]byte{}, append(bytes.Clone(whole), whole[:20]...), false)
	f.Add(whole, append(bytes.Clone(batches), whole...), true)
	f.Add(whole[:len(whole)-1], batches, false)
	for _, at := range []int{0, 2, 4, 8, 15, 16} { // of the first frame, and of the last
		for _, at := range []int{at, len(batches) - frameHead - len(record(6)) + at} {
			bad := bytes.Clone(batches)
			bad[at] ^= 0x80
			f.Add(whole, bad, false)
			f.Add(whole, bad, true)
		}
	}
	f.Fuzz(func(t *testing.T, first, last []byte, mended bool) {
		if mended {
			first, last = mend(first), mend(last)
		}
		dir := t.TempDir()
		need, end := obvious(first, 0)
		paths := []string{filepath.Join(dir, segmentName(0)), filepath.Join(dir, segmentName(int64(len(need))))}
		whole := end == len(first)
		if len(need) == 0 {
			first, whole, paths[0] = nil, true, paths[1] // the last segment is the only one
		} else {
			put(t, paths[0], first)
		}
		put(t, paths[1], last)
		behind, end := obvious(last, int64(len(need)))
		need = append(need, behind...)

		o := Options{SegmentBytes: 1000, system: newDisk()}
		found := model{}
		j, err := Open(dir, o, found.collect(0))
		if !whole || !mayCut(last, end, int64(len(need))) {
			require.Error(t, err)
			require.True(t, len(first) == 0 || bytes.Equal(first, content(t, paths[0])))
			require.True(t, bytes.Equal(last, content(t, paths[1])))
			return
		}
		require.NoError(t, err)
		same(t, need, found)
		require.True(t, bytes.Equal(last[:end], content(t, paths[1])))
		found.append(t, j, []byte("more"))
		require.NoError(t, j.Close())

		j, again := open(t, dir, o)
		same(t, found, again)
		require.NoError(t, j.Close())
	})
}

// frameAt returns the frame at the beginning of b if there is a whole one.
func frameAt(b []byte) (seq uint64, payload []byte, ok bool) {
	if len(b) < 16 {
		return 0, nil, false
	}
	length := uint64(binary.LittleEndian.Uint32(b))
	if length == 0 || length > 1<<20 || 16+length > uint64(len(b)) {
		return 0, nil, false
	}
	summed := append(bytes.Clone(b[:4]), b[8:16+length]...)
	sum := crc32.Checksum(summed, crc32.MakeTable(crc32.Castagnoli))
	return binary.LittleEndian.Uint64(b[8:]), b[16 : 16+length], sum == binary.LittleEndian.Uint32(b[4:])
}

// obvious returns the records of a segment, and where the last whole one ends.
func obvious(b []byte, seq int64) (m model, end int) {
	for {
		stored, payload, ok := frameAt(b[end:])
		if !ok || stored&(1<<63-1) != uint64(seq) {
			return m, end
		}
		m = append(m, payload)
		end += 16 + len(payload)
		seq++
	}
}

// mayCut reports whether a crash can have left what is behind the end of a segment: there is no
// whole frame where the next should be, nor behind it one that begins a later batch.
func mayCut(b []byte, end int, next int64) bool {
	for i := end; i < len(b); i++ {
		stored, _, ok := frameAt(b[i:])
		seq := int64(stored & (1<<63 - 1))
		if ok && (i == end || stored >= 1<<63 && seq > next && seq-next <= int64(i-end)/17) {
			return false
		}
	}
	return true
}

// mend makes the checksums right of frames that lie one behind the other.
func mend(b []byte) []byte {
	b = bytes.Clone(b)
	for at := 0; len(b)-at >= 16; {
		length := int(min(binary.LittleEndian.Uint32(b[at:]), 1<<20))
		if length > len(b)-at-16 {
			break
		}
		summed := append(bytes.Clone(b[at:at+4]), b[at+8:at+16+length]...)
		binary.LittleEndian.PutUint32(b[at+4:], crc32.Checksum(summed, crc32.MakeTable(crc32.Castagnoli)))
		at += 16 + length
	}
	return b
}
