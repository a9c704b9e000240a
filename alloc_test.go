//go:build !race && !disruptor_debug

// Not with the race detector or the checks of disruptor_debug: both allocate.

package disruptor_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// No call allocates per event.

func TestNothingIsAllocatedPerEventOfAGroup(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, nil)
		ctx := t.Context()
		g := r.Group(disruptor.GroupConfig[event]{MaxBatch: 2})
		a, b := g.Worker(), g.Worker()
		stage := r.Group(disruptor.GroupConfig[event]{After: []*disruptor.Consumer[event]{g.Consumer()}}).Worker()
		requireNoAllocs(t, "TryNext, Next, Done, in and out of order", func() {
			for range 5 {
				if !p.TrySend(event{id: 1}) {
					panic("no room")
				}
			}
			first, _ := a.TryNext()
			second, err := b.Next(ctx)
			if err != nil || first.Len() != 2 || second.Len() != 2 {
				panic("not what was published")
			}
			head, rest := second.Split(1)
			b.Done(head)
			b.Done(rest)
			a.Done(first)
			last, _ := b.TryNext()
			b.Done(last)
			if _, ok := a.TryNext(); ok {
				panic("an event")
			}
			all, _ := stage.TryNext()
			if all.Len() != 5 || g.Consumer().Position() != all.To() {
				panic("not what was finished")
			}
			stage.Done(all)
		})
	}
}

type event struct {
	id   int
	name string
	_    [4]int64
}

func newAllocRing(t *testing.T, kind disruptor.Producers, wait disruptor.WaitStrategy) (*disruptor.Ring[event], disruptor.Producer[event]) {
	r, err := disruptor.New[event](disruptor.Config{Capacity: 64, Producers: kind, Wait: wait})
	require.NoError(t, err)
	if kind == disruptor.Single {
		return r, r.SingleProducer()
	}
	return r, r.MultiProducer()
}

func requireNoAllocs(t *testing.T, what string, f func()) {
	t.Helper()
	require.Zero(t, testing.AllocsPerRun(1000, f), what)
}

func TestNothingIsAllocatedPerEvent(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, nil)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		c := r.Consumer("c")
		stage := r.Consumer("stage", c)
		sum := 0
		drain := func() {
			for _, c := range []*disruptor.Consumer[event]{c, stage} {
				if b, ok := c.TryNext(); ok {
					c.Done(b)
				}
			}
		}
		requireNoAllocs(t, "TryClaim, Publish, TryNext, Done", func() {
			b, ok := p.TryClaim(3)
			if !ok {
				panic("no room")
			}
			b.At(1).id = 7
			p.Publish(b)
			drain()
		})
		requireNoAllocs(t, "Claim, Next, Split, parts", func() {
			b, _ := p.Claim(ctx, 4)
			head, rest := b.Split(1)
			p.Publish(head)
			p.Publish(rest)
			b, _ = c.Next(ctx)
			head, rest = b.Split(b.Len() / 2)
			c.Done(head)
			c.Done(rest)
			b, _ = stage.Next(ctx)
			stage.Done(b)
		})
		requireNoAllocs(t, "Send, TrySend, WaitFor, At", func() {
			_ = p.Send(ctx, event{id: 1, name: "sent"})
			p.TrySend(event{id: 2})
			if _, err := c.WaitFor(ctx, c.Position()+1); err != nil {
				panic(err)
			}
			e, err := c.At(c.Position() + 1)
			if err != nil {
				panic(err)
			}
			sum += e.id
			drain()
		})
		requireNoAllocs(t, "All, Slices, Len, From, To", func() {
			b, _ := p.TryClaim(5)
			for s, e := range b.All() {
				e.id = int(s)
			}
			p.Publish(b)
			b, _ = c.TryNext()
			for _, e := range b.All() {
				sum += e.id
			}
			head, tail := b.Slices()
			for i := range head {
				sum += head[i].id
			}
			sum += len(tail) + b.Len() + int(b.From()-b.To())
			drain()
		})
		requireNoAllocs(t, "Position, Lag, Name, Published, Err, Cap", func() {
			sum += int(c.Position()+c.Lag()+r.Published()) + len(c.Name()) + r.Cap()
			if r.Err() != nil || p.TrySend(event{}) != true {
				panic("closed")
			}
			drain()
		})
		requireNoAllocs(t, "calls that fail", func() {
			if _, ok := c.TryNext(); ok {
				panic("an event")
			}
			b, _ := p.TryClaim(64)
			if _, ok := c.TryNext(); ok {
				panic("an open claim")
			}
			p.Publish(b)
			if p.TrySend(event{}) {
				panic("room on a full ring")
			}
			if _, ok := p.TryClaim(1); ok {
				panic("room on a full ring")
			}
			drain()
		})
	}
}

func TestDoAllocatesNothingForAClosureThatCaptures(t *testing.T) {
	// With the concrete types: through the interface Producer the compiler can't see that the closure does not escape.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	refused := errors.New("refused")
	sum := 0
	r, _ := newAllocRing(t, disruptor.Multi, nil)
	p := r.MultiProducer()
	requireNoAllocs(t, "Multi", func() {
		id := sum
		_ = p.Do(ctx, 2, func(b disruptor.Batch[event]) error {
			b.At(0).id, b.At(1).id = id, id+1
			sum++
			return nil
		})
	})
	r, single := newAllocRing(t, disruptor.Single, nil)
	q := single.(*disruptor.SingleProducer[event])
	requireNoAllocs(t, "Single", func() {
		id := sum
		_ = q.Do(ctx, 2, func(b disruptor.Batch[event]) error {
			b.At(0).id, b.At(1).id = id, id+1
			sum++
			return nil
		})
	})
	requireNoAllocs(t, "Single, aborted", func() { // Multi keeps a table of aborted ranges
		id := sum
		_ = q.Do(ctx, 2, func(b disruptor.Batch[event]) error {
			b.At(0).id = id
			return refused
		})
	})
	require.EqualValues(t, 2*1001, r.Published())
}

func TestALoopOverBatchesAllocatesNothingPerTurn(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, nil)
		ctx, cancel := context.WithCancel(context.Background())
		c := r.Consumer("c")
		turns := 0
		loop := func() {
			left := turns
			p.TrySend(event{})
			for b := range c.Batches(ctx) {
				for _, e := range b.All() {
					e.id++
				}
				if left--; left == 0 {
					break
				}
				p.TrySend(event{})
			}
		}
		turns = 1
		once := testing.AllocsPerRun(200, loop)
		turns = 101
		often := testing.AllocsPerRun(200, loop)
		require.InDelta(t, once, often, 1, "100 turns more") // the allocations of context.AfterFunc vary
		cancel()
	}
}

// requireNoAllocsAsleep requires that call, which parks until act has been called, allocates nothing.
//
// The helper, on another goroutine, lets the call under test park before it calls act. Stats
// would tell whether the call has parked, but allocates. So the helper yields, with the one P
// that AllocsPerRun leaves, and the test checks the sum of all parks at the end.
func requireNoAllocsAsleep(t *testing.T, r *disruptor.Ring[event], what string, call, act func()) {
	t.Helper()
	const turns = 500
	do, done := make(chan struct{}), make(chan struct{})
	go func() {
		for range do {
			for range 20 {
				runtime.Gosched()
			}
			act()
			done <- struct{}{}
		}
		close(done)
	}()
	before := r.Stats().Parks
	allocs := testing.AllocsPerRun(turns, func() {
		do <- struct{}{}
		call()
		<-done
	})
	close(do)
	<-done
	require.Zero(t, allocs, what)
	require.GreaterOrEqual(t, r.Stats().Parks-before, int64(turns), what)
}

func TestAWorkerThatParksAllocatesNothing(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, disruptor.BlockWait{Spin: -1})
		w := r.Group(disruptor.GroupConfig[event]{}).Worker()
		requireNoAllocsAsleep(t, r, "a worker on an empty ring", func() {
			b, err := w.Next(context.Background())
			if err != nil {
				panic(err)
			}
			w.Done(b)
		}, func() { p.TrySend(event{id: 1}) })
	}
}

// The goroutines of Run wait for one event after the other.
func TestAHandlerAllocatesNothingPerBatch(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, nil)
		called := make(chan struct{})
		handler := func(disruptor.Batch[event]) error { called <- struct{}{}; return nil }
		r.Handle("handler", handler)
		r.HandleGroup(disruptor.GroupConfig[event]{Name: "group", Workers: 2}, handler)
		r.HandleLossy(disruptor.LossyConfig[event]{Name: "lossy"},
			func(disruptor.Copy[event]) error { called <- struct{}{}; return nil })
		running := make(chan error)
		go func() { running <- r.Run(context.Background()) }()
		requireNoAllocs(t, "without a trace", func() {
			if !p.TrySend(event{id: 1}) {
				panic("no room")
			}
			for range 3 {
				<-called
			}
		})
		r.Close()
		require.NoError(t, <-running)
	}
}

func TestAConsumerInASelectAllocatesNothing(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, nil)
		c := r.Consumer("c")
		stage := r.Consumer("stage", c)
		<-c.Ready()
		<-stage.Ready()
		requireNoAllocs(t, "TryNext in vain, a publish, Ready, TryNext, Done", func() {
			for _, c := range []*disruptor.Consumer[event]{c, stage} {
				if _, ok := c.TryNext(); ok {
					panic("an event")
				}
			}
			p.TrySend(event{id: 1})
			for _, c := range []*disruptor.Consumer[event]{c, stage} {
				<-c.Ready()
				b, ok := c.TryNext()
				if !ok {
					panic("nothing")
				}
				c.Done(b)
			}
		})
	}
}

func TestALoopOverEventsAllocatesNothingPerEvent(t *testing.T) {
	r, p := newAllocRing(t, disruptor.Multi, nil)
	c := r.Consumer("c")
	turns := 0
	loop := func() {
		left := turns
		p.TrySend(event{})
		for _, e := range c.Events(context.Background()) {
			e.id++
			if left--; left == 0 {
				break
			}
			p.TrySend(event{})
		}
	}
	turns = 1
	once := testing.AllocsPerRun(200, loop)
	turns = 101
	require.Equal(t, once, testing.AllocsPerRun(200, loop), "100 events more")
}

func TestALossyConsumerAllocatesNothingPerCopy(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		r, p := newAllocRing(t, kind, nil)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		hangs := r.LossyConsumer(disruptor.LossyConfig[event]{Name: "hangs"})
		c := r.LossyConsumer(disruptor.LossyConfig[event]{Name: "c", MaxBatch: 8})
		sum := int64(0)
		requireNoAllocs(t, "TryNext, Next, pushes", func() {
			for range 20 {
				_ = p.Send(ctx, event{id: 1, name: "sent"})
			}
			got, err := c.Next(ctx)
			if err != nil {
				panic(err)
			}
			sum += got.Missed
			for i := range got.Events {
				sum += int64(got.Events[i].id)
			}
			c.TryNext()
			sum += c.Position() + c.Lag() + c.Missed() + int64(len(c.Name()))
		})
		require.Positive(t, hangs.Missed())
		require.Positive(t, c.Missed())
	}
}

func TestAWaitThatParksAllocatesNothing(t *testing.T) {
	for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
		ctx, cancel := context.WithCancel(context.Background())
		r, p := newAllocRing(t, kind, disruptor.BlockWait{Spin: -1})
		here, there := r.Consumer("here"), r.Consumer("there")
		stage := r.Consumer("stage", there)

		waits := func(what string, call, act func()) { requireNoAllocsAsleep(t, r, what, call, act) }
		next := func(c *disruptor.Consumer[event]) {
			b, err := c.Next(ctx)
			if err != nil {
				panic(err)
			}
			head, _ := b.Split(1)
			c.Done(head)
		}
		send := func() {
			if err := p.Send(ctx, event{id: 1}); err != nil {
				panic(err)
			}
		}
		waits("a consumer on an empty ring", func() { next(here); next(there); next(stage) }, send)
		waits("WaitFor on an empty ring", func() {
			if _, err := here.WaitFor(ctx, here.Position()); err != nil {
				panic(err)
			}
			next(here)
			next(there)
			next(stage)
		}, send)
		waits("a stage behind another", func() { next(stage) }, func() { send(); next(here); next(there) })
		for range r.Cap() {
			send()
		}
		waits("a claim on a full ring", send, func() { next(here); next(there); next(stage) })
		for _, wait := range []time.Duration{0, time.Minute} {
			s := p.Sender(disruptor.Overflow[event]{Wait: wait})
			waits("a sender on a full ring", func() {
				if err := s.Send(ctx, event{id: 1}); err != nil {
					panic(err)
				}
			}, func() { next(here); next(there); next(stage) })
		}
		cancel()
	}
}

func TestAnEventWithoutRoomAllocatesNothing(t *testing.T) {
	kept := 0
	for name, o := range map[string]disruptor.Overflow[event]{
		"drop":               {Drop: true},
		"inline":             {Inline: func(e event) error { kept += e.id; return nil }},
		"wait":               {Wait: time.Minute},
		"wait, then drop":    {Wait: time.Minute, Drop: true},
		"wait, then inline":  {Wait: time.Minute, Inline: func(e event) error { kept += e.id; return nil }},
		"drop what is small": {Drop: true, Block: func(e event) bool { return e.id > 1 }},
	} {
		for _, kind := range []disruptor.Producers{disruptor.Single, disruptor.Multi} {
			synctest.Test(t, func(t *testing.T) { // there a minute takes no time
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				r, p := newAllocRing(t, kind, disruptor.BlockWait{Spin: -1})
				s := p.Sender(o)
				r.Consumer("c")
				for p.TrySend(event{}) {
				}
				requireNoAllocs(t, name, func() { _ = s.Send(ctx, event{id: 1}) })
				stats := r.Stats()
				require.EqualValues(t, 1001, stats.Dropped+stats.Inlined+stats.TimedOut)
				if o.Wait > 0 {
					require.EqualValues(t, 1001, stats.Parks)
				}
			})
		}
	}
}
