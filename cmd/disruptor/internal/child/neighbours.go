package child

import (
	"io"
	"os"
	"runtime"
)

// neighbour is the role of a process that is in the way.
const neighbour = "neighbour"

func init() {
	Handle(neighbour, func(p *Parent, _ struct{}) error {
		runtime.GOMAXPROCS(1)
		runtime.LockOSThread()
		go func() { // it runs when the system has preempted the loop below
			_, _ = io.Copy(io.Discard, p.in) // until the parent has ended, or killed this process before
			os.Exit(0)
		}()
		if err := p.Ready(); err != nil {
			return err
		}
		for x := uint64(1); ; {
			x ^= x << 13
			x ^= x >> 7
		}
	})
}

// Neighbours starts n processes that keep a processor busy each, as far as the system lets them, and returns when they
// run. They do nothing else and never yield. stop ends them, and returns when they have ended; they end with this process,
// too.
func Neighbours(n int) (stop func(), err error) {
	g, err := neighbours(n)
	return g.End, err
}

func neighbours(n int) (*Group, error) {
	g := new(Group)
	for range n {
		if _, err := g.Start(neighbour, struct{}{}); err != nil {
			g.End()
			return g, err
		}
	}
	return g, nil
}
