package shm

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

// A header is the beginning of the file, little-endian, and followed by the text of the layout. It is
// stored once, before the file has a name. The rest of a process reads the copy that it has checked.
type header struct {
	Magic        [8]byte
	Major, Minor uint16
	Size         uint32 // of the header, without the text
	// Features that a reader and writer, or only a writer, or nobody must know.
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
	Schema                            [maxText]byte
	Control, Attachments, Records     uint64 // offsets
	Places, Marks, Slots, EventOffset uint64
	FileSize                          uint64

	TextSize uint32
	CRC      uint32 // Castagnoli, of the header with 0 here, and the text
}

var magic = [8]byte{'D', 'I', 'S', 'R', 'U', 'P', 'T', 0x1a}

const (
	major = 1
	minor = 0
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// newHeader returns the header of a new ring, without its CRC.
func newHeader(g geometry, l layout.Layout, schema string, ring, boot [16]byte, creator int) header {
	h := header{
		Magic: magic, Major: major, Minor: minor, Size: headerSize,
		Ring: ring, Boot: boot, Created: time.Now().UnixNano(), Creator: uint64(creator),
		EventAlign: uint32(l.Align), Hash: l.Hash,
	}
	copy(h.Schema[:], schema)
	h.setGeometry(g)
	return h
}

func (h *header) setGeometry(g geometry) {
	h.Capacity, h.EventSize, h.Embedded = uint64(g.capacity), uint32(g.eventSize), 0
	if g.embedded {
		h.Embedded = 1
	}
	h.Stride, h.MarkStride, h.EventOffset = uint32(g.stride), uint32(g.markStride), uint64(g.eventOffset)
	h.Processes, h.Producers, h.Consumers = uint32(g.processes), uint32(g.producers), uint32(g.consumers)
	h.Control, h.Attachments, h.Records = uint64(g.control), uint64(g.attachments), uint64(g.records)
	h.Places, h.Marks, h.Slots, h.FileSize = uint64(g.places), uint64(g.marks), uint64(g.slots), uint64(g.size)
	h.TextSize = uint32(g.textSize)
}

// bytes returns the header as it stands in the file, with its CRC, and the text behind it.
func (h header) bytes(text string) []byte {
	h.CRC = 0
	encode := func() []byte {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, &h); err != nil {
			panic(err) // all of it has a fixed size
		}
		return append(append(make([]byte, 0, headerSize+len(text)), b.Bytes()...), make([]byte, headerSize-b.Len())...)
	}
	h.CRC = checksum(append(encode(), text...))
	return append(encode(), text...)
}

// checksum returns the CRC of a header and its text, in which the CRC is left out. It covers bytes that
// this version has no use for: a later one may have.
func checksum(all []byte) uint32 {
	const at = 292
	sum := crc32.Update(0, castagnoli, all[:at])
	sum = crc32.Update(sum, castagnoli, make([]byte, 4))
	return crc32.Update(sum, castagnoli, all[at+4:])
}

// readHeader reads the header and the text from a file of that size, and checks that they make sense.
func readHeader(f io.ReaderAt, size int64) (h header, text string, g geometry, err error) {
	fail := func(kind error, format string, args ...any) (header, string, geometry, error) {
		return h, "", g, fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...))
	}
	raw := make([]byte, headerSize)
	if n, err := f.ReadAt(raw, 0); n < headerSize {
		if err != nil && err != io.EOF {
			return h, "", g, err
		}
		if n >= len(magic) && bytes.Equal(raw[:len(magic)], magic[:]) {
			return fail(ErrTruncated, "%d bytes", n)
		}
		return fail(ErrNotRing, "%d bytes", n)
	}
	if _, err := binary.Decode(raw, binary.LittleEndian, &h); err != nil {
		return h, "", g, err
	}
	switch {
	case h.Magic != magic:
		return fail(ErrNotRing, "it begins with %q", raw[:len(magic)])
	case h.Major != major:
		return fail(ErrVersion, "%d.%d, and this is %d.%d", h.Major, h.Minor, major, minor)
	case h.Incompatible|h.WriteIncompatible != 0:
		return fail(ErrFeature, "bits %#x and %#x", h.Incompatible, h.WriteIncompatible)
	case h.Size != headerSize:
		return fail(ErrGeometry, "header of %d bytes, not %d", h.Size, headerSize)
	case h.TextSize > layout.MaxText:
		return fail(ErrGeometry, "layout of %d bytes, more than %d", h.TextSize, layout.MaxText)
	}
	all := make([]byte, headerSize+int(h.TextSize))
	if n, err := f.ReadAt(all, 0); n < len(all) {
		if err != nil && err != io.EOF {
			return h, "", g, err
		}
		return fail(ErrTruncated, "%d bytes end in the header", n)
	}
	text = string(all[headerSize:])
	if !bytes.Equal(all[:headerSize], raw) || checksum(all) != h.CRC {
		return fail(ErrCorrupt, "checksum of the header")
	}
	if g, err = h.geometry(); err != nil {
		return h, "", g, err
	}
	if size < g.size {
		return fail(ErrTruncated, "%d bytes of %d", size, g.size)
	}
	if size > g.size {
		return fail(ErrGeometry, "file of %d bytes, and the header says %d", size, g.size)
	}
	return h, text, g, nil
}

// geometry returns what the header says, if that is what this version would have stored.
func (h header) geometry() (geometry, error) {
	fail := func(format string, args ...any) (geometry, error) {
		return geometry{}, fmt.Errorf("%w: %s", ErrGeometry, fmt.Sprintf(format, args...))
	}
	if h.Capacity < minCapacity || h.Capacity > maxCapacity || bits.OnesCount64(h.Capacity) != 1 {
		return fail("capacity %d", h.Capacity)
	}
	if h.EventSize == 0 {
		return fail("events of 0 bytes")
	}
	for _, n := range []uint32{h.Processes, h.Producers, h.Consumers} {
		if n < 1 || n > maxRoles {
			return fail("%d processes, %d producers and %d consumers at most", h.Processes, h.Producers, h.Consumers)
		}
	}
	g := geometry{
		capacity: int64(h.Capacity), eventSize: int64(h.EventSize), embedded: h.Embedded != 0,
		processes: int(h.Processes), producers: int(h.Producers), consumers: int(h.Consumers),
		textSize: int64(h.TextSize),
	}
	g.place()
	want := h
	want.setGeometry(g)
	if g.size < 0 || want != h {
		return fail("offsets or strides are not those of %d slots of %d bytes", h.Capacity, h.EventSize)
	}
	return g, nil
}

// fits reports why values of l can't be events of the ring, or nil.
func (h header) fits(l layout.Layout, text, schema string) error {
	if l.Hash != h.Hash || l.Text != text {
		return fmt.Errorf("%w: %s", ErrLayout, layout.Diff(l.Text, text))
	}
	// The slots are as large as the header says, and the accesses to them as large as the type is.
	if uint64(h.EventSize) != uint64(l.Size) || uint64(h.EventAlign) != uint64(l.Align) {
		return fmt.Errorf("%w: events of %d bytes, aligned to %d, of a layout of %d, aligned to %d",
			ErrGeometry, h.EventSize, h.EventAlign, l.Size, l.Align)
	}
	if have := string(bytes.TrimRight(h.Schema[:], "\x00")); have != schema {
		return fmt.Errorf("%w: the ring has %q, and Options.Schema is %q", ErrSchema, have, schema)
	}
	return nil
}
