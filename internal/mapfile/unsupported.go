//go:build !(linux && (amd64 || arm64 || loong64 || ppc64le || riscv64))

package mapfile

import (
	"io/fs"
	"os"
)

// MaxByte is the last byte that can be held or locked.
const MaxByte = 1<<20 - 1

// A File can't exist on this system. All of its methods fail.
type File struct{ _ byte }

// Create returns ErrUnsupported.
func Create(path string, size int64, mode fs.FileMode, fill func(mem []byte) error) (*File, error) {
	return nil, ErrUnsupported
}

// CreateAnonymous returns ErrUnsupported.
func CreateAnonymous(name string, size int64, mode fs.FileMode, fill func(mem []byte) error) (*File, error) {
	return nil, ErrUnsupported
}

// Open returns ErrUnsupported.
func Open(path string, opts Options) (*File, error) { return nil, ErrUnsupported }

// OpenFD returns ErrUnsupported.
func OpenFD(fd uintptr, opts Options) (*File, error) { return nil, ErrUnsupported }

func (f *File) Size() int64                             { return 0 }
func (f *File) ReadAt(p []byte, off int64) (int, error) { return 0, ErrUnsupported }
func (f *File) Map(size int64) ([]byte, error)          { return nil, ErrUnsupported }
func (f *File) Mem() []byte                             { return nil }
func (f *File) NamedBy(path string) (bool, error)       { return false, ErrUnsupported }
func (f *File) Sealed() bool                            { return false }
func (f *File) Descriptor() (*os.File, error)           { return nil, ErrUnsupported }
func (f *File) CloseDescriptor() error                  { return ErrUnsupported }
func (f *File) Unmap() error                            { return ErrUnsupported }
func (f *File) Hold(i int) error                        { return ErrUnsupported }
func (f *File) Release(i int) error                     { return ErrUnsupported }
func (f *File) Held(i int) (bool, error)                { return false, ErrUnsupported }
func (f *File) TryLock(i int) (bool, error)             { return false, ErrUnsupported }
func (f *File) Unlock(i int) error                      { return ErrUnsupported }
func (f *File) Guard(fn func()) error                   { return ErrUnsupported }
