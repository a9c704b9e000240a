package harness

import (
	"math"
	"slices"
	"time"
)

// An Age is how old the events of a stream are when they are seen, in nanoseconds.
type Age struct{ P50, P99 float64 }

// sampledSpan is how many events there are to each whose age is taken. Reading the clock takes some 40 ns, which each
// side does once: less than 0.05 ns an event.
const sampledSpan = 1024

// Ages takes the age of the first event, or batch, of each span of events that a producer of a stream publishes: from
// just before the call that publishes it until a consumer comes to it. The call is Claim, where it is not one that does
// all: what waits for room in one queue has to be counted in each. The consumers are the stages that no other follows.
//
// Each side notes times in its own memory, made before the run. Nothing is shared that the queue
// would have to order, and what is done for each event is to compare its number with that of the
// next to be timed.
type Ages struct {
	c       Case
	sent    []padded // by producer
	seen    []padded // by stage, of one producer
	tallies []*Tally // by stage, of several
}

type padded struct {
	Times
	_ [128]byte
}

// Times are when the sampled events of one producer came by.
type Times struct {
	due   int64 // number of the first word of the next of them
	step  int64
	begin time.Time
	at    []time.Duration // its capacity is how many there are
}

const never = math.MaxInt64

// NewAges prepares a run of n events per producer. Between processes there is no clock to leave in memory: no ages are
// taken.
func NewAges(c Case, n int64) *Ages {
	a := &Ages{c: c, sent: make([]padded, c.Producers), seen: make([]padded, len(c.After)), tallies: make([]*Tally, len(c.After))}
	begin := time.Now()
	times := func(p int, timed bool) Times {
		if !timed || c.Between || n == 0 {
			return Times{due: never}
		}
		return Times{First(p), a.span() * int64(c.Words), begin, make([]time.Duration, 0, (n-1)/a.span()+1)}
	}
	for p := range a.sent {
		a.sent[p].Times = times(p, true)
	}
	for i := range c.After {
		if c.Producers == 1 {
			a.seen[i].Times = times(0, a.last(i))
			continue
		}
		a.tallies[i] = NewTally()
		for p := range c.Producers {
			a.tallies[i].of[p].seen = times(p, a.last(i))
		}
	}
	return a
}

// span returns the number of events of a span: whole batches.
func (a *Ages) span() int64 {
	batch := int64(a.c.Batch)
	return (sampledSpan + batch - 1) / batch * batch
}

// last reports whether no stage follows stage i.
func (a *Ages) last(i int) bool {
	return !slices.ContainsFunc(a.c.After, func(after []int) bool { return slices.Contains(after, i) })
}

// Produce has producer p publish its n events, a span at a time: produce is called with the first word of a span, and how
// many events it has.
func (a *Ages) Produce(p int, n int64, produce func(v, n int64)) {
	t := &a.sent[p].Times
	v := First(p)
	if t.due == never {
		produce(v, n)
		return
	}
	for span := a.span(); n > 0; n -= span {
		t.Pass(v)
		produce(v, min(n, span))
		v += t.step
	}
}

// Stage returns the times of stage i, which sees one producer's events.
func (a *Ages) Stage(i int) *Times { return &a.seen[i].Times }

// Tally returns the Tally of stage i, which sees several producers' events.
func (a *Ages) Tally(i int) *Tally { return a.tallies[i] }

// Due returns the number of the next event to be timed.
func (t *Times) Due() int64 { return t.due }

// Pass is called when the event with the number v is next, in order.
func (t *Times) Pass(v int64) {
	if v == t.due {
		t.Note()
	}
}

// Note is called when the event that is due is next.
func (t *Times) Note() {
	t.at = append(t.at, time.Since(t.begin))
	if t.due += t.step; len(t.at) == cap(t.at) {
		t.due = never
	}
}

// Age returns the ages of a run that has ended.
func (a *Ages) Age() Age {
	var ages []float64
	for i := range a.c.After {
		for p := range a.sent {
			sent, seen := a.sent[p].at, a.seen[i].at
			if a.c.Producers > 1 {
				seen = a.tallies[i].of[p].seen.at
			}
			for k := range min(len(seen), len(sent)) {
				ages = append(ages, float64(seen[k]-sent[k]))
			}
		}
	}
	slices.Sort(ages)
	return Age{Quantile(ages, 0.5), Quantile(ages, 0.99)}
}
