package journal

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
)

// A segment is a file of frames, one per record:
//
//	length   uint32, of the payload
//	crc      uint32: CRC-32C of length, sequence and payload
//	sequence uint64; the highest bit, firstOfBatch, is set in the first record of a batch
//	payload  length bytes
//
// All numbers are little-endian. The checksum covers length and sequence too: a damaged number
// must not pass for another record.
const (
	frameHead = 16
	// firstOfBatch says that all earlier records were durable before this one was written. If one
	// of them is bad, no crash has torn it.
	firstOfBatch = 1 << 63
	// bufferSize is how much of a segment is read at once.
	bufferSize = 64 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendFrame(buf []byte, seq int64, first bool, payload []byte) []byte {
	stored := uint64(seq)
	if first {
		stored |= firstOfBatch
	}
	start := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(payload)))
	buf = binary.LittleEndian.AppendUint32(buf, 0)
	buf = binary.LittleEndian.AppendUint64(buf, stored)
	head := buf[start:]
	binary.LittleEndian.PutUint32(head[4:], checksum(head, payload))
	return append(buf, payload...)
}

func checksum(head, payload []byte) uint32 {
	crc := crc32.Update(0, castagnoli, head[:4])
	crc = crc32.Update(crc, castagnoli, head[8:frameHead])
	return crc32.Update(crc, castagnoli, payload)
}

// frames reads a segment frame by frame.
type frames struct {
	path    string
	file    file
	in      *bufio.Reader
	size    int64 // of the file when it was opened
	at      mark  // the next frame
	head    [frameHead]byte
	payload []byte
}

// openFrames opens the segment at path, to be read from the frame at.
func openFrames(sys system, path string, at mark) (*frames, error) {
	file, err := sys.open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	size := info.Size()
	in := bufio.NewReaderSize(io.NewSectionReader(file, at.offset, size-at.offset), bufferSize)
	return &frames{path: path, file: file, in: in, size: size, at: at}, nil
}

// next returns the next payload, which is valid until the next call, or io.EOF after the last
// frame. If what comes next is no frame or not the one expected, the error is a *damage.
func (f *frames) next() ([]byte, error) {
	left := f.size - f.at.offset
	if left <= 0 { // less than 0 if the file was cut before the first frame that was asked for
		return nil, io.EOF
	}
	if left < frameHead {
		return nil, f.torn("%d bytes are no frame", left)
	}
	if _, err := io.ReadFull(f.in, f.head[:]); err != nil {
		return nil, f.failed(err)
	}
	length := int64(binary.LittleEndian.Uint32(f.head[:]))
	if room := min(left-frameHead, MaxRecord); length == 0 || length > room {
		return nil, f.torn("length %d, need 1 to %d", length, room)
	}
	f.payload = slices.Grow(f.payload[:0], int(length))[:length]
	if _, err := io.ReadFull(f.in, f.payload); err != nil {
		return nil, f.failed(err)
	}
	if stored, sum := binary.LittleEndian.Uint32(f.head[4:]), checksum(f.head[:], f.payload); stored != sum {
		return nil, f.torn("checksum %08x, stored is %08x", sum, stored)
	}
	if stored := sequence(f.head[:]); stored != f.at.seq {
		return nil, &damage{f.path, f.at.offset, fmt.Sprintf("sequence %d, need %d", stored, f.at.seq), false}
	}
	f.at.seq++
	f.at.offset += frameHead + length
	return f.payload, nil
}

func sequence(head []byte) int64 {
	return int64(binary.LittleEndian.Uint64(head[8:]) &^ firstOfBatch)
}

// laterBatch looks behind a bad frame for a whole one that is the first of a later batch, and
// returns its offset. It must try each byte, because the bad frame doesn't tell where it ends.
//
// A payload that holds such a frame can deceive it. Open then refuses a torn end that it could
// have cut, but loses nothing. JSON can't: it has no zero bytes.
func (f *frames) laterBatch() (offset int64, found bool, err error) {
	rest := make([]byte, f.size-f.at.offset)
	if _, err := f.file.ReadAt(rest, f.at.offset); err != nil {
		return 0, false, f.failed(err)
	}
	for i := frameHead + 1; i+frameHead < len(rest); i++ {
		head := rest[i : i+frameHead]
		if head[frameHead-1]&0x80 == 0 { // firstOfBatch
			continue
		}
		seq := sequence(head)
		if seq <= f.at.seq || seq-f.at.seq > int64(i/(frameHead+1)) { // no room for the records between
			continue
		}
		length := int(min(binary.LittleEndian.Uint32(head), MaxRecord+1))
		if length == 0 || length > min(len(rest)-i-frameHead, MaxRecord) {
			continue
		}
		if binary.LittleEndian.Uint32(head[4:]) == checksum(head, rest[i+frameHead:][:length]) {
			return f.at.offset + int64(i), true, nil
		}
	}
	return 0, false, nil
}

func (f *frames) close() { f.file.Close() }

// failed is about a segment that could not be read: nobody knows whether it is damaged.
func (f *frames) failed(err error) error {
	return fmt.Errorf("journal: %s: offset %d: %w", f.path, f.at.offset, err)
}

func (f *frames) torn(format string, args ...any) error {
	return &damage{f.path, f.at.offset, fmt.Sprintf(format, args...), true}
}

// A damage is a place in a segment where a frame should begin and doesn't.
type damage struct {
	path   string
	offset int64
	what   string
	torn   bool // a crash can have caused it, if nothing was written later
}

func (d *damage) Error() string {
	return fmt.Sprintf("journal: %s: offset %d: %s", d.path, d.offset, d.what)
}
