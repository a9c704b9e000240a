package harness

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestEchoChecksAnswers(t *testing.T) {
	c := Case{Kind: Echo}
	sample, err := MeasureEcho(c, 100, func(v int64) int64 { return v })
	if err != nil || sample.Latency.TotalCount() != 100 {
		t.Errorf("%d trips, error %v", sample.Latency.TotalCount(), err)
	}
	if _, err := MeasureEcho(c, 100, func(v int64) int64 { return v / 50 * 50 }); err == nil {
		t.Error("a wrong answer is not seen")
	}
}

func TestACallThatFailsEndsTheMeasurement(t *testing.T) {
	calls := 0
	_, err := MeasureCalls(10, func(i int64) (time.Duration, error) {
		if calls++; i == 3 {
			return 0, errors.New("no ring")
		}
		return 1, nil
	})
	if err == nil || !strings.Contains(err.Error(), "call 3: no ring") || calls != 4 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}

func TestEchoCountsWhatItDelays(t *testing.T) {
	c := Case{Kind: Echo, Every: time.Millisecond}
	sample, err := MeasureEcho(c, 1, func(v int64) int64 { time.Sleep(5 * time.Millisecond); return v })
	if err != nil {
		t.Fatal(err)
	}
	if n := sample.Latency.TotalCount(); n < 5 {
		t.Errorf("a trip of 5 ms that delays four others counts %d times", n)
	}
}

func TestWakeChecksEvents(t *testing.T) {
	q := make(chan int64, 1)
	post := func(v int64) { q <- v }
	sample, err := MeasureWake(Case{Kind: Wake}, 50, post, func() int64 { return <-q })
	if err != nil || sample.Latency.TotalCount() != 50 {
		t.Errorf("%d events, error %v", sample.Latency.TotalCount(), err)
	}
	if _, err := MeasureWake(Case{Kind: Wake}, 50, post, func() int64 { return min(<-q, 48) }); err == nil {
		t.Error("a wrong event is not seen")
	}
}

// A sender that is held up at one event must not hide it: all events that were due by then are late.
func TestTimetableCountsFromTheIntendedTime(t *testing.T) {
	const n, stop = 1000, 20 * time.Millisecond
	c := Case{Kind: Paced, Every: 10 * time.Microsecond, After: [][]int{nil, nil}}
	table := NewTimetable(c)
	table.Send(n, func(v int64) {
		if v == 0 {
			time.Sleep(stop)
		}
		table.Receiver(0).Receive(v)
		table.Receiver(1).Receive(v)
	})
	sample, err := table.End(n)
	if err != nil {
		t.Fatal(err)
	}
	// The table is 10 ms long, and all of it passes during the stop: the last event is 10 ms late at least.
	if least := sample.Latency.Min(); least < int64(stop-n*c.Every)/2 {
		t.Errorf("an event that was due during the stop is only %v late", time.Duration(least))
	}
	if got, want := sample.Latency.TotalCount(), int64(n/sampled+1); got > want {
		t.Errorf("%d events timed, and not at most %d: of more than the first receiver", got, want)
	}
	if _, err := table.End(n + 1); err == nil {
		t.Error("a lost event is not seen")
	}
	table.Receiver(1).Receive(n + 1)
	table.Receiver(0).Receive(n)
	if _, err := table.End(n + 1); err == nil {
		t.Error("a wrong event is not seen")
	}
}

func TestEventsDueAtOnceAreSentAtOnce(t *testing.T) {
	table := NewTimetable(Case{Kind: Paced})
	sent := int64(0)
	table.Send(100, func(v int64) {
		if v != sent {
			t.Errorf("event %d is sent as number %d", v, sent)
		}
		sent++
	})
	if sent != 100 {
		t.Errorf("%d events sent", sent)
	}
}

func TestPingPong(t *testing.T) {
	if ns := PingPong(); ns <= 0 {
		t.Errorf("%v ns", ns)
	}
}
