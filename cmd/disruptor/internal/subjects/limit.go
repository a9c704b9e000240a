package subjects

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/wiring"
)

const limitGroup = "limit"

// Limit offers what two processors can do with bare memory, without a queue that can be full,
// waited for, closed or shared.
func Limit(c harness.Case) []harness.Subject {
	if c.Between || c.Lean || c.Poll || !c.HasProcessors() && c.Kind == harness.Stream {
		return nil
	}
	one := func(name string, run func(int64) (harness.Sample, error)) harness.Subject {
		return harness.Subject{Name: name, Group: limitGroup, Setting: "bare memory", Run: run}
	}
	switch {
	case c.Kind == harness.Echo && c.Every == 0:
		return []harness.Subject{one("cache line ping-pong", func(n int64) (harness.Sample, error) { return echoLine(c, n) })}
	case c.Kind != harness.Stream || len(c.After) != 1 || c.Producers != 1 || c.Words != 1:
		return nil
	case c.Batch == 1:
		return []harness.Subject{
			one("stamped slots", func(n int64) (harness.Sample, error) { return streamStamped(c, n) }),
			one("index stored per event", func(n int64) (harness.Sample, error) { return streamIndexed(c, n) }),
		}
	}
	return []harness.Subject{one(fmt.Sprintf("index stored per %d", c.Batch),
		func(n int64) (harness.Sample, error) { return streamIndexed(c, n) })}
}

// A line is a word that shares its cache line with no other.
type line struct {
	_ [128]byte
	atomic.Int64
	_ [128]byte
}

// look is called after the n-th vain look, from 0, and returns n+1. It yields so seldom that it does not show.
func look(n int) int {
	if n%1000 == 999 {
		runtime.Gosched()
	}
	return n + 1
}

// echoLine writes a word and waits until the other side has written another.
func echoLine(c harness.Case, turns int64) (harness.Sample, error) {
	var there, back line // v+1, so that 0 is none
	var other sync.WaitGroup
	other.Go(func() {
		for v := int64(1); v <= turns; v++ {
			for n := 0; there.Load() != v; n = look(n) {
			}
			back.Store(v)
		}
	})
	sample, err := harness.MeasureEcho(c, turns, func(v int64) int64 {
		there.Store(v + 1)
		for n := 0; back.Load() != v+1; n = look(n) {
		}
		return v
	})
	other.Wait()
	return sample, err
}

// streamStamped has no index: a slot holds its event and says by it that it is new. The writer looks a half lap ahead
// how far the reader has come, which says so as rarely.
func streamStamped(c harness.Case, events int64) (harness.Sample, error) {
	slots := make([]atomic.Int64, c.Capacity) // v+1, so that 0 is none
	mask, half := int64(c.Capacity-1), int64(c.Capacity/2)
	var read line
	found := make([]wiring.Seen, 1)
	ages := harness.NewAges(c, events)
	produce := func(v, n int64) {
		for end := v + n; v < end; v++ {
			if v%half == 0 {
				for n := 0; read.Load() < v-half; n = look(n) {
				}
			}
			slots[v&mask].Store(v + 1)
		}
	}
	t := wiring.Start()
	t.Producers.Go(func() { ages.Produce(0, events, produce) })
	t.Stages.Go(func() {
		seen := ages.Stage(0)
		var bad int64
		for want := range events {
			slot := &slots[want&mask]
			v := slot.Load() - 1
			for n := 0; v < want; n = look(n) {
				v = slot.Load() - 1
			}
			seen.Pass(want)
			bad |= v ^ want
			if (want+1)%half == 0 {
				read.Store(want + 1)
			}
		}
		found[0] = wiring.Seen{Bad: bad, Words: events}
	})
	sample := t.End(func() {})
	sample.Age = ages.Age()
	return sample, wiring.Check(c, events, found)
}

// streamIndexed stores an index after each batch.
func streamIndexed(c harness.Case, events int64) (harness.Sample, error) {
	slots := make([]int64, c.Capacity)
	mask, capacity, batch := int64(c.Capacity-1), int64(c.Capacity), int64(c.Batch)
	var written, read line
	found := make([]wiring.Seen, 1)
	ages := harness.NewAges(c, events)
	room := capacity // slots before it were free at the last look
	produce := func(v, n int64) {
		free := room
		for end := v + n; v < end; v += batch {
			for n := 0; free < v+batch; n = look(n) {
				free = read.Load() + capacity
			}
			for i := v; i < v+batch; i++ {
				slots[i&mask] = i
			}
			written.Store(v + batch)
		}
		room = free
	}
	t := wiring.Start()
	t.Producers.Go(func() { ages.Produce(0, events, produce) })
	t.Stages.Go(func() {
		seen := ages.Stage(0)
		var bad, want int64
		for want < events {
			ready := written.Load()
			for n := 0; ready == want; n = look(n) {
				ready = written.Load()
			}
			for want < ready {
				seen.Pass(want)
				for end := min(ready, seen.Due()); want < end; want++ {
					bad |= slots[want&mask] ^ want
				}
			}
			read.Store(want)
		}
		found[0] = wiring.Seen{Bad: bad, Words: want}
	})
	sample := t.End(func() {})
	sample.Age = ages.Age()
	return sample, wiring.Check(c, events, found)
}
