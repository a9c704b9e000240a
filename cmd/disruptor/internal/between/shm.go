//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"context"
	"fmt"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/shm"
)

var families = []harness.Family{Shm, Limit, Pipe, Socket}

// background is never done: no run is given up in the middle.
var background = context.Background()

// A setting is one way to use a ring between processes. It is a part of what children are told.
type setting struct {
	Wait string // a key of waits
	Send bool   // events one at a time by Send, not by Claim and Publish
}

const (
	spin  = "spin"
	yield = "yield"
	block = "block"
	parks = "block, parks at once"
)

var waits = map[string]disruptor.WaitStrategy{
	spin:  disruptor.SpinWait{},
	yield: disruptor.YieldWait{},
	block: disruptor.BlockWait{},
	parks: disruptor.BlockWait{Spin: -1},
}

func (s setting) String() string {
	if s.Send {
		return s.Wait + ", Send"
	}
	return s.Wait
}

func (s setting) options() shm.Options { return shm.Options{Wait: waits[s.Wait]} }

// A runner does what a case asks with a setting.
type runner func(s setting, c harness.Case, n int64) (harness.Sample, error)

// Shm offers the ring of package shm: used by goroutines of this process, and by processes.
func Shm(c harness.Case) []harness.Subject {
	if !c.Between {
		return nil
	}
	here, far := setting{Wait: block}, []setting{{Wait: yield}, {Wait: block}}
	if c.HasProcessors() {
		far = append([]setting{{Wait: spin}}, far...)
	}
	near := []setting{{Wait: yield}, here}
	var within, across runner
	switch {
	case c.Kind == harness.Attach:
		return attaches(c)
	case c.Kind == harness.Orphan:
		return orphans(c)
	case c.Kind == harness.Stream && c.Words == 1:
		within, across = streamWithin, streamAcross
		if c.Batch == 1 {
			near, far = append(near, setting{block, true}), append(far, setting{block, true})
		}
	case c.Kind == harness.Echo && c.Words == 1:
		within, across = echoWithin[[1]int64], echoAcross[[1]int64]
	case c.Kind == harness.Echo && c.Words == 7:
		within, across = echoWithin[[7]int64], echoAcross[[7]int64]
	default:
		return nil
	}
	if c.Park {
		near, far = []setting{{Wait: parks}}, []setting{{Wait: parks}}
	}
	return append(subjects("one process", within, c, near), subjects("processes", across, c, far)...)
}

func subjects(where string, run runner, c harness.Case, settings []setting) []harness.Subject {
	var all []harness.Subject
	for _, s := range settings {
		all = append(all, harness.Subject{
			Name: "shm", Group: "shm, " + where, Setting: fmt.Sprintf("%s, %v", where, s),
			Run: func(n int64) (harness.Sample, error) { return run(s, c, n) },
		})
	}
	return all
}

// create creates a ring for a run.
func create[T any](s setting, c harness.Case) (*shm.Ring[T], error) {
	return shm.CreateAnonymous[T]("bench", shm.Config{Capacity: c.Capacity, Options: s.options()})
}

// leave detaches from a ring whose producers and consumers have been closed. After a run that has failed some may not
// have been; it then stays mapped.
func leave[T any](ring *shm.Ring[T]) {
	ctx, cancel := context.WithTimeout(background, time.Second)
	defer cancel()
	_ = ring.Detach(ctx)
}
