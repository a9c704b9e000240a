//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	"unsafe"

	"github.com/be395dad/disruptor/shm"
	"golang.org/x/sys/unix"
)

// become gives up the rights of this process, except those of its group.
func become(uid int) error {
	if uid == 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	return syscall.Setuid(uid)
}

// dumpCore makes this process write its memory to a file in the current folder when a signal
// aborts it.
func dumpCore() error {
	debug.SetTraceback("crash")
	all := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	return unix.Setrlimit(unix.RLIMIT_CORE, &all)
}

// What a child can be denied.
const (
	locks     = "locks"     // fcntl(2) with OFD locks
	fences    = "fences"    // membarrier(2)
	anonymous = "anonymous" // memfd_create(2)
)

// deny makes the kernel refuse system calls to all threads of this process from now on.
func deny(what string) error {
	const number, secondArgument = 0, 24 // offsets in struct seccomp_data, little-endian
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	unless := func(value uint32, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: skip}
	}
	refuse := func(errno unix.Errno) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)}
	}
	allow := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
	var filter []unix.SockFilter
	switch what {
	case "":
		return nil
	case fences:
		filter = []unix.SockFilter{load(number), unless(unix.SYS_MEMBARRIER, 1), refuse(unix.ENOSYS), allow}
	case anonymous:
		filter = []unix.SockFilter{load(number), unless(unix.SYS_MEMFD_CREATE, 1), refuse(unix.ENOSYS), allow}
	case locks:
		filter = []unix.SockFilter{
			load(number), unless(unix.SYS_FCNTL, 5), load(secondArgument),
			unless(unix.F_OFD_GETLK, 1), refuse(unix.EINVAL), unless(unix.F_OFD_SETLK, 1), refuse(unix.EINVAL), allow,
		}
	default:
		return fmt.Errorf("%q can't be denied", what)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// forks is a wreck that has forked a child which has not called execve(2) yet and so has all of its
// descriptors. The child calls execve when it has read something, and then rests.
func forks(c *child) error {
	if err := c.wreck(); err != nil {
		return err
	}
	name, err := syscall.BytePtrFromString("/proc/self/exe")
	if err != nil {
		return err
	}
	args, err := syscall.SlicePtrFromStrings([]string{"kills"})
	if err != nil {
		return err
	}
	env, err := syscall.SlicePtrFromStrings([]string{childEnv + `={"Role":"rests"}`})
	if err != nil {
		return err
	}
	var got byte
	pid, errno := fork(name, &args[0], &env[0], &got)
	if errno != 0 {
		return errno
	}
	say(fmt.Sprint(pid))
	time.Sleep(time.Hour) // the input is for the other one
	return nil
}

// fork starts a new process that reads a byte and executes the program name. Until then it is a
// copy of this process with a single thread, in which nothing of Go works any more except system
// calls.
//
//go:norace
//go:nosplit
func fork(name *byte, args, env **byte, got *byte) (pid uintptr, errno syscall.Errno) {
	pid, _, errno = syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if pid != 0 || errno != 0 {
		return pid, errno
	}
	syscall.RawSyscall(syscall.SYS_READ, 0, uintptr(unsafe.Pointer(got)), 1)
	syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(args)), uintptr(unsafe.Pointer(env)))
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 1, 0, 0)
	}
}

// rest says "rests" and waits to be killed. It waits one minute at most, in case the process
// that should kill it is dead.
func rest() {
	say("rests")
	time.Sleep(time.Minute)
	os.Exit(0)
}

// creates makes a ring without a file, and says whether it succeeded.
func creates(c *child) error {
	r, err := shm.CreateAnonymous[Event]("test", shm.Config{Capacity: 8})
	switch {
	case errors.Is(err, shm.ErrUnsupported):
		say("unsupported")
	case err != nil:
		return err
	default:
		say("created")
		r.Close()
	}
	return nil
}
