package shm

import (
	"errors"
	"fmt"
	"os"

	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// Remove removes the ring in the file path, whatever its events are. It fails with ErrInUse if a process
// is attached to it, with ErrNotRing if it is not a ring, and with ErrVersion or ErrFeature if this
// version can't tell who is attached. It removes a damaged ring. A process that opens the ring at the same
// time fails with ErrRetired, or Remove does with ErrInUse.
func Remove(path string) error {
	file, err := mapfile.Open(path, mapfile.Options{NoPrefault: true, WorldWritable: true})
	if err != nil {
		return err
	}
	err = remove(file, path)
	return errors.Join(err, file.Unmap())
}

func remove(file *mapfile.File, path string) error {
	h, _, g, err := ringfile.ReadHeader(file, file.Size())
	// Another version may have its locks elsewhere.
	if errors.Is(err, ErrNotRing) || errors.Is(err, ErrVersion) || errors.Is(err, ErrFeature) {
		return err
	}
	if err != nil || h.Joinable() != nil {
		g.Processes = ringfile.MaxRoles // of a damaged ring too
	}
	// All locks are kept until the name is gone: who attaches later finds that it is.
	for i := range g.Processes {
		got, err := file.TryLock(attachmentByte(i))
		if err != nil {
			return err
		}
		if !got {
			return fmt.Errorf("%w: %s", ErrInUse, path)
		}
	}
	named, err := file.NamedBy(path)
	if err != nil {
		return err
	}
	if !named {
		return fmt.Errorf("%w: %s", ErrRetired, path)
	}
	return os.Remove(path)
}
