package behaviour

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor"
)

var (
	errBoom = errors.New("boom")
	errLate = errors.New("late")
	expired = func() context.Context {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errLate)
		return ctx
	}()
)

// A session applies the operations in a string of bytes to a ring and to its model, and compares
// them.
type Session struct {
	t     testing.TB
	in    []byte
	trace []string // of a verbose run
	hits  map[string]int

	ring      *disruptor.Ring[event]
	memory    []*event // the slots of the ring, as far as they have been seen
	model     *model
	producers []disruptor.Producer[event]
	consumers []*fuzzConsumer // including the ones that have left
	handlers  []*fuzzHandler
	groups    []*fuzzGroup
	workers   []*fuzzWorker
	lossies   []*fuzzLossy
	members   []*fuzzMember            // all that have a place in the stream, in the order of their joins
	open      []disruptor.Batch[event] // claimed, neither published nor aborted
	over      []disruptor.Batch[event] // published, or aborted for good
	split     []disruptor.Batch[event] // claims of which parts were made
	watched   bool                     // compare all that can be looked at, after each operation
	misused   bool                     // the operation has panicked, perhaps after it looked for room
	count     uint64

	senders                    map[senderKey]*fuzzSender
	dropped, inlined, timedOut int64 // events of Senders

	running <-chan error // of Run; nil: it has not been called
	cancel  context.CancelCauseFunc
	quit    chan struct{} // closed at the end of the session: a failure leaves handlers in their calls
}

type fuzzConsumer struct {
	*disruptor.Consumer[event]
	model *modelConsumer
	got   []int64
}

// Where rings begin: at 0, in the middle of nowhere, at a power of two that 32 bits don't hold, and near the end.
var fuzzStarts = []int64{0, 1<<41 + 3, 1<<32 - 4, lastSequence - 24}

var fuzzWaits = []disruptor.WaitStrategy{
	disruptor.SpinWait{}, disruptor.YieldWait{}, disruptor.SleepWait{Max: 50 * time.Microsecond}, disruptor.BlockWait{},
	disruptor.BlockWait{Spin: -1}, UserWait{},
}

// NewSession makes the ring that the first bytes of in describe. It counts in hits what the session meets.
func NewSession(t testing.TB, in []byte, hits map[string]int) *Session {
	s := &Session{t: t, in: in, hits: hits, senders: map[senderKey]*fuzzSender{}, quit: make(chan struct{})}
	shape, place := s.arg(), s.arg()
	cfg := disruptor.Config{
		Capacity:  1 << (shape & 3),
		Producers: disruptor.Producers(shape >> 2 & 1),
		Clear:     shape>>3&1 == 1,
		MaxBatch:  int(shape >> 4 & 3),
		Wait:      fuzzWaits[int(place>>2)%len(fuzzWaits)],
	}
	s.watched = shape>>6&1 == 0
	start := fuzzStarts[place&3]
	s.ring = newRingWithHistory[event](t, cfg, start, rand.New(rand.NewPCG(uint64(place), 1)))
	s.memory = make([]*event, cfg.Capacity)
	if !cfg.Clear {
		s.ring.Fill(func(i int, slot *event) { s.memory[i] = slot })
	}
	s.model = newModel(cfg, start)
	for range 2 - int(cfg.Producers) { // Single == 1
		s.producers = append(s.producers, newProducer(s.ring))
	}
	s.tracef("%+v from %d", cfg, start)
	return s
}

// arg takes the next byte; at the end of the string it is 0.
func (s *Session) arg() byte {
	if len(s.in) == 0 {
		return 0
	}
	b := s.in[0]
	s.in = s.in[1:]
	return b
}

// pick returns one of n, or -1 if there is none.
func (s *Session) pick(n int) int {
	if n == 0 {
		return -1
	}
	return int(s.arg()) % n
}

// run does one operation for each byte and its arguments, and then ends the ring and drains it.
func (s *Session) Run() {
	defer s.leaveNothing()
	for len(s.in) > 0 {
		op := operations[int(s.arg())%len(operations)]
		s.tracef("%s", op.name)
		s.misused = false
		op.do(s)
		s.compare(s.watched)
	}
	s.drain()
}

func (s *Session) tracef(format string, args ...any) {
	if testing.Verbose() {
		s.trace = append(s.trace, fmt.Sprintf(format, args...))
	}
}

func (s *Session) hit(outcome string) {
	s.tracef("\t%s", outcome)
	s.hits[outcome]++
}

func (s *Session) failf(format string, args ...any) {
	s.t.Helper()
	s.t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(s.trace, "\n"))
}

// same is require.Equal without its cost, which would be most of the time of a run.
func same[V comparable](s *Session, what string, want, got V) {
	if want != got {
		s.t.Helper()
		s.failf("%s: the model has %v, the ring %v", what, want, got)
	}
}

// panics reports whether f panics as misuse does. Any other panic goes on.
func panics(f func()) (misused bool) {
	defer func() {
		v := recover()
		_, runtimeError := v.(runtime.Error)
		if !runtimeError && strings.HasPrefix(fmt.Sprint(v), "disruptor: ") {
			misused = true
		} else if v != nil {
			panic(v)
		}
	}()
	f()
	return false
}

// mustPanic fails unless f panics as misuse does. The comparison after it checks that nothing is
// lost.
func (s *Session) mustPanic(what string, f func()) {
	s.t.Helper()
	s.misused = true
	same(s, what+" panics", true, panics(f))
	s.hit("misuse: " + what)
}
