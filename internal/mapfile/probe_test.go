//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package mapfile

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// overlay mounts one over the folder, of folders in a tmpfs.
func overlay(args []string) {
	dir := args[0]
	must(unix.Mount("tmpfs", dir, "tmpfs", 0, ""))
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		must(os.Mkdir(dir+"/"+name, 0o755))
	}
	must(os.WriteFile(dir+"/lower/file", make([]byte, 4096), 0o600))
	if err := unix.Mount("overlay", dir+"/merged", "overlay", 0,
		"lowerdir="+dir+"/lower,upperdir="+dir+"/upper,workdir="+dir+"/work"); err != nil {
		fmt.Println("skip:", err)
		return
	}
	_, err := Create(dir+"/merged/new", 4096, 0, nothing)
	fmt.Println(errors.Is(err, ErrUnsupportedFS), err)
	for _, readOnly := range []bool{true, false} {
		_, err = Open(dir+"/merged/file", Options{ReadOnly: readOnly})
		fmt.Println(errors.Is(err, ErrUnsupportedFS), err)
	}
	fmt.Println(names(dir + "/merged"))
}

func TestOverlayRefused(t *testing.T) {
	asRoot(t)
	dir := memoryDir(t)
	lines := start(t, ownMounts, "overlay", dir).rest()
	if len(lines) == 1 {
		t.Skipf("no overlay: %s", lines[0])
	}
	require.Equal(t, []string{
		"true file system not supported: " + dir + "/merged/new is on overlay, where a lock goes before the mapping does",
		"true file system not supported: " + dir + "/merged/file is on overlay, where a lock goes before the mapping does",
		"true file system not supported: " + dir + "/merged/file is on overlay, where a lock goes before the mapping does",
		"[file]",
	}, lines)
}

func TestFileSystemNames(t *testing.T) {
	for magic, name := range map[uint32]string{
		unix.NFS_SUPER_MAGIC: "NFS", unix.FUSE_SUPER_MAGIC: "FUSE", unix.V9FS_MAGIC: "9p", unix.SMB2_SUPER_MAGIC: "SMB",
	} {
		got, remote := fileSystem(magic)
		require.Equal(t, name, got)
		require.True(t, remote)
	}
	got, remote := fileSystem(unix.TMPFS_MAGIC)
	require.Equal(t, "tmpfs", got)
	require.False(t, remote)
	got, remote = fileSystem(0xdeadbeef)
	require.Equal(t, "a file system with number 0xdeadbeef", got)
	require.False(t, remote)
}

// A child between fork and exec has the descriptors of its parent, and must not look like a mapping that stays.
func TestProbeWhileChildrenStart(t *testing.T) {
	f, path := created(t, 4096)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if p, err := os.StartProcess("/missing", nil, &os.ProcAttr{}); err == nil {
				_ = p.Kill()
			}
		}
	}()
	for range 2000 {
		stays, goes, err := probeOnce(f.private, path, false)
		require.NoError(t, err)
		require.True(t, stays)
		require.True(t, goes)
	}
	close(stop)
	<-ended
}

// opener opens a path and says how it went, for a probe in another process.
func opener(args []string) {
	for range 200 {
		f, err := Open(args[0], Options{})
		must(err)
		must(f.Unmap())
	}
	fmt.Println("done")
}

func TestProbesOfManyProcesses(t *testing.T) {
	_, path := created(t, 4096)
	var cs [3]*child
	for i := range cs {
		cs[i] = start(t, nil, "opener", path)
	}
	opener([]string{path})
	for _, c := range cs {
		require.Equal(t, "done", c.line())
	}
}
