// Package ringfile defines the file format of a ring between processes: the header, the regions
// and the meaning of their words. Package shm takes part in rings with it; the command disruptor
// reads rings with it, without mapping them. docs/shm-format.md describes the format for other
// languages.
//
// The package trusts no file: it checks what it reads, and takes each length and offset from a
// checked [Geometry].
package ringfile

import (
	"encoding/hex"
	"errors"
	"os"
	"strings"

	"github.com/be395dad/disruptor/internal/mapfile"
)

// The errors of ReadHeader and Header.Joinable. Each may be wrapped: compare with errors.Is.
var (
	// ErrNotRing: the file is not a ring.
	ErrNotRing = errors.New("shm: not a ring")
	// ErrVersion: the file is of another version of the format.
	ErrVersion = errors.New("shm: version of the format not supported")
	// ErrFeature: the file needs a feature that this version doesn't have.
	ErrFeature = errors.New("shm: feature not supported")
	// ErrGeometry: the sizes and offsets in the header contradict each other or the size of the file.
	ErrGeometry = errors.New("shm: geometry not valid")
	// ErrCorrupt: a word in the ring has a value that no correct process stores.
	ErrCorrupt = errors.New("shm: ring is corrupt")
	// ErrStaleBoot: the file was left by an earlier boot of the system.
	ErrStaleBoot = errors.New("shm: ring of an earlier boot")
	// ErrTruncated: the file is shorter than its header says.
	ErrTruncated = mapfile.ErrTruncated
)

// The limits of a ring.
const (
	MinCapacity = 2
	MaxCapacity = 1 << 30
	// MaxRoles is the most producers, consumers, and processes: as many as a word has bits.
	MaxRoles = 64
	// MaxAfter is the most consumers that another can follow directly.
	MaxAfter = 16
	MaxName  = 40
	MaxText  = 64 // of a schema
	// MaxSequence is far beyond what a ring can reach.
	MaxSequence = 1 << 60
)

// RecoveryByte is the byte that a process locks, by [mapfile.File.TryLock], while it recovers.
const RecoveryByte = 0

// AttachmentByte returns the byte that the process of attachment i holds, by [mapfile.File.Hold].
func AttachmentByte(i int) int { return 16 + i }

// BootID returns the ID of this boot of the system, or zeroes if it is unknown.
func BootID() (id [16]byte) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		_, _ = hex.Decode(id[:], []byte(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", "")))
	}
	return id
}
