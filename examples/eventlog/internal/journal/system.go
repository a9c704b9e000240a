package journal

import (
	"io"
	"io/fs"
	"os"
)

// system is what the journal asks of the operating system. Tests have one that fails, and one that
// loses power.
type system interface {
	mkdir(path string) error
	open(path string, flag int) (file, error) // of a directory too
}

// file is the part of *os.File that the journal uses.
type file interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Fd() uintptr
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(size int64) error
}

type osSystem struct{}

func (osSystem) mkdir(path string) error { return os.Mkdir(path, 0o755) }

func (osSystem) open(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		return nil, err // and no *os.File that is nil
	}
	return f, nil
}
