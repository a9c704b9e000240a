package shm

import (
	"errors"
	"fmt"

	"github.com/be395dad/disruptor/internal/layout"
	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// The errors of this package. They may be wrapped: compare with errors.Is. A path that doesn't
// exist gives fs.ErrNotExist.
var (
	// ErrClosed: the ring has ended, or this producer or consumer has been closed.
	ErrClosed = errors.New("shm: closed")
	// ErrDetached: this process has called Detach. It comes wrapped with ErrClosed.
	ErrDetached = errors.New("shm: detached")
	// ErrFailed: the ring has failed for all processes, because a consumer with the policy Fail
	// died. It comes wrapped with ErrClosed.
	ErrFailed = errors.New("shm: a consumer died that the ring can't do without")
	// ErrEvicted: this consumer was evicted while its process was alive, because it was too slow
	// or by EvictConsumer. It comes wrapped with ErrClosed.
	ErrEvicted = errors.New("shm: consumer evicted")
	// ErrUpstreamDead: a consumer that this one follows was evicted. It comes wrapped with
	// ErrClosed.
	ErrUpstreamDead = errors.New("shm: a consumer that this one follows was evicted")
	// ErrFull: the ring has no entry left for another process, producer or consumer. The entries
	// of the dead were recovered first, unless another process was recovering the ring; for a
	// producer or a consumer the error then wraps ErrRecovering.
	ErrFull = errors.New("shm: no entry left")
	// ErrName: another consumer has the name, or no consumer has a name given in After.
	ErrName = errors.New("shm: consumer name not usable")
	// ErrInUse: a process is attached to the ring, or the consumer to evict is alive.
	ErrInUse = errors.New("shm: ring in use")
	// ErrRecovering: another process is recovering the ring and makes no progress; it may be
	// stopped.
	ErrRecovering = errors.New("shm: recovery under way")

	// ErrCapacity: Config.Capacity is not a power of two from 2 to 1<<30, or the ring is too large.
	ErrCapacity = errors.New("shm: capacity is not usable")
	// ErrNotRing: the file is not a ring.
	ErrNotRing = ringfile.ErrNotRing
	// ErrVersion: the file is of another version of the format.
	ErrVersion = ringfile.ErrVersion
	// ErrFeature: the file needs a feature that this version of the package doesn't have.
	ErrFeature = ringfile.ErrFeature
	// ErrGeometry: the sizes and offsets in the header contradict each other or the size of the
	// file.
	ErrGeometry = ringfile.ErrGeometry
	// ErrLayout: the ring was created for events of another layout.
	ErrLayout = errors.New("shm: event layout differs")
	// ErrSchema: the ring was created with another Options.Schema.
	ErrSchema = errors.New("shm: schema differs")
	// ErrStaleBoot: the file was left by an earlier boot of the system. It may be torn.
	ErrStaleBoot = ringfile.ErrStaleBoot
	// ErrRetired: while the file was being opened, it was removed or replaced by another.
	ErrRetired = errors.New("shm: ring removed")
	// ErrCorrupt: a word in the ring has a value that no correct process stores. The ring has
	// ended.
	ErrCorrupt = ringfile.ErrCorrupt

	// ErrType: values of the event type can't be shared. The error names the field.
	ErrType = layout.ErrType
	// ErrUnsupported: rings between processes need 64-bit little-endian Linux.
	ErrUnsupported = mapfile.ErrUnsupported
	// ErrUnsupportedFS: locks on the file system don't show which processes are alive, or it
	// can't create a file in one step.
	ErrUnsupportedFS = mapfile.ErrUnsupportedFS
	// ErrExist: the path already exists.
	ErrExist = mapfile.ErrExist
	// ErrNoSpace: the file system has no space for the file.
	ErrNoSpace = mapfile.ErrNoSpace
	// ErrPermission: the system denies access, or everybody may write to the file.
	ErrPermission = mapfile.ErrPermission
	// ErrNotRegular: the path is a symbolic link, a directory, a device or a pipe.
	ErrNotRegular = mapfile.ErrNotRegular
	// ErrTruncated: the file is shorter than its header says, or became so while it was mapped.
	ErrTruncated = mapfile.ErrTruncated
	// ErrSharedDescription: a descriptor that was passed on can't be opened again.
	ErrSharedDescription = mapfile.ErrSharedDescription
)

// A BlockedError says what a call was waiting for when its context ended. It wraps the cause of
// the context.
type BlockedError struct {
	Waits    string // "room" or "events"
	Sequence int64  // the first sequence that the call still needs
	By       string // who is in the way: `producer 3 "feed" of process 71 "ingest"`, or ""
	What     string // what it is doing: "has claimed 17, or is about to, and not published it"
	Err      error  // the cause of the context
}

// Error returns a text of one line.
func (e *BlockedError) Error() string {
	by := ""
	if e.By != "" {
		by = e.By + " "
	}
	return fmt.Sprintf("shm: no %s at %d: %s%s: %v", e.Waits, e.Sequence, by, e.What, e.Err)
}

// Unwrap returns Err.
func (e *BlockedError) Unwrap() error { return e.Err }

func panicf(format string, args ...any) { panic("disruptor: shm: " + fmt.Sprintf(format, args...)) }
