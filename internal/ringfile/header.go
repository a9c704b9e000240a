package ringfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"time"

	"github.com/be395dad/disruptor/internal/layout"
)

// A Header is the beginning of the file, little-endian, followed by the text of the layout. It
// is stored once, before the file has a name. A process reads and checks it once, and then uses
// that copy.
type Header struct {
	Magic        [8]byte
	Major, Minor uint16
	Size         uint32 // of the header, without the text
	// Feature bits that readers and writers must know, that only writers must know, and that
	// nobody must know.
	Incompatible, WriteIncompatible, Compatible uint64

	Ring    [16]byte // random
	Boot    [16]byte // of the system
	Created int64    // nanoseconds since 1970
	Creator uint64   // process number

	Capacity                          uint64
	EventSize, EventAlign             uint32
	Stride, MarkStride                uint32
	Embedded                          uint32
	Processes, Producers, Consumers   uint32
	Hash                              [32]byte // SHA-256 of the text
	Schema                            [MaxText]byte
	Control, Attachments, Records     uint64 // offsets
	Places, Marks, Slots, EventOffset uint64
	FileSize                          uint64

	TextSize uint32
	CRC      uint32 // Castagnoli, of the header with 0 here, and the text
}

// Magic is the beginning of the file of a ring.
var Magic = [8]byte{'D', 'I', 'S', 'R', 'U', 'P', 'T', 0x1a}

// The version of the format.
const (
	Major = 1
	Minor = 0
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// NewHeader returns the header of a new ring, without its CRC.
func NewHeader(g Geometry, l layout.Layout, schema string, ring, boot [16]byte, creator int) Header {
	h := Header{
		Magic: Magic, Major: Major, Minor: Minor, Size: HeaderSize,
		Ring: ring, Boot: boot, Created: time.Now().UnixNano(), Creator: uint64(creator),
		EventAlign: uint32(l.Align), Hash: l.Hash,
	}
	copy(h.Schema[:], schema)
	h.setGeometry(g)
	return h
}

func (h *Header) setGeometry(g Geometry) {
	h.Capacity, h.EventSize, h.Embedded = uint64(g.Capacity), uint32(g.EventSize), 0
	if g.Embedded {
		h.Embedded = 1
	}
	h.Stride, h.MarkStride, h.EventOffset = uint32(g.Stride), uint32(g.MarkStride), uint64(g.EventOffset)
	h.Processes, h.Producers, h.Consumers = uint32(g.Processes), uint32(g.Producers), uint32(g.Consumers)
	h.Control, h.Attachments, h.Records = uint64(g.Control), uint64(g.Attachments), uint64(g.Records)
	h.Places, h.Marks, h.Slots, h.FileSize = uint64(g.Places), uint64(g.Marks), uint64(g.Slots), uint64(g.Size)
	h.TextSize = uint32(g.TextSize)
}

// Bytes returns the header as in the file, with its CRC, followed by the text.
func (h Header) Bytes(text string) []byte {
	h.CRC = 0
	encode := func() []byte {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, &h); err != nil {
			panic(err) // all of it has a fixed size
		}
		return append(append(make([]byte, 0, HeaderSize+len(text)), b.Bytes()...), make([]byte, HeaderSize-b.Len())...)
	}
	h.CRC = Checksum(append(encode(), text...))
	return append(encode(), text...)
}

// Checksum returns the CRC of a header and its text, computed with 0 where the CRC is. It covers
// bytes that this version does not use, because a later version may use them.
func Checksum(all []byte) uint32 {
	const at = 292
	sum := crc32.Update(0, castagnoli, all[:at])
	sum = crc32.Update(sum, castagnoli, make([]byte, 4))
	return crc32.Update(sum, castagnoli, all[at+4:])
}

// ReadHeader reads the header and the text from a file of that size, and checks them as far as a
// process needs that only watches: see [Header.Joinable]. With an error it also returns what it
// has read, unchecked, for people to look at.
func ReadHeader(f io.ReaderAt, size int64) (h Header, text string, g Geometry, err error) {
	fail := func(kind error, format string, args ...any) (Header, string, Geometry, error) {
		return h, text, g, fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...))
	}
	raw := make([]byte, HeaderSize)
	if n, err := f.ReadAt(raw, 0); n < HeaderSize {
		if err != nil && err != io.EOF {
			return h, text, g, err
		}
		if n >= len(Magic) && bytes.Equal(raw[:len(Magic)], Magic[:]) {
			return fail(ErrTruncated, "%d bytes", n)
		}
		return fail(ErrNotRing, "%d bytes", n)
	}
	if _, err := binary.Decode(raw, binary.LittleEndian, &h); err != nil {
		return h, text, g, err
	}
	switch {
	case h.Magic != Magic:
		return fail(ErrNotRing, "it begins with %q", raw[:len(Magic)])
	case h.Major != Major:
		return fail(ErrVersion, "%d.%d, and this is %d.%d", h.Major, h.Minor, Major, Minor)
	case h.Incompatible != 0:
		return fail(ErrFeature, "bits %#x", h.Incompatible)
	case h.Size != HeaderSize:
		return fail(ErrGeometry, "header of %d bytes, not %d", h.Size, HeaderSize)
	case h.TextSize > layout.MaxText:
		return fail(ErrGeometry, "layout of %d bytes, more than %d", h.TextSize, layout.MaxText)
	}
	all := make([]byte, HeaderSize+int(h.TextSize))
	if n, err := f.ReadAt(all, 0); n < len(all) {
		if err != nil && err != io.EOF {
			return h, text, g, err
		}
		return fail(ErrTruncated, "%d bytes end in the header", n)
	}
	text = string(all[HeaderSize:])
	if !bytes.Equal(all[:HeaderSize], raw) || Checksum(all) != h.CRC {
		return fail(ErrCorrupt, "checksum of the header")
	}
	if g, err = h.Geometry(); err != nil {
		return h, text, g, err
	}
	if size < g.Size {
		return fail(ErrTruncated, "%d bytes of %d", size, g.Size)
	}
	if size > g.Size {
		return fail(ErrGeometry, "file of %d bytes, and the header says %d", size, g.Size)
	}
	return h, text, g, nil
}

// Geometry returns the geometry in the header. It fails unless this version would have stored
// the same.
func (h Header) Geometry() (Geometry, error) {
	fail := func(format string, args ...any) (Geometry, error) {
		return Geometry{}, fmt.Errorf("%w: %s", ErrGeometry, fmt.Sprintf(format, args...))
	}
	if h.Capacity < MinCapacity || h.Capacity > MaxCapacity || bits.OnesCount64(h.Capacity) != 1 {
		return fail("capacity %d", h.Capacity)
	}
	if h.EventSize == 0 {
		return fail("events of 0 bytes")
	}
	for _, n := range []uint32{h.Processes, h.Producers, h.Consumers} {
		if n < 1 || n > MaxRoles {
			return fail("%d processes, %d producers and %d consumers at most", h.Processes, h.Producers, h.Consumers)
		}
	}
	g := Geometry{
		Capacity: int64(h.Capacity), EventSize: int64(h.EventSize), Embedded: h.Embedded != 0,
		Processes: int(h.Processes), Producers: int(h.Producers), Consumers: int(h.Consumers),
		TextSize: int64(h.TextSize),
	}
	g.Place()
	want := h
	want.setGeometry(g)
	if g.Size < 0 || want != h {
		return fail("offsets or strides are not those of %d slots of %d bytes", h.Capacity, h.EventSize)
	}
	return g, nil
}

// Joinable returns an error if processes of this version may watch the ring but not take part in
// it.
func (h Header) Joinable() error {
	if h.WriteIncompatible != 0 {
		return fmt.Errorf("%w: bits %#x, to take part", ErrFeature, h.WriteIncompatible)
	}
	return nil
}

// SameBoot fails with ErrStaleBoot if the ring was created before the system was last started.
func (h Header) SameBoot() error {
	if boot := BootID(); boot != h.Boot {
		return fmt.Errorf("%w: created in boot %x, and this is %x", ErrStaleBoot, h.Boot, boot)
	}
	return nil
}
