//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"encoding/binary"
	"os"

	"github.com/stretchr/testify/require"
)

// Offsets in the file: docs/shm-format.md has them.
const (
	controlAt     = 224 // in the header, where the control block is
	attachmentsAt = 232
	placesAt      = 248

	unfencedIn          = 136 // in the control block
	countIn, sleepersIn = 384, 392
	pidIn               = 8   // in an attachment
	versionIn           = 296 // in a place

	attachmentSize, placeSize = 128, 512
)

// word returns the word in the part of the file whose offset the header has there.
func (s *scene) word(part, in int64) uint64 {
	f, err := os.Open(s.path)
	require.NoError(s.t, err)
	defer func() { _ = f.Close() }()
	read := func(at int64) uint64 {
		var b [8]byte
		_, err := f.ReadAt(b[:], at)
		require.NoError(s.t, err)
		return binary.LittleEndian.Uint64(b[:])
	}
	return read(int64(read(part)) + in)
}

// setWord sets it.
func (s *scene) setWord(part, in int64, value uint64) {
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	require.NoError(s.t, err)
	defer func() { _ = f.Close() }()
	var b [8]byte
	_, err = f.ReadAt(b[:], part)
	require.NoError(s.t, err)
	at := int64(binary.LittleEndian.Uint64(b[:])) + in
	binary.LittleEndian.PutUint64(b[:], value)
	_, err = f.WriteAt(b[:], at)
	require.NoError(s.t, err)
}

// sleepers returns the bits of the consumers that may sleep for events.
func (s *scene) sleepers() uint64 { return s.word(controlAt, sleepersIn) }
