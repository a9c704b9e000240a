//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/stretchr/testify/require"
)

// The header of a ring, byte for byte as docs/shm-format.md has it.
func TestHeaderBytes(t *testing.T) {
	before := time.Now().UnixNano()
	r, path := newRing[tick](t, Config{
		Capacity: 64, MaxProcesses: 3, MaxProducers: 5, MaxConsumers: 7, Options: Options{Schema: "v1"},
	})
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(raw[at:])) }
	u32 := func(at int) int { return int(binary.LittleEndian.Uint32(raw[at:])) }
	u64 := func(at int) int { return int(binary.LittleEndian.Uint64(raw[at:])) }

	require.Equal(t, "DISRUPT\x1a", string(raw[:8]))
	require.Equal(t, []int{1, 0}, []int{u16(8), u16(10)})
	require.Equal(t, 512, u32(12))
	require.Equal(t, make([]byte, 24), raw[16:40], "features")
	require.NotEqual(t, make([]byte, 16), raw[40:56])
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(strings.TrimSpace(string(boot)), "-", ""), fmt.Sprintf("%x", raw[56:72]))
	require.GreaterOrEqual(t, int64(u64(72)), before)
	require.LessOrEqual(t, int64(u64(72)), time.Now().UnixNano())
	require.Equal(t, os.Getpid(), u64(80))
	require.Equal(t, 64, u64(88))
	require.Equal(t, []int{24, 8}, []int{u32(96), u32(100)}, "size and alignment")
	require.Equal(t, []int{32, 32}, []int{u32(104), u32(108)}, "strides")
	require.Equal(t, 1, u32(112), "embedded")
	require.Equal(t, []int{3, 5, 7}, []int{u32(116), u32(120), u32(124)})
	text := raw[512 : 512+u32(288)]
	require.Equal(t, "size 24, align 8\n0 int64 ID\n8 float64 Price\n16 uint32 Size\n20 [4]padding\n", string(text))
	require.Equal(t, sha256.Sum256(text), [32]byte(raw[128:160]))
	require.Equal(t, append([]byte("v1"), make([]byte, 62)...), raw[160:224])
	offsets := []int{u64(224), u64(232), u64(240), u64(248), u64(256), u64(264), u64(272), u64(280)}
	require.Equal(t, []int{4096, 8192, 12288, 16384, 20480, 20480, 8, 24576}, offsets)
	require.Len(t, raw, 24576)
	require.Equal(t, make([]byte, 512-296), raw[296:512])
	sum := slices.Clone(raw[:512+len(text)])
	clear(sum[292:296])
	require.Equal(t, int(crc32.Checksum(sum, crc32.MakeTable(crc32.Castagnoli))), u32(292))
	require.Equal(t, 64, r.Cap())

	_, path = newRing[tick](t, Config{Capacity: 1024, Marks: SeparateMarks})
	raw, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, []int{24, 8, 0, 64, 64, 64}, []int{u32(104), u32(108), u32(112), u32(116), u32(120), u32(124)})
	offsets = []int{u64(224), u64(232), u64(240), u64(248), u64(256), u64(264), u64(272), u64(280)}
	require.Equal(t, []int{4096, 8192, 16384, 32768, 65536, 73728, 0, 98304}, offsets)
	require.Len(t, raw, 98304)
}

func TestHeaderRoundTrip(t *testing.T) {
	for _, cfg := range []Config{
		{Capacity: 2}, {Capacity: 1 << 12, Marks: SeparateMarks, Options: Options{Schema: strings.Repeat("s", 64)}},
		{Capacity: 4, MaxProcesses: 1, MaxProducers: 1, MaxConsumers: 1},
	} {
		raw := rawHeader[tick](t, cfg)
		h, text, g, err := ringfile.ReadHeader(bytes.NewReader(raw), fileSize(raw))
		require.NoError(t, err)
		require.Equal(t, raw, h.Bytes(text))
		require.Equal(t, int64(cfg.Capacity), g.Capacity)
		l, err := layoutOf[tick]()
		require.NoError(t, err)
		require.NoError(t, fits(h, l, text, cfg.Schema))
	}
}

func fileSize(raw []byte) int64 { return int64(binary.LittleEndian.Uint64(raw[280:])) }

// typed are the errors that a header may cause.
var typed = []error{ErrNotRing, ErrVersion, ErrFeature, ErrGeometry, ErrLayout, ErrSchema, ErrStaleBoot, ErrCorrupt, ErrTruncated}

// check reads a header as Open does and returns its error. It requires that an accepted header
// can be that of a ring of tick.
func check(t testing.TB, raw []byte, size int64) error {
	h, text, g, err := ringfile.ReadHeader(bytes.NewReader(raw), size)
	l, errOf := layoutOf[tick]()
	require.NoError(t, errOf)
	if err == nil {
		err = h.Joinable()
	}
	if err == nil {
		err = fits(h, l, text, "")
	}
	if err != nil {
		require.True(t, slices.ContainsFunc(typed, func(kind error) bool { return errors.Is(err, kind) }), "%v", err)
		return err
	}
	cfg := Config{Capacity: int(g.Capacity), MaxProcesses: g.Processes, MaxProducers: g.Producers, MaxConsumers: g.Consumers}
	cfg.Marks = SeparateMarks
	if g.Embedded {
		cfg.Marks = EmbeddedMarks
	}
	_, err = cfg.withDefaults()
	require.NoError(t, err)
	require.Equal(t, geometryFor(cfg, l), g)
	require.Equal(t, size, g.Size)
	require.GreaterOrEqual(t, g.Size, g.Slots+g.EventOffset+(g.Capacity-1)*g.Stride+int64(l.Size))
	return nil
}

// Each byte of the header changed, without and with the right CRC: an error, or of no consequence.
func TestEachHeaderByteFlipped(t *testing.T) {
	raw := rawHeader[tick](t, Config{Capacity: 64})
	require.NoError(t, check(t, raw, fileSize(raw)))
	harmless := func(at int) bool { // minor version, Compatible, ids, time, process, what has no use yet
		return at == 10 || at == 11 || at >= 32 && at < 88 || at >= 296 && at < 512
	}
	for at := range raw {
		for _, bits := range []byte{1, 0x80, 0xff} {
			bad := slices.Clone(raw)
			bad[at] ^= bits
			require.Error(t, check(t, bad, fileSize(raw)), "byte %d", at)
			if seal(bad); at >= 292 && at < 296 {
				require.NoError(t, check(t, bad, fileSize(raw)))
				continue
			}
			err := check(t, bad, fileSize(raw))
			require.Equal(t, harmless(at), err == nil, "byte %d: %v", at, err)
		}
	}
}

// failingReader returns an error of its own.
type failingReader struct{}

func (failingReader) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestHeaderThatCannotBeRead(t *testing.T) {
	_, _, _, err := ringfile.ReadHeader(failingReader{}, 4096)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A header that was changed between two reads of it is refused.
func TestHeaderChangesWhileItIsRead(t *testing.T) {
	raw := rawHeader[tick](t, Config{Capacity: 64})
	other := rawHeader[tick](t, Config{Capacity: 128})
	_, _, _, err := ringfile.ReadHeader(&changing{first: raw, then: other}, fileSize(raw))
	require.ErrorIs(t, err, ErrCorrupt)
	require.EqualError(t, err, "shm: ring is corrupt: checksum of the header")
	_, _, _, err = ringfile.ReadHeader(&changing{first: raw, then: raw[:520]}, fileSize(raw))
	require.ErrorIs(t, err, ErrTruncated)
	require.EqualError(t, err, "file truncated: 520 bytes end in the header")
}

type changing struct {
	first, then []byte
	reads       int
}

func (c *changing) ReadAt(p []byte, off int64) (int, error) {
	if c.reads++; c.reads == 1 {
		return bytes.NewReader(c.first).ReadAt(p, off)
	}
	return bytes.NewReader(c.then).ReadAt(p, off)
}

// FuzzHeader has the CRC right, so what comes behind it is tried.
func FuzzHeader(f *testing.F) {
	seedHeaders(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) < ringfile.HeaderSize {
			return
		}
		if n := int(binary.LittleEndian.Uint32(raw[288:])); ringfile.HeaderSize+n <= len(raw) && n >= 0 {
			seal(raw[:ringfile.HeaderSize+n])
		}
		_ = check(t, raw, fileSize(raw))
	})
}

// FuzzRawHeader takes the bytes as they are.
func FuzzRawHeader(f *testing.F) {
	seedHeaders(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		_ = check(t, raw, int64(len(raw)))
		if len(raw) >= ringfile.HeaderSize {
			_ = check(t, raw, fileSize(raw))
		}
	})
}

func seedHeaders(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("DISRUPT\x1a"))
	for _, cfg := range []Config{{Capacity: 64}, {Capacity: 2, Marks: SeparateMarks}, {Capacity: 1 << 30, MaxConsumers: 1}} {
		f.Add(rawHeader[tick](f, cfg))
		f.Add(rawHeader[[3]byte](f, cfg))
	}
}
