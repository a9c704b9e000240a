//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"errors"
	"io"
	"net"
	"os"
	"unsafe"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"golang.org/x/sys/unix"
)

// Pipe offers pipes: a write for each batch, and reads of all that is there.
func Pipe(c harness.Case) []harness.Subject { return kernel("pipe", c) }

// Socket offers a pair of connected Unix sockets, used as Pipe uses pipes.
func Socket(c harness.Case) []harness.Subject { return kernel("unix socket", c) }

func kernel(kind string, c harness.Case) []harness.Subject {
	var run func(string, harness.Case, int64) (harness.Sample, error)
	switch {
	case !c.Between || c.Park:
	case c.Kind == harness.Stream && c.Words == 1 && c.Producers == 1 && len(c.After) == 1:
		run = streamKernel
	case c.Kind == harness.Echo && c.Words == 1:
		run = echoKernel[[1]int64]
	case c.Kind == harness.Echo && c.Words == 7:
		run = echoKernel[[7]int64]
	}
	if run == nil {
		return nil
	}
	return []harness.Subject{{Name: kind, Group: kind, Setting: "processes, read and write",
		Run: func(n int64) (harness.Sample, error) { return run(kind, c, n) }}}
}

// An end is one process's end of what connects it to another.
type end struct {
	io.Reader
	io.Writer
	files []io.Closer
}

// close closes it, which ends the reads at the other end.
func (e end) close() {
	for _, f := range e.files {
		_ = f.Close() // all has been written
	}
}

// connect returns this process's end, and the files of the other's, for inherited.
func connect(kind string) (near end, far []*os.File, err error) {
	if kind != "pipe" {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return end{}, nil, os.NewSyscallError("socketpair", err)
		}
		far = []*os.File{os.NewFile(uintptr(fds[1]), "socket")}
		near, err = socket(os.NewFile(uintptr(fds[0]), "socket"))
		return near, far, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		return end{}, nil, err
	}
	backIn, backOut, err := os.Pipe()
	if err != nil {
		return end{}, nil, errors.Join(err, in.Close(), out.Close())
	}
	return end{backIn, out, []io.Closer{backIn, out}}, []*os.File{in, backOut}, nil
}

// inherited returns the other end, in a child.
func inherited(kind string, p *child.Parent) (end, error) {
	if kind != "pipe" {
		return socket(p.File(0))
	}
	for _, fd := range []int{3, 4} { // before os.File looks: it then waits as for a pipe that it made
		if err := unix.SetNonblock(fd, true); err != nil {
			return end{}, err
		}
	}
	in, out := p.File(0), p.File(1)
	return end{in, out, []io.Closer{in, out}}, nil
}

// socket makes a connection of a file, which it closes.
func socket(file *os.File) (end, error) {
	conn, err := net.FileConn(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return end{}, err
	}
	return end{conn, conn, []io.Closer{conn}}, nil
}

// bytesOf returns the memory of a cell.
func bytesOf[T harness.Cell](cell *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(cell)), unsafe.Sizeof(*cell))
}
