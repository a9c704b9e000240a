package shm

import (
	"errors"
	"fmt"
	"os"

	"github.com/be395dad/disruptor/internal/mapfile"
	"github.com/be395dad/disruptor/internal/ringfile"
)

// Remove removes the ring in the file path, whatever its events are, even if it is damaged. It
// fails with [ErrInUse] if a process is attached to it, with [ErrNotRing] if the file is not a
// ring, and with [ErrVersion] or [ErrFeature] if this version of the package can't tell whether a
// process is attached. If a process opens the ring at the same time, either its Open fails with
// [ErrRetired] or Remove with ErrInUse.
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
		g.Processes = ringfile.MaxRoles // a damaged ring may have that many
	}
	// All locks are kept until the name is gone: a process that attaches later finds it gone.
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
