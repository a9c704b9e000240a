package subjects

import (
	"fmt"
	"runtime"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	smarty "github.com/smarty/go-disruptor"
)

const smartyName = "smarty/go-disruptor"

// A smartyWait is how smarty's listeners and writers wait; nil means its default.
type smartyWait struct {
	name     string
	strategy smarty.WaitStrategy
}

// gosched and busy are wait strategies of smarty's: each method is one step of a wait.
type (
	gosched struct{}
	busy    struct{}
)

func (gosched) Gate(int64)    { runtime.Gosched() }
func (gosched) Idle(int64)    { runtime.Gosched() }
func (gosched) Reserve(int64) { runtime.Gosched() }

func (busy) Gate(int64)    {}
func (busy) Idle(int64)    {}
func (busy) Reserve(int64) {}

// Smarty offers smarty's disruptor. It has no ring: slots are the user's.
func Smarty(c harness.Case) []harness.Subject {
	byDefault, yields, spins := smartyWait{"default waits", nil}, smartyWait{"Gosched", gosched{}}, smartyWait{"spin", busy{}}
	waits := []smartyWait{byDefault, yields}
	switch {
	case c.Between:
		return nil
	case c.Kind == harness.Gather || c.Kind == harness.Share || c.Kind == harness.Keyed || c.Kind == harness.Wake || c.Poll || c.Producers > 255:
		return nil // it has no consumer to poll, and its waiters can't sleep
	case c.Kind == harness.Idle:
		waits = waits[:1]
	case c.Kind == harness.Echo && c.Every > 0:
		waits = waits[1:]
	case c.Lean:
		waits = waits[1:]
	case c.HasProcessors():
		waits = append(waits, spins)
	}
	var subjects []harness.Subject
	for _, w := range waits {
		if run := w.run(c); run != nil {
			subjects = append(subjects, harness.Subject{Name: smartyName, Group: smartyName, Setting: w.name, Run: run})
		}
	}
	return subjects
}

func (w smartyWait) run(c harness.Case) func(int64) (harness.Sample, error) {
	switch c.Kind {
	case harness.Echo:
		return func(n int64) (harness.Sample, error) { return w.echo(c, n) }
	case harness.Idle:
		return func(int64) (harness.Sample, error) { return w.idle(c) }
	case harness.Paced:
		return func(n int64) (harness.Sample, error) { return w.paced(c, n) }
	case harness.Bare:
		return func(n int64) (harness.Sample, error) { return w.bare(c, n) }
	}
	var stream func(smartyWait, harness.Case, int64) (harness.Sample, error)
	switch c.Words {
	case 1:
		stream = streamSmarty[[1]int64]
	case 8:
		stream = streamSmarty[[8]int64]
	case 32:
		stream = streamSmarty[[32]int64]
	case 2048:
		stream = streamSmarty[[2048]int64]
	default:
		return nil
	}
	return func(n int64) (harness.Sample, error) { return stream(w, c, n) }
}

// open makes a disruptor with a group of handlers for each step.
func (w smartyWait) open(c harness.Case, steps ...[]smarty.Handler) smarty.Disruptor {
	o := smarty.Options
	options := list(o.BufferCapacity(uint32(c.Capacity)), o.WriterCount(uint8(c.Producers)))
	if w.strategy != nil {
		options = append(options, o.WaitStrategy(w.strategy))
	}
	for _, handlers := range steps {
		options = append(options, o.NewHandlerGroup(handlers...))
	}
	d, err := smarty.New(options...)
	if err != nil {
		panic(fmt.Sprintf("case %s: %v", c.Name(), err))
	}
	return d
}

// list makes a slice of a type that smarty does not export.
func list[T any](v ...T) []T { return v }

// depth returns how many stages come before stage i of a graph. Its groups are by depth: each follows all of the one
// before.
func depth(after [][]int, i int) int {
	d := 0
	for _, j := range after[i] {
		d = max(d, depth(after, j)+1)
	}
	return d
}
