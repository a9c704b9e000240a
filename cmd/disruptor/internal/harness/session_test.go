package harness

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

func streamCase() Case {
	return Case{Workload: "W", Kind: Stream, Producers: 1, After: [][]int{nil}, Batch: 1, Capacity: 8, Words: 1}
}

// steady takes so many nanoseconds per event, or says so.
func steady(name, group string, ns time.Duration) Subject {
	return Subject{Name: name, Group: group, Run: func(n int64) (Sample, error) {
		return Sample{Took: time.Duration(n) * ns}, nil
	}}
}

// session makes a session on a machine whose ping-pongs are always the same.
func session(rounds int) *Session {
	return &Session{Rounds: rounds, Target: time.Millisecond, Ping: func() float64 { return 100 }}
}

func rowsOf(t *testing.T, s *Session) map[string]result.Row {
	t.Helper()
	rows := map[string]result.Row{}
	for _, r := range s.Rows() {
		rows[r.Subject] = r
	}
	return rows
}

func TestRowsOfASession(t *testing.T) {
	s := session(5)
	failing := Subject{Name: "liar", Group: "liar", Run: func(int64) (Sample, error) {
		return Sample{}, errors.New("1 of 2 words arrived")
	}}
	subjects := []Subject{steady("fast", "fast", 10), steady("slow", Channel, 40), steady("slower", Channel, 50), failing}
	if err := s.Measure(context.Background(), streamCase(), subjects); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(t, s)
	if r := rows["fast"]; r.NsMedian != 10 || r.NsQ1 != 10 || r.NsQ3 != 10 || r.Kept != 5 || r.Total != 5 || !r.Verified {
		t.Errorf("fast: %+v", r)
	}
	if r := rows["fast"]; r.RatioToChan != 4 { // to the better of the channel's settings
		t.Errorf("ratio %v, not 4", r.RatioToChan)
	}
	if r := rows["slow"]; r.RatioToChan != 1 {
		t.Errorf("the channel's ratio to itself is %v", r.RatioToChan)
	}
	if r := rows["liar"]; r.Verified || r.Total != 0 || r.NsMedian != 0 || !strings.Contains(r.Error, "1 of 2") {
		t.Errorf("liar: %+v", r)
	}
}

func TestAgesAreTheMediansOfTheRuns(t *testing.T) {
	s := session(3)
	p99 := 0.0
	aging := Subject{Name: "x", Group: "x", Run: func(n int64) (Sample, error) {
		p99 += 10
		return Sample{Took: time.Duration(n) * 10, Age: Age{5, p99}}, nil
	}}
	if err := s.Measure(context.Background(), streamCase(), []Subject{aging}); err != nil {
		t.Fatal(err)
	}
	if r := rowsOf(t, s)["x"]; r.AgeP50 != 5 || r.AgeP99 != 40 { // after two for practice
		t.Errorf("ages %v and %v, not 5 and 40", r.AgeP50, r.AgeP99)
	}
}

func TestASubjectThatFailsOnceIsNotTimed(t *testing.T) {
	s := session(5)
	runs := 0
	sometimes := steady("sometimes", "x", 10)
	good := sometimes.Run
	sometimes.Run = func(n int64) (Sample, error) {
		if runs++; runs == 4 {
			return Sample{}, errors.New("lost one")
		}
		return good(n)
	}
	if err := s.Measure(context.Background(), streamCase(), []Subject{sometimes}); err != nil {
		t.Fatal(err)
	}
	if r := rowsOf(t, s)["sometimes"]; r.Verified || r.NsMedian != 0 || r.Error != "lost one" {
		t.Errorf("%+v", r)
	}
	if runs != 4 {
		t.Errorf("it ran %d times, and not until it failed", runs)
	}
}

func TestTooFewRunsMakeNoFigure(t *testing.T) {
	s := session(Fewest)
	if err := s.Measure(context.Background(), streamCase(), []Subject{steady("x", "x", 10)}); err != nil {
		t.Fatal(err)
	}
	s.tests[0].runs[1].ping = 1e12
	r := rowsOf(t, s)["x"]
	if r.NsMedian != 0 || r.Kept != Fewest-1 || r.Total != Fewest || !strings.Contains(r.Error, "2 of 3") || !r.Verified {
		t.Errorf("%+v", r)
	}
}

func TestARunOnADisturbedMachineIsRepeated(t *testing.T) {
	s := session(3)
	disturbed := 0 // so many runs from this one on
	run := steady("x", "x", 10)
	good := run.Run
	runs := 0
	run.Run = func(n int64) (Sample, error) {
		runs++
		disturbed = max(disturbed-1, 0)
		if runs == pilots(streamCase())+2 {
			disturbed = 1
		}
		return good(n)
	}
	s.Ping = func() float64 {
		if disturbed > 0 {
			return 500
		}
		return 100
	}
	if err := s.Measure(context.Background(), streamCase(), []Subject{run}); err != nil {
		t.Fatal(err)
	}
	if r := rowsOf(t, s)["x"]; r.Kept != 3 || r.Total != 5 {
		t.Errorf("%d of %d runs kept, not 3 of 5", r.Kept, r.Total)
	}
}

func TestAMachineThatStaysDisturbedIsGivenUp(t *testing.T) {
	s := session(3)
	s.pings = slices.Repeat([]float64{100}, 20)
	s.Ping = func() float64 { return 200 }
	if err := s.Measure(context.Background(), streamCase(), []Subject{steady("x", "x", 10)}); err != nil {
		t.Fatal(err)
	}
	if r := rowsOf(t, s)["x"]; r.Total != 3*attempts || r.Kept != 0 {
		t.Errorf("%d of %d runs kept, not 0 of %d", r.Kept, r.Total, 3*attempts)
	}
}

func TestARunThatDoesNotEndEndsTheSession(t *testing.T) {
	s := session(3)
	s.Limit = time.Millisecond
	release := make(chan struct{})
	defer close(release)
	stuck := Subject{Name: "stuck", Run: func(int64) (Sample, error) { <-release; return Sample{}, nil }}
	err := s.Measure(context.Background(), streamCase(), []Subject{stuck})
	if !errors.Is(err, errStuck) || !strings.Contains(err.Error(), "stuck") {
		t.Errorf("error %v", err)
	}
}

func TestWhatDisturbsARunIsNotBesideAPingPong(t *testing.T) {
	s := session(3)
	var log []string
	s.Ping = func() float64 { log = append(log, "ping"); return 100 }
	s.Beside = func() (func(), error) {
		log = append(log, "start")
		return func() { log = append(log, "stop") }, nil
	}
	x := Subject{Name: "x", Group: "x", Run: func(n int64) (Sample, error) {
		log = append(log, "run")
		return Sample{Took: time.Duration(n)}, nil
	}}
	if err := s.Measure(context.Background(), streamCase(), []Subject{x}); err != nil {
		t.Fatal(err)
	}
	order := strings.TrimLeft(strings.Join(log, " "), "ping ")
	if want := strings.Repeat("start run stop ping ping ", 3+pilots(streamCase())); order+" ping " != want {
		t.Errorf("%q", order)
	}
}

func TestARunWithoutWhatIsToDisturbItIsNone(t *testing.T) {
	s := session(3)
	none := errors.New("no process")
	s.Beside = func() (func(), error) { return nil, none }
	if err := s.Measure(context.Background(), streamCase(), []Subject{steady("x", "x", 10)}); !errors.Is(err, none) {
		t.Errorf("error %v", err)
	}
}

func TestMeasureStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := session(3)
	runs := 0
	counting := Subject{Name: "x", Run: func(int64) (Sample, error) {
		if runs++; runs == 3 {
			cancel()
		}
		return Sample{Took: 1}, nil
	}}
	if err := s.Measure(ctx, streamCase(), []Subject{counting}); !errors.Is(err, context.Canceled) || runs != 3 {
		t.Errorf("error %v after %d runs", err, runs)
	}
}

func TestRunsFillTheirTime(t *testing.T) {
	for _, tt := range []struct {
		n            int64
		took, target time.Duration
		want         int64
	}{
		{1000, 10 * time.Millisecond, 50 * time.Millisecond, 5000},
		{1000, 100 * time.Millisecond, 50 * time.Millisecond, 500},
		{1000, time.Microsecond, 50 * time.Millisecond, 100_000}, // a hundred times, no more
		{1000, time.Minute, time.Millisecond, 64},
	} {
		if got := next(tt.n, tt.took, tt.target); got != tt.want {
			t.Errorf("after %d in %v, %d for %v, not %d", tt.n, tt.took, got, tt.target, tt.want)
		}
	}
}

func TestTheStartOfProcessesIsNotInARun(t *testing.T) {
	c := streamCase()
	c.Between = true
	s := session(3)
	var last int64
	slow := Subject{Name: "x", Group: "x", Run: func(n int64) (Sample, error) {
		time.Sleep(2 * time.Millisecond) // longer than a run is meant to be
		last = n
		return Sample{Took: time.Duration(n) * 10}, nil
	}}
	if err := s.Measure(context.Background(), c, []Subject{slow}); err != nil {
		t.Fatal(err)
	}
	if want := int64(s.Target / 10); last != want {
		t.Errorf("%d events in the last run, not the %d that fill its time", last, want)
	}
}

func TestACaseMaySayHowManyEvents(t *testing.T) {
	c := streamCase()
	c.Kind, c.Count = Orphan, 7
	s := session(3)
	fixed := Subject{Name: "x", Group: "x", Run: func(n int64) (Sample, error) {
		if n != 7 {
			t.Errorf("%d events, not 7", n)
		}
		return MeasureCalls(n, func(int64) (time.Duration, error) { return time.Millisecond, nil })
	}}
	if err := s.Measure(context.Background(), c, []Subject{fixed}); err != nil {
		t.Fatal(err)
	}
	if r := rowsOf(t, s)["x"]; r.Total != 3 || r.NsMedian < 9.9e5 || r.NsMedian > 1.01e6 || r.Percentiles["p99"] != r.NsMedian {
		t.Errorf("%+v", r)
	}
}

func TestBatchesAreWhole(t *testing.T) {
	c := streamCase()
	c.Batch = 48
	s := session(3)
	whole := Subject{Name: "x", Run: func(n int64) (Sample, error) {
		if n <= 0 || n%48 != 0 {
			t.Errorf("%d events in batches of 48", n)
		}
		return Sample{Took: time.Duration(n)}, nil
	}}
	if err := s.Measure(context.Background(), c, []Subject{whole}); err != nil {
		t.Fatal(err)
	}
}

func TestARatioNeedsEnoughRoundsOfBoth(t *testing.T) {
	s := session(Fewest + 1)
	err := s.Measure(context.Background(), streamCase(), []Subject{steady("fast", "fast", 10), steady("slow", Channel, 40)})
	if err != nil {
		t.Fatal(err)
	}
	if r := rowsOf(t, s)["fast"]; r.RatioToChan != 4 {
		t.Fatalf("ratio %v, not 4", r.RatioToChan)
	}
	disturb := func(test, round int) {
		for i, r := range s.tests[test].runs {
			if r.round == round {
				s.tests[test].runs[i].ping = 1e12
			}
		}
	}
	disturb(1, 0) // of the channel: three are left, and one of them without its partner
	disturb(0, 1)
	if r := rowsOf(t, s)["fast"]; r.RatioToChan != 0 || r.RatioToChanQ1 != 0 || r.RatioToChanQ3 != 0 || r.NsMedian != 10 {
		t.Errorf("a ratio of 2 rounds: %+v", r)
	}
}

func TestAChannelWithTooFewRunsIsNoBaseline(t *testing.T) {
	s := session(Fewest)
	err := s.Measure(context.Background(), streamCase(), []Subject{steady("fast", "fast", 10), steady("slow", Channel, 40)})
	if err != nil {
		t.Fatal(err)
	}
	s.tests[1].runs[0].ping = 1e12
	if r := rowsOf(t, s)["fast"]; r.RatioToChan != 0 || r.NsMedian != 10 {
		t.Errorf("%+v", r)
	}
}

func TestTheBaselineIsTheBestSettingThatHasAFigure(t *testing.T) {
	s := session(Fewest)
	err := s.Measure(context.Background(), streamCase(), []Subject{steady("fast", "fast", 10), steady("few", Channel, 20), steady("all", Channel, 40)})
	if err != nil {
		t.Fatal(err)
	}
	s.tests[1].runs[0].ping = 1e12
	if r := rowsOf(t, s)["fast"]; r.RatioToChan != 4 {
		t.Errorf("%+v", r)
	}
}

func TestASubjectThatOnlyPractisedHasNoRow(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := session(3)
	stopping := Subject{Name: "x", Run: func(int64) (Sample, error) {
		cancel()
		return Sample{Took: 1}, nil
	}}
	if err := s.Measure(ctx, streamCase(), []Subject{stopping}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if rows := s.Rows(); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}

func TestASubjectThatIsLateFallsBehind(t *testing.T) {
	for late, want := range map[float64]bool{0: false, 0.02: false, 0.5: true} {
		s := session(3)
		x := Subject{Name: "x", Group: "x", Run: func(n int64) (Sample, error) {
			return Sample{Took: time.Duration(n), Late: late}, nil
		}}
		if err := s.Measure(context.Background(), streamCase(), []Subject{x}); err != nil {
			t.Fatal(err)
		}
		if r := rowsOf(t, s)["x"]; r.FallsBehind != want {
			t.Errorf("late by %v: %+v", late, r)
		}
	}
}

func TestTheNominalTime(t *testing.T) {
	s := &Session{Rounds: 3, Target: 20 * time.Millisecond}
	stream := streamCase()
	if got, want := s.Nominal(stream, 2), 2*4*20*time.Millisecond+2*5*besideRun; got != want { // three rounds, one practice
		t.Errorf("a stream takes %v, not %v", got, want)
	}
	between := stream
	between.Between = true
	if got := s.Nominal(between, 2) - s.Nominal(stream, 2); got != 2*5*startOfProcess {
		t.Errorf("processes take %v to start", got)
	}
	idle := Case{Kind: Idle, For: time.Second}
	if got := s.Nominal(idle, 5); got < 5*time.Second || got > 6*time.Second {
		t.Errorf("five looks of a second take %v", got)
	}
}
