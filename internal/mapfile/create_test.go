//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestCreate(t *testing.T) {
	for name, dir := range map[string]string{"memory": memoryDir(t), "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			const size = 3*4096 + 5
			path := dir + "/file"
			before := openFiles(t)
			f, err := Create(path, size, 0, func(mem []byte) error {
				require.Len(t, mem, size)
				require.Equal(t, make([]byte, size), mem)
				require.NoFileExists(t, path)
				require.Empty(t, names(dir))
				mem[size-1] = 7
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, before+2, openFiles(t))
			require.Equal(t, int64(size), f.Size())
			require.False(t, f.Sealed())
			f.Mem()[0] = 6
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Len(t, content, size)
			require.Equal(t, []byte{6, 7}, []byte{content[0], content[size-1]})
			var st unix.Stat_t
			require.NoError(t, unix.Stat(path, &st))
			require.GreaterOrEqual(t, st.Blocks*512, int64(size), "there are holes")
			require.NoError(t, f.Unmap())
			require.Equal(t, before, openFiles(t))
		})
	}
}

func TestAllocateInSteps(t *testing.T) {
	f, path := created(t, 2*allocateStep+1)
	var st unix.Stat_t
	require.NoError(t, unix.Stat(path, &st))
	require.Equal(t, f.Size(), st.Size)
	require.GreaterOrEqual(t, st.Blocks*512, st.Size)
}

func TestModeWithoutUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := memoryDir(t)
	for _, umask := range []int{0, 0o022, 0o777} {
		syscall.Umask(umask)
		for mode, want := range map[fs.FileMode]fs.FileMode{0: 0o600, 0o640: 0o640, 0o666: 0o666, 0o400: 0o400} {
			path := fmt.Sprintf("%s/%o-%o", dir, umask, mode)
			f, err := Create(path, 1, mode, nothing)
			require.NoError(t, err)
			require.NoError(t, f.Unmap())
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Equal(t, want, info.Mode())
		}
	}
}

// modes creates files that their owner may not open, with a umask that doesn't let him either.
func modes(args []string) {
	asNobody()
	syscall.Umask(0o777)
	for _, mode := range []fs.FileMode{0, 0o400, 0o004} {
		path := fmt.Sprintf("%s/%03o", args[0], mode)
		f, err := Create(path, 1, mode, nothing)
		must(err)
		info, err := os.Stat(path)
		must(err)
		fmt.Println(info.Mode(), f.Hold(1))
	}
}

func TestModeThatKeepsTheOwnerOut(t *testing.T) {
	dir := memoryDir(t)
	require.NoError(t, os.Chmod(dir, 0o777))
	require.Equal(t, []string{"-rw------- <nil>", "-r-------- <nil>", "-------r-- <nil>"}, start(t, nil, "modes", dir).rest())
}

func TestCreateWhatExists(t *testing.T) {
	dir := memoryDir(t)
	require.NoError(t, os.WriteFile(dir+"/file", []byte("mine"), 0o600))
	require.NoError(t, os.Mkdir(dir+"/folder", 0o700))
	require.NoError(t, os.Symlink("missing", dir+"/link"))
	before := openFiles(t)
	for _, name := range []string{"file", "folder", "link"} {
		_, err := Create(dir+"/"+name, 1, 0, nothing)
		require.ErrorIs(t, err, ErrExist)
		require.ErrorIs(t, err, fs.ErrExist)
		require.EqualError(t, err, "file exists already: create "+dir+"/"+name+": file exists")
	}
	require.Equal(t, []string{"file", "folder", "link"}, names(dir))
	require.Equal(t, before, openFiles(t))
	content, err := os.ReadFile(dir + "/file")
	require.NoError(t, err)
	require.Equal(t, "mine", string(content))
}

func TestFillFails(t *testing.T) {
	dir := memoryDir(t)
	before := openFiles(t)
	mapped := mappings(t, "mapfile")
	own := errors.New("own")
	_, err := Create(dir+"/file", 4096, 0, func([]byte) error { return own })
	require.Equal(t, own, err)
	require.PanicsWithValue(t, "own", func() { _, _ = Create(dir+"/file", 4096, 0, func([]byte) error { panic("own") }) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = Create(dir+"/file", 4096, 0, func([]byte) error { runtime.Goexit(); return nil })
	}()
	<-ended
	require.Empty(t, names(dir))
	require.Equal(t, before, openFiles(t))
	require.Equal(t, mapped, mappings(t, "mapfile"))
}

// mappings returns how many mappings this process has of files with a name that contains name.
func mappings(t *testing.T, name string) int {
	maps, err := os.ReadFile("/proc/self/maps")
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, "/dev/shm/") && (strings.Contains(line, name) || strings.Contains(line, "(deleted)")) {
			n++
		}
	}
	return n
}

func diesInFill(args []string) {
	_, _ = Create(args[0], 1<<20, 0, func([]byte) error {
		fmt.Println("filling")
		listen()
		must(syscall.Kill(os.Getpid(), syscall.SIGKILL))
		select {}
	})
}

func TestDeathBeforeTheName(t *testing.T) {
	dir := memoryDir(t)
	c := start(t, nil, "dies in fill", dir+"/file")
	require.Equal(t, "filling", c.line())
	require.Empty(t, names(dir))
	c.say()
	require.Error(t, c.cmd.Wait())
	c.ended = true
	require.Equal(t, syscall.SIGKILL, c.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
	require.Empty(t, names(dir))
	f, err := Create(dir+"/file", 1, 0, nothing)
	require.NoError(t, err)
	require.NoError(t, f.Unmap())
}

// smallTmpfs has 1 MiB.
func smallTmpfs(args []string) {
	dir := args[0]
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		fmt.Println("skip:", err)
		return
	}
	free := func() uint64 {
		var st unix.Statfs_t
		must(unix.Statfs(dir, &st))
		return st.Bfree
	}
	before := free()
	_, err := Create(dir+"/file", 1<<20+1, 0, nothing)
	fmt.Println(errors.Is(err, ErrNoSpace), err)
	fmt.Println(names(dir), free() == before)
	// And by the call that allocates, as when others take the space meanwhile.
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	must(err)
	fmt.Println(failed("allocate", "file", unix.Fallocate(fd, 0, 0, 1<<20+4096)))
	must(unix.Close(fd))
	fmt.Println(names(dir), free() == before)
	f, err := Create(dir+"/file", 1<<20, 0, func(mem []byte) error {
		for i := range mem {
			mem[i] = 1
		}
		return nil
	})
	fmt.Println(f != nil, err, names(dir))
}

func TestNoSpace(t *testing.T) {
	asRoot(t)
	dir := memoryDir(t)
	lines := start(t, ownMounts, "small tmpfs", dir).rest()
	if len(lines) == 1 {
		t.Skipf("no small tmpfs: %s", lines[0])
	}
	require.Equal(t, []string{
		"true no space for the file: " + dir + "/file: 1048577 bytes, and 1048576 are free",
		"[] true",
		"no space for the file: allocate file: no space left on device",
		"[] true",
		"true <nil> [file]",
	}, lines)
}

func TestSizeBeyondMemory(t *testing.T) {
	_, err := CreateAnonymous("huge", 1<<50, 0, nothing)
	require.ErrorIs(t, err, ErrNoSpace)
	_, err = Create(memoryDir(t)+"/file", 1<<50, 0, nothing)
	require.ErrorIs(t, err, ErrNoSpace)
}

func TestCreateMisuse(t *testing.T) {
	dir := memoryDir(t)
	for _, size := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		_, err := Create(dir+"/file", size, 0, nothing)
		require.ErrorIs(t, err, ErrSize)
		_, err = CreateAnonymous("file", size, 0, nothing)
		require.ErrorIs(t, err, ErrSize)
	}
	_, err := Create(dir+"/file", 1, fs.ModeSetuid|0o600, nothing)
	require.ErrorContains(t, err, "has more than permissions")
	_, err = Create(dir+"/", 1, 0, nothing)
	require.ErrorIs(t, err, ErrNotRegular)
	_, err = Create(dir+"/missing/file", 1, 0, nothing)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.WriteFile(dir+"/file", nil, 0o600))
	_, err = Create(dir+"/file/file", 1, 0, nothing)
	require.ErrorIs(t, err, unix.ENOTDIR)
	if os.Getuid() == 0 {
		_, err = Create("/proc/file", 1, 0, nothing) // no O_TMPFILE
		require.ErrorIs(t, err, ErrUnsupportedFS)
	}
	require.Equal(t, []string{"file"}, names(dir))
}

func TestCreateInWorkingFolder(t *testing.T) {
	t.Chdir(memoryDir(t))
	f, err := Create("file", 1, 0, nothing)
	require.NoError(t, err)
	require.NoError(t, f.Unmap())
	require.Equal(t, []string{"file"}, names("."))
}

func notPermitted(args []string) {
	asNobody()
	_, err := Create(args[0]+"/file", 1, 0, nothing)
	fmt.Println(errors.Is(err, ErrPermission), err)
}

func TestCreateNotPermitted(t *testing.T) {
	dir := memoryDir(t)
	require.NoError(t, os.Chmod(dir, 0o555))
	require.Equal(t, []string{"true not permitted: create in " + dir + "/: permission denied"},
		start(t, nil, "not permitted", dir).rest())
}

func TestAnonymous(t *testing.T) {
	before := openFiles(t)
	f, err := CreateAnonymous("ring", 5000, 0, func(mem []byte) error {
		mem[4999] = 9
		return nil
	})
	require.NoError(t, err)
	require.True(t, f.Sealed())
	d, err := f.Descriptor()
	require.NoError(t, err)
	for _, size := range []int64{0, 4999, 5001, 1 << 20} {
		require.ErrorIs(t, d.Truncate(size), unix.EPERM)
	}
	info, err := d.Stat()
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode())
	_, err = unix.FcntlInt(d.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_WRITE)
	require.ErrorIs(t, err, unix.EPERM)
	g, err := OpenFD(d.Fd(), Options{})
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.True(t, g.Sealed())
	mem, err := g.Map(5000)
	require.NoError(t, err)
	require.Equal(t, byte(9), mem[4999])
	mem[0] = 8
	require.Equal(t, byte(8), f.Mem()[0])
	require.NoError(t, g.Unmap())
	require.NoError(t, f.Unmap())
	require.Equal(t, before, openFiles(t))
}
