package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A Session measures cases one after the other. Only at its end are all ping-pongs known, and so
// which runs count.
type Session struct {
	Rounds int
	Target time.Duration     // of a run
	Limit  time.Duration     // after which a run will not end; 0: a minute
	Step   func(what string) // called before each run, if it is not nil
	Tries  int               // how often a round is tried on a machine that is disturbed; 0: 3
	// Beside, if it is not nil, starts a disturbance before each run, and returns the function
	// that stops it. It does not disturb the ping-pongs, and its start and stop are not in the
	// time of the run.
	Beside func() (stop func(), err error)
	// Ping measures how disturbed the machine is; nil: [PingPong].
	Ping func() float64

	pings []float64
	tests []*test
}

// A test is one subject in one case.
type test struct {
	c       Case
	subject Subject
	n       int64 // events per producer of the next run
	runs    []run
	err     error
}

// Steps returns how many runs a case with so many subjects takes.
func (s *Session) Steps(c Case, subjects int) int { return subjects * (s.rounds(c) + pilots(c)) }

// rounds is 1 for idle cases: they are long, and how much a goroutine that waits computes does not drift.
func (s *Session) rounds(c Case) int {
	if c.Kind == Idle {
		return 1
	}
	return s.Rounds
}

// Measure runs each subject for practice, which sets the length of its runs, and then in rounds,
// each in a new random order. It stops early when ctx ends. It does not run a subject again that
// has failed.
func (s *Session) Measure(ctx context.Context, c Case, subjects []Subject) error {
	if s.Ping == nil {
		s.Ping = PingPong
	}
	tests := make([]*test, len(subjects))
	for i, subject := range subjects {
		tests[i] = &test{c: c, subject: subject, n: firstRun(c)}
		s.tests = append(s.tests, tests[i])
		for range pilots(c) {
			if err := s.run(ctx, tests[i], -1); err != nil {
				return err
			}
		}
	}
	for round := range s.rounds(c) {
		for _, i := range rand.Perm(len(tests)) {
			if err := s.round(ctx, tests[i], round); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstRun and pilots: the first run warms up and is short, the second finds how many events
// fill the time. A case with a timetable, a duration or a fixed number of events needs neither.
func firstRun(c Case) int64 {
	switch c.Kind {
	case Echo, Wake, Attach:
		return 200
	case Gather, Stream, Share, Keyed, Bare:
		return max(1<<13/int64(c.Words), 256)
	}
	return 0
}

func pilots(c Case) int {
	if c.Kind == Idle || c.Count > 0 || c.Kind == Paced && c.Every > 0 {
		return 0
	}
	return 2
}

// attempts is how often a subject runs in a round while the machine is disturbed, unless the
// session says otherwise. All of these runs count in the total.
const attempts = 3

// round runs one test once, and again if the ping-pongs so far say that the run does not count.
func (s *Session) round(ctx context.Context, t *test, round int) error {
	tries := s.Tries
	if tries == 0 {
		tries = attempts
	}
	for range tries {
		if err := s.run(ctx, t, round); err != nil || t.err != nil || t.c.Kind == Idle {
			return err
		}
		if last := t.runs[len(t.runs)-1]; last.ping <= limit(s.pings) {
			return nil
		}
	}
	return nil
}

// run runs one test once. Round -1 is practice.
func (s *Session) run(ctx context.Context, t *test, round int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.Step != nil {
		s.Step(t.c.Workload + " " + t.subject.Name + " " + t.subject.Setting)
	}
	if t.err != nil {
		return nil
	}
	if t.c.Kind == Paced && t.c.Every > 0 {
		t.n = max(int64(s.Target/t.c.Every), 1000)
	}
	if t.c.Count > 0 {
		t.n = t.c.Count
	}
	n := max(t.n/int64(t.c.Batch), 1) * int64(t.c.Batch)
	runtime.GC()
	before := s.quiet()
	stop := func() {}
	if s.Beside != nil {
		var err error
		if stop, err = s.Beside(); err != nil {
			return err
		}
	}
	sample, took, err := s.watch(t, n)
	stop()
	if err == errStuck {
		return fmt.Errorf("%s, %s %s: %w", t.c.Name(), t.subject.Name, t.subject.Setting, err)
	}
	if err != nil {
		t.err = err
		return nil
	}
	if t.c.Between && sample.Took > 0 {
		took = sample.Took // processes take longer to start than some runs do
	}
	after := s.Ping()
	s.pings = append(s.pings, before, after)
	if round >= 0 {
		t.runs = append(t.runs, run{round, t.c.value(sample, n), max(before, after), sample})
	}
	t.n = next(n, took, s.Target*time.Duration(max(t.c.Times, 1)))
	return nil
}

// quiet waits a little for an undisturbed machine and returns the last ping-pong. The ones
// before it don't count: a disturbed machine makes more of them.
func (s *Session) quiet() float64 {
	const most = 20
	for len(s.pings) < most {
		s.pings = append(s.pings, s.Ping())
	}
	ping := s.Ping()
	for range most {
		if ping <= limit(s.pings) {
			break
		}
		time.Sleep(time.Millisecond)
		ping = s.Ping()
	}
	return ping
}

// next returns how many events a run must have to last for target, if n of them took so long. It grows by at most a
// hundred times, since the first runs are too short to be trusted.
func next(n int64, took, target time.Duration) int64 {
	factor := float64(target) / float64(max(took, time.Microsecond))
	return max(int64(float64(n)*min(factor, 100)), 64)
}

// value is the one figure by which runs of a case are compared.
func (c Case) value(s Sample, n int64) float64 {
	switch c.Kind {
	case Idle:
		return s.CPU
	case Echo, Wake, Paced, Attach, Orphan:
		return float64(s.Latency.ValueAtQuantile(50))
	}
	return float64(s.Took.Nanoseconds()) / float64(n*int64(c.Producers))
}

var errStuck = errors.New("the run does not end; its goroutines would disturb all later runs")

// watch runs t and gives up when it does not end.
func (s *Session) watch(t *test, n int64) (Sample, time.Duration, error) {
	limit := s.Limit
	if limit == 0 {
		limit = time.Minute
	}
	type outcome struct {
		sample Sample
		err    error
	}
	done := make(chan outcome, 1)
	begin := time.Now()
	go func() {
		sample, err := t.subject.Run(n)
		done <- outcome{sample, err}
	}()
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case o := <-done:
		return o.sample, time.Since(begin), o.err
	case <-timeout.C:
		return Sample{}, limit, errStuck
	}
}

// Environment adds to e what the session knows about the machine.
func (s *Session) Environment(e result.Environment) result.Environment {
	e.PingPongMedian = round3(Quantile(s.pings, 0.5))
	e.PingPongLimit = round3(limit(s.pings))
	return e
}
