package mapfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/mapfile"
)

// file is what a File has, on all systems.
type file interface {
	io.ReaderAt
	Size() int64
	Map(size int64) ([]byte, error)
	Mem() []byte
	NamedBy(path string) (bool, error)
	Sealed() bool
	Descriptor() (*os.File, error)
	CloseDescriptor() error
	Unmap() error
	Hold(i int) error
	Release(i int) error
	Held(i int) (bool, error)
	TryLock(i int) (bool, error)
	Unlock(i int) error
	Guard(fn func()) error
}

var (
	_ file = (*mapfile.File)(nil)

	create          func(string, int64, fs.FileMode, func([]byte) error) (*mapfile.File, error) = mapfile.Create
	createAnonymous func(string, int64, fs.FileMode, func([]byte) error) (*mapfile.File, error) = mapfile.CreateAnonymous
	open            func(string, mapfile.Options) (*mapfile.File, error)                        = mapfile.Open
	openFD          func(uintptr, mapfile.Options) (*mapfile.File, error)                       = mapfile.OpenFD
)

func TestUnsupported(t *testing.T) {
	if runtime.GOOS == "linux" && slices.Contains([]string{"amd64", "arm64", "loong64", "ppc64le", "riscv64"}, runtime.GOARCH) {
		f, err := createAnonymous("supported", 1, 0, func([]byte) error { return nil })
		require.NoError(t, err)
		require.NoError(t, f.Unmap())
		return
	}
	path := t.TempDir() + "/file"
	_, err1 := create(path, 1, 0, nil)
	_, err2 := createAnonymous("file", 1, 0, nil)
	_, err3 := open(path, mapfile.Options{})
	_, err4 := openFD(0, mapfile.Options{})
	for _, err := range []error{err1, err2, err3, err4} {
		require.True(t, errors.Is(err, mapfile.ErrUnsupported))
	}
	require.NoFileExists(t, path)
}
