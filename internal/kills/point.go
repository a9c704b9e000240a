//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/be395dad/disruptor/internal/faults"
)

// Named reports whether this build has the points of package shm.
const Named = faults.Enabled

// A Strike makes a child send itself the signal, SIGKILL or SIGSTOP, when it reaches the point
// for the K-th time. A stopped child goes on from there after a SIGCONT.
type Strike struct {
	Point  string
	K      int64
	Signal syscall.Signal
}

var (
	strike  Strike
	reached atomic.Int64
	cont    = make(chan os.Signal, 1)
)

// arm makes this process do the strike.
func arm(s Strike) {
	strike = s
	if s.Signal == syscall.SIGSTOP {
		signal.Notify(cont, syscall.SIGCONT)
	}
	setFaults(point)
}

// point is called at each point, of package shm and of roles.
func point(name string) {
	if name != strike.Point || reached.Add(1) != strike.K {
		return
	}
	_ = syscall.Kill(os.Getpid(), strike.Signal)
	// The signal may hit another thread first while this one runs on for a moment.
	if strike.Signal == syscall.SIGSTOP {
		<-cont
		return
	}
	for {
		time.Sleep(time.Hour)
	}
}
