//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func init() {
	// It leaves a child with copies of all its descriptors of the ring, as fork(2) in C does.
	children["forks"] = func() {
		path := os.Args[1]
		_, err := Open[tick](path, Options{})
		must(err)
		open, err := filepath.Glob("/proc/self/fd/*")
		must(err)
		cmd := exec.Command("sleep", "100")
		for _, name := range open {
			if to, err := os.Readlink(name); err == nil && to == path {
				fd, err := strconv.Atoi(filepath.Base(name))
				must(err)
				cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(uintptr(fd), path))
			}
		}
		must(cmd.Start())
		fmt.Println(cmd.Process.Pid)
		_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed
	}
}

// A process counts as dead even if a living child has its descriptors.
func TestChildWithDescriptors(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 2})
	parent := child(t, "forks", path)
	in, err := parent.StdinPipe()
	require.NoError(t, err)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	var pid int
	_, err = fmt.Fscan(out, &pid)
	require.NoError(t, err)
	defer func() { _ = unix.Kill(pid, unix.SIGKILL) }()
	require.True(t, r.core.lives(1))
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	_ = in.Close()
	require.NoError(t, unix.Kill(pid, 0))
	require.False(t, r.core.lives(1))
}
