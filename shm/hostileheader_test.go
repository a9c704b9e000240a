//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"encoding/binary"
	"os"
	"testing"

	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/layout"
)

// damaged creates a ring, detaches from it and changes its file.
func damaged(t *testing.T, change func(path string)) string {
	t.Helper()
	path := newPath(t)
	r, err := Create[tick](path, Config{Capacity: 64})
	require.NoError(t, err)
	require.NoError(t, r.Detach(long(t)))
	change(path)
	return path
}

// refused returns the error of opening the path. It checks that nothing stays mapped or open.
func refused(t *testing.T, path string) error {
	t.Helper()
	before := openFiles(t)
	r, err := Open[tick](path, Options{})
	require.Nil(t, r)
	require.Error(t, err)
	require.Equal(t, before, openFiles(t))
	return err
}

func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(entries)
}

func TestFileSizes(t *testing.T) {
	const whole = 4096*2 + 8192 + 16384 + 32768 + 4096 // 64 slots of 32 bytes
	for _, test := range []struct {
		size int64
		kind error
		text string
	}{
		{0, ErrNotRing, "shm: not a ring: 0 bytes"},
		{7, ErrNotRing, "shm: not a ring: 7 bytes"},
		{8, ErrTruncated, "file truncated: 8 bytes"},
		{100, ErrTruncated, "file truncated: 100 bytes"},
		{511, ErrTruncated, "file truncated: 511 bytes"},
		{512, ErrTruncated, "file truncated: 512 bytes end in the header"},
		{580, ErrTruncated, "file truncated: 580 bytes end in the header"},
		{4096, ErrTruncated, "file truncated: 4096 bytes of 69632"},
		{whole - 4096, ErrTruncated, "file truncated: 65536 bytes of 69632"},
		{whole - 1, ErrTruncated, "file truncated: 69631 bytes of 69632"},
		{whole + 1, ErrGeometry, "shm: geometry not valid: file of 69633 bytes, and the header says 69632"},
		{1 << 40, ErrGeometry, "shm: geometry not valid: file of 1099511627776 bytes, and the header says 69632"},
	} {
		path := damaged(t, func(path string) { require.NoError(t, os.Truncate(path, test.size)) })
		err := refused(t, path)
		require.ErrorIs(t, err, test.kind)
		require.EqualError(t, err, test.text)
	}
	path := newPath(t)
	require.NoError(t, os.WriteFile(path, make([]byte, 1<<16), 0o600))
	require.EqualError(t, refused(t, path), `shm: not a ring: it begins with "\x00\x00\x00\x00\x00\x00\x00\x00"`)
}

// Headers with the right CRC, as a program that means harm or a later version may write them.
func TestHostileHeaders(t *testing.T) {
	set64 := func(at int, v uint64) func([]byte) {
		return func(raw []byte) { binary.LittleEndian.PutUint64(raw[at:], v) }
	}
	set32 := func(at int, v uint32) func([]byte) {
		return func(raw []byte) { binary.LittleEndian.PutUint32(raw[at:], v) }
	}
	const offsets = "shm: geometry not valid: offsets or strides are not those of 64 slots of 24 bytes"
	const processes = "shm: geometry not valid: "
	for _, test := range []struct {
		change func([]byte)
		kind   error
		text   string
	}{
		{func(raw []byte) { raw[0] = 'd' }, ErrNotRing, `shm: not a ring: it begins with "dISRUPT\x1a"`},
		{func(raw []byte) { raw[8] = 2 }, ErrVersion, "shm: version of the format not supported: 2.0, and this is 1.0"},
		{func(raw []byte) { raw[8], raw[10] = 0, 9 }, ErrVersion, "shm: version of the format not supported: 0.9, and this is 1.0"},
		{set64(16, 1), ErrFeature, "shm: feature not supported: bits 0x1"},
		{set64(16, 1<<63), ErrFeature, "shm: feature not supported: bits 0x8000000000000000"},
		{set64(24, 4), ErrFeature, "shm: feature not supported: bits 0x4, to take part"},
		{set32(12, 1024), ErrGeometry, "shm: geometry not valid: header of 1024 bytes, not 512"},
		{set64(88, 0), ErrGeometry, "shm: geometry not valid: capacity 0"},
		{set64(88, 1), ErrGeometry, "shm: geometry not valid: capacity 1"},
		{set64(88, 3), ErrGeometry, "shm: geometry not valid: capacity 3"},
		{set64(88, 1<<31), ErrGeometry, "shm: geometry not valid: capacity 2147483648"},
		{set64(88, 1<<63), ErrGeometry, "shm: geometry not valid: capacity 9223372036854775808"},
		{set64(88, 256), ErrGeometry, "shm: geometry not valid: offsets or strides are not those of 256 slots of 24 bytes"},
		{set32(96, 0), ErrGeometry, "shm: geometry not valid: events of 0 bytes"},
		{set32(96, 1<<32-1), ErrGeometry, "shm: geometry not valid: offsets or strides are not those of 64 slots of 4294967295 bytes"},
		{set32(104, 0), ErrGeometry, offsets},
		{set32(108, 0), ErrGeometry, offsets},
		{set32(104, 64), ErrGeometry, offsets},
		{set32(112, 0), ErrGeometry, offsets},
		{set32(112, 2), ErrGeometry, offsets},
		{set32(116, 0), ErrGeometry, processes + "0 processes, 64 producers and 64 consumers at most"},
		{set32(116, 65), ErrGeometry, processes + "65 processes, 64 producers and 64 consumers at most"},
		{set32(116, 65535), ErrGeometry, processes + "65535 processes, 64 producers and 64 consumers at most"},
		{set32(120, 65), ErrGeometry, processes + "64 processes, 65 producers and 64 consumers at most"},
		{set32(124, 1<<31), ErrGeometry, processes + "64 processes, 64 producers and 2147483648 consumers at most"},
		{set32(116, 1), ErrGeometry, offsets},
		{set64(224, 0), ErrGeometry, offsets},
		{set64(232, 4096), ErrGeometry, offsets},
		{set64(240, 4096), ErrGeometry, offsets},
		{set64(248, 1<<63), ErrGeometry, offsets},
		{set64(256, 1<<64-8), ErrGeometry, offsets},
		{set64(264, 1<<64-4096), ErrGeometry, offsets},
		{set64(272, 0), ErrGeometry, offsets},
		{set64(280, 1<<63), ErrGeometry, offsets},
		{set32(100, 16), ErrGeometry, "shm: geometry not valid: events of 24 bytes, aligned to 16, of a layout of 24, aligned to 8"},
		{func(raw []byte) { raw[128]++ }, ErrLayout, "shm: event layout differs: "},
		{func(raw []byte) { raw[56]++ }, ErrStaleBoot, ""},
	} {
		path := damaged(t, func(path string) { patch(t, path, test.change) })
		err := refused(t, path)
		require.ErrorIs(t, err, test.kind)
		if test.text != "" {
			require.EqualError(t, err, test.text)
		}
	}
	path := damaged(t, func(path string) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		require.NoError(t, err)
		defer f.Close()
		_, err = f.WriteAt([]byte{1}, 60)
		require.NoError(t, err)
	})
	require.EqualError(t, refused(t, path), "shm: ring is corrupt: checksum of the header")
	raw := rawHeader[tick](t, Config{Capacity: 64})
	binary.LittleEndian.PutUint32(raw[288:], layout.MaxText+1)
	require.EqualError(t, check(t, raw, fileSize(raw)), "shm: geometry not valid: layout of 65537 bytes, more than 65536")
}

// If slots were smaller than events, accesses to the last ones would go beyond the end of the
// file.
func TestSlotsSmallerThanTheEvents(t *testing.T) {
	path := newPath(t)
	type small struct{ A, B int64 }
	r, err := Create[small](path, Config{Capacity: 256, Marks: SeparateMarks})
	require.NoError(t, err)
	require.NoError(t, r.Detach(long(t)))
	// The text and its hash describe a larger type.
	l, err := layoutOf[tick]()
	require.NoError(t, err)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteAt([]byte(l.Text), ringfile.HeaderSize)
	require.NoError(t, err)
	lengthen := make([]byte, 4)
	binary.LittleEndian.PutUint32(lengthen, uint32(len(l.Text)))
	_, err = f.WriteAt(lengthen, 288)
	require.NoError(t, err)
	patch(t, path, func(raw []byte) { copy(raw[128:160], l.Hash[:]) })
	require.EqualError(t, refused(t, path),
		"shm: geometry not valid: events of 16 bytes, aligned to 8, of a layout of 24, aligned to 8")
}

// A header of a later minor version is no error if it does this version no harm.
func TestHeaderOfALaterMinorVersion(t *testing.T) {
	path := damaged(t, func(path string) {
		patch(t, path, func(raw []byte) {
			raw[10] = 7
			binary.LittleEndian.PutUint64(raw[32:], 1<<63|1)
			raw[296], raw[511] = 1, 2
		})
	})
	r := openRing[tick](t, path, Options{})
	p := newProducer(t, r)
	require.NoError(t, p.Send(long(t), tick{}))
}

func TestRingTooLarge(t *testing.T) {
	g := geometryFor(Config{Capacity: 1 << 30, MaxProcesses: 1, MaxProducers: 1, MaxConsumers: 1}, layout.Layout{Size: 1<<32 - 16})
	require.Equal(t, int64(-1), g.Size)
	g = geometryFor(Config{Capacity: 1 << 20, MaxProcesses: 1, MaxProducers: 1, MaxConsumers: 1}, layout.Layout{Size: 1<<32 - 16})
	require.Positive(t, g.Size)
}
