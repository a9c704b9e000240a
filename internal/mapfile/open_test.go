//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// unusual makes one of each thing that is not a regular file, and returns what they are called in errors.
func unusual(t *testing.T, dir string) map[string]string {
	require.NoError(t, os.WriteFile(dir+"/file", []byte("x"), 0o600))
	require.NoError(t, os.Symlink("file", dir+"/link"))
	require.NoError(t, os.Symlink("missing", dir+"/dangling"))
	require.NoError(t, unix.Mkfifo(dir+"/fifo", 0o600))
	listener, err := net.Listen("unix", dir+"/socket")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	is := map[string]string{
		dir: "directory", dir + "/link": "symbolic link", dir + "/dangling": "symbolic link", dir + "/fifo": "pipe",
		dir + "/socket": "socket", "/dev/null": "device",
	}
	return is
}

func TestOpenWhatIsNotAFile(t *testing.T) {
	dir := memoryDir(t)
	things := unusual(t, dir)
	before := openFiles(t)
	for path, kind := range things {
		for _, opts := range []Options{{}, {ReadOnly: true}, {WorldWritable: true}} {
			_, err := Open(path, opts)
			require.ErrorIs(t, err, ErrNotRegular)
			require.EqualError(t, err, "not a regular file: "+path+" is a "+kind)
		}
	}
	_, err := Open(dir+"/missing", Options{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoFileExists(t, dir+"/missing")
	require.Equal(t, before, openFiles(t))
}

func TestWorldWritable(t *testing.T) {
	path := memoryDir(t) + "/file"
	f, err := Create(path, 1, 0o662, nothing)
	require.NoError(t, err)
	require.NoError(t, f.Unmap())
	for _, readOnly := range []bool{false, true} {
		_, err = Open(path, Options{ReadOnly: readOnly})
		require.ErrorIs(t, err, ErrPermission)
		require.EqualError(t, err, "not permitted: everybody may write to "+path+" (mode 0662)")
		require.NoError(t, opened(t, path, Options{ReadOnly: readOnly, WorldWritable: true}).Unmap())
	}
	require.NoError(t, os.Chmod(path, 0o660))
	require.NoError(t, opened(t, path, Options{}).Unmap())
}

func TestMapExactly(t *testing.T) {
	path := memoryDir(t) + "/file"
	before := openFiles(t)
	for _, size := range []int64{0, 1, 100, 4095, 4096, 4097} {
		require.NoError(t, os.WriteFile(path, make([]byte, size), 0o600))
		f, err := Open(path, Options{})
		require.NoError(t, err)
		require.Equal(t, size, f.Size())
		_, err = f.Map(size + 1)
		require.ErrorIs(t, err, ErrTruncated)
		require.EqualError(t, err, fmt.Sprintf("file truncated: %s has %d bytes, not %d", path, size, size+1))
		_, err = f.Map(size - 1)
		require.ErrorIs(t, err, ErrSize)
		require.Nil(t, f.Mem())
		if size == 0 {
			_, err = f.Map(0)
			require.ErrorIs(t, err, ErrSize)
		} else {
			mem, err := f.Map(size)
			require.NoError(t, err)
			require.Len(t, mem, int(size))
			_, err = f.Map(size)
			require.ErrorContains(t, err, "mapped already")
		}
		require.NoError(t, f.Unmap())
	}
	// What it was when it was opened doesn't count.
	f, err := Open(path, Options{})
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 4000))
	_, err = f.Map(f.Size())
	require.ErrorIs(t, err, ErrTruncated)
	require.NoError(t, f.Unmap())
	require.Equal(t, before, openFiles(t))
}

func TestReadAt(t *testing.T) {
	f, _ := created(t, 10)
	copy(f.Mem(), "0123456789")
	p := make([]byte, 4)
	n, err := f.ReadAt(p, 5)
	require.NoError(t, err)
	require.Equal(t, "5678", string(p[:n]))
	n, err = f.ReadAt(p, 8)
	require.Equal(t, io.EOF, err)
	require.Equal(t, "89", string(p[:n]))
	require.NoError(t, f.Unmap())
	_, err = f.ReadAt(p, 0)
	require.ErrorIs(t, err, ErrClosed)
}

func TestAfterUnmap(t *testing.T) {
	f, path := created(t, 10)
	require.NoError(t, f.Hold(1))
	require.NoError(t, f.Unmap())
	require.Nil(t, f.Mem())
	_, mapErr := f.Map(10)
	_, heldErr := f.Held(1)
	_, tryErr := f.TryLock(1)
	_, nameErr := f.NamedBy(path)
	_, descriptorErr := f.Descriptor()
	for _, err := range []error{
		f.Unmap(), f.CloseDescriptor(), f.Hold(1), f.Release(1), f.Unlock(1), mapErr, heldErr, tryErr, nameErr, descriptorErr,
		f.Guard(func() { t.Error("called") }),
	} {
		require.ErrorIs(t, err, ErrClosed)
		require.EqualError(t, err, "file closed: "+path)
	}
	require.False(t, f.Sealed())
}

func TestNamedBy(t *testing.T) {
	f, path := created(t, 10)
	named := func(p string) bool {
		is, err := f.NamedBy(p)
		require.NoError(t, err)
		return is
	}
	require.True(t, named(path))
	require.NoError(t, os.Symlink(path, path+"2"))
	require.False(t, named(path+"2"))
	require.NoError(t, os.Rename(path, path+"3"))
	require.False(t, named(path))
	require.True(t, named(path+"3"))
	g, err := Create(path, 10, 0, nothing)
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Unmap()) }()
	require.False(t, named(path))
	f.Mem()[0], g.Mem()[0] = 1, 2 // each keeps its own
	require.Equal(t, byte(1), f.Mem()[0])
}

func readOnly(args []string) {
	asNobody()
	_, err := Open(args[0], Options{})
	fmt.Println(errors.Is(err, ErrPermission), err)
	f, err := Open(args[0], Options{ReadOnly: true})
	must(err)
	mem, err := f.Map(f.Size())
	must(err)
	fmt.Println(mem[0])
	fmt.Println(f.Held(1))
	fmt.Println(f.Held(2))
	fmt.Println(f.Hold(2))
	fmt.Println(f.TryLock(2))
	fmt.Println(errors.Is(f.Hold(2), ErrPermission))
}

func TestReadOnly(t *testing.T) {
	f, path := created(t, 4096)
	require.NoError(t, f.Hold(1))
	f.Mem()[0] = 5
	require.NoError(t, os.Chmod(path, 0o444))
	require.Equal(t, []string{
		"true not permitted: open " + path + ": permission denied",
		"5",
		"true <nil>",
		"false <nil>",
		"not permitted: lock byte 2 of " + path + ", opened for reading",
		"false not permitted: lock byte 2 of " + path + ", opened for reading",
		"true",
	}, start(t, nil, "read only", path).rest())
}

// smaps returns the size that is present of a mapping, and its flags.
func smaps(t *testing.T, mem []byte) (present int, flags string) {
	text, err := os.ReadFile("/proc/self/smaps")
	require.NoError(t, err)
	start := fmt.Sprintf("\n%x-", uintptr(unsafe.Pointer(unsafe.SliceData(mem))))
	_, after, found := strings.Cut("\n"+string(text), start)
	require.True(t, found)
	present, err = strconv.Atoi(regexp.MustCompile(`Rss: +(\d+) kB`).FindStringSubmatch(after)[1])
	require.NoError(t, err)
	return present << 10, regexp.MustCompile(`VmFlags:(.*)`).FindStringSubmatch(after)[1] + " "
}

func TestPagesPresent(t *testing.T) {
	size := 64 * os.Getpagesize()
	f, path := created(t, int64(size))
	want := bytes.Repeat([]byte{3}, size)
	copy(f.Mem(), want)
	present, flags := smaps(t, f.Mem())
	require.Equal(t, size, present)
	require.Contains(t, flags, " dc ", "MADV_DONTFORK")
	for _, readOnly := range []bool{false, true} {
		g := opened(t, path, Options{ReadOnly: readOnly})
		present, flags = smaps(t, g.Mem())
		require.Equal(t, size, present)
		require.Contains(t, flags, " dc ")
		require.Equal(t, !readOnly, strings.Contains(flags, " wr "))
		require.NoError(t, g.Unmap())

		g = opened(t, path, Options{ReadOnly: readOnly, NoPrefault: true})
		present, _ = smaps(t, g.Mem())
		require.Less(t, present, size)
		require.NoError(t, touch(g.Mem(), readOnly))
		present, _ = smaps(t, g.Mem())
		require.Equal(t, size, present)
		require.Equal(t, want, g.Mem())
	}
}

func TestPrefaultOfACutFile(t *testing.T) {
	f, path := created(t, int64(4*os.Getpagesize()))
	require.NoError(t, os.Truncate(path, int64(os.Getpagesize())))
	require.ErrorIs(t, prefault(f.Mem(), false), ErrTruncated)
	require.ErrorIs(t, prefault(f.Mem(), true), ErrTruncated)
	require.ErrorIs(t, touch(f.Mem(), false), ErrTruncated)
	require.ErrorIs(t, touch(f.Mem(), true), ErrTruncated)
	require.ErrorIs(t, f.prepare(f.Mem()), ErrTruncated)
	f.opts.NoPrefault = true
	require.ErrorIs(t, f.prepare(f.Mem()), ErrTruncated)
}

func TestOpenFDOfOtherThings(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer func() { _, _ = r.Close(), w.Close() }()
	_, err = OpenFD(r.Fd(), Options{})
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = OpenFD(1<<20, Options{})
	require.ErrorIs(t, err, unix.EBADF)
}
