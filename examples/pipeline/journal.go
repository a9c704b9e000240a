package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/be395dad/disruptor"
)

// A journal is a file of frames, one per record, that only grows:
//
//	length  uint32, little-endian
//	crc     uint32, little-endian: CRC-32C of length and payload
//	payload length bytes
//
// The checksum covers the length too: otherwise zeros that a crash left would read as empty
// records.
type journal struct {
	file      *os.File
	temporary bool
	start     int64 // where this run's frames begin
	buf       []byte
}

const (
	frameHead = 8
	// maxRecord bounds the size of a record: lengths in a damaged journal can't be trusted.
	maxRecord = 16 << 20
	// writeSize is how much of a batch is gathered before a write. A batch is synced once, at its
	// end.
	writeSize = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openJournal opens the file at path for appending, or a temporary file if path is empty. It
// refuses a damaged journal, because appending would hide the damage.
func openJournal(path string) (j *journal, err error) {
	j = &journal{temporary: path == ""}
	if j.temporary {
		j.file, err = os.CreateTemp("", "pipeline-*.journal")
	} else {
		j.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	}
	if err != nil {
		return nil, err
	}
	if j.start, err = j.wholeFrames(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is not a whole journal: %w", path, err), j.close())
	}
	return j, nil
}

func (j *journal) name() string { return j.file.Name() }

// write is the journal stage: it appends the batch and returns when it is on disk.
func (j *journal) write(b disruptor.Batch[record]) error {
	for _, r := range b.All() {
		j.buf = appendFrame(j.buf, r.line)
		if len(j.buf) >= writeSize {
			if err := j.flush(); err != nil {
				return err
			}
		}
	}
	if err := j.flush(); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *journal) flush() error {
	_, err := j.file.Write(j.buf)
	j.buf = j.buf[:0]
	return err
}

func appendFrame(buf, payload []byte) []byte {
	start := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(payload)))
	buf = binary.LittleEndian.AppendUint32(buf, checksum(buf[start:], payload))
	return append(buf, payload...)
}

func checksum(length, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, payload)
}

func (j *journal) close() error {
	err := j.file.Close()
	if j.temporary {
		err = errors.Join(err, os.Remove(j.file.Name()))
	}
	return err
}

// wholeFrames reads the file from its beginning and returns where its last frame ends.
func (j *journal) wholeFrames() (end int64, err error) {
	f, err := j.readBack()
	if err != nil {
		return 0, err
	}
	defer f.close()
	for err == nil {
		_, err = f.next()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return f.offset, err
}

// readBack opens the journal for reading, from the first frame of this run.
func (j *journal) readBack() (*frames, error) {
	file, err := os.Open(j.file.Name())
	if err != nil {
		return nil, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(j.start, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &frames{file: file, in: bufio.NewReaderSize(file, writeSize), offset: j.start, size: size}, nil
}

// frames reads a journal frame by frame.
type frames struct {
	file    *os.File
	in      *bufio.Reader
	offset  int64 // of the next frame
	size    int64 // of the file
	head    [frameHead]byte
	payload []byte
}

// next returns the next payload, which is valid until the next call, or io.EOF after the last
// frame. Other errors name the offset of the damaged frame.
func (f *frames) next() ([]byte, error) {
	left := f.size - f.offset
	if left == 0 {
		return nil, io.EOF
	}
	if left < frameHead {
		return nil, f.damaged("%d bytes are no frame", left)
	}
	if _, err := io.ReadFull(f.in, f.head[:]); err != nil {
		return nil, f.damaged("%w", err)
	}
	length := int64(binary.LittleEndian.Uint32(f.head[:]))
	if length > min(left-frameHead, maxRecord) {
		return nil, f.damaged("length %d does not fit in the %d bytes that are left", length, left-frameHead)
	}
	f.payload = slices.Grow(f.payload[:0], int(length))[:length]
	if _, err := io.ReadFull(f.in, f.payload); err != nil {
		return nil, f.damaged("%w", err)
	}
	stored, sum := binary.LittleEndian.Uint32(f.head[4:]), checksum(f.head[:4], f.payload)
	if stored != sum {
		return nil, f.damaged("checksum %08x, stored is %08x", sum, stored)
	}
	f.offset += frameHead + length
	return f.payload, nil
}

func (f *frames) damaged(format string, args ...any) error {
	return fmt.Errorf("frame at offset %d: "+format, append([]any{f.offset}, args...)...)
}

func (f *frames) close() { f.file.Close() }
