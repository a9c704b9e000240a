// Package ringfile is the format of the file of a ring between processes: the header, where things are, and what
// their words mean. Package shm takes part in a ring by it; the command disruptor reads rings by it, without mapping
// them. docs/shm-format.md describes the same for other languages.
//
// Nothing here trusts a file: what is read is checked, and a length or an offset comes from a [Geometry] that was.
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

// The bounds of what a ring can have.
const (
	MinCapacity = 2
	MaxCapacity = 1 << 30
	// MaxRoles is how many producers, consumers and processes there can be: as many as a word has bits.
	MaxRoles = 64
	// MaxAfter is how many consumers another can follow directly.
	MaxAfter = 16
	MaxName  = 40
	MaxText  = 64 // of a schema
	// MaxSequence is far beyond what a ring can reach.
	MaxSequence = 1 << 60
)

// RecoveryByte is the byte whose lock, by [mapfile.File.TryLock], belongs to who recovers.
const RecoveryByte = 0

// AttachmentByte returns the byte that the process of attachment i holds, by [mapfile.File.Hold].
func AttachmentByte(i int) int { return 16 + i }

// BootID returns what tells this boot of the system from earlier ones, or zeroes.
func BootID() (id [16]byte) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		_, _ = hex.Decode(id[:], []byte(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", "")))
	}
	return id
}
