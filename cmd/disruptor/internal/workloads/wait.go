package workloads

import (
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
)

// The waits: how soon the other side answers, and what waiting costs.

// rest is long enough for a goroutine that waits to have parked, and its processor with it. The sender sleeps, too.
const rest = 100 * time.Microsecond

var roundTrip = Workload{
	Name: "W8", Title: "round trip to another goroutine", Unit: perTrip,
	Cases: fixed(wait("W8", harness.Echo, 0)),
}

var roundTripIdle = Workload{
	Name: "W8-idle", Title: "round trip after 100 µs of sleep", Unit: perTrip,
	Cases: fixed(wait("W8-idle", harness.Echo, rest)),
}

var wakeUp = Workload{
	Name: "W8b", Title: "wake-up of a goroutine that waits, while the sender works on for up to 1 ms", Unit: nanos,
	Cases: fixed(wait("W8b", harness.Wake, 0)),
}

var wakeUpIdle = Workload{
	Name: "W8b-idle", Title: "wake-up after 100 µs of sleep, while the sender works on for up to 1 ms", Unit: nanos,
	Cases: fixed(wait("W8b-idle", harness.Wake, rest)),
}

func wait(workload string, kind harness.Kind, pause time.Duration) harness.Case {
	c := stream(workload)
	c.Kind, c.Capacity, c.Pause = kind, small, pause
	if pause >= rest {
		c.Times = 4 // or it would be too few events for the far percentiles
	}
	return c
}

var idle = Workload{
	Name: "W9", Title: "CPU time of 4 stages and 2 producers without an event", Unit: perCore,
	Cases: func(o Options) []harness.Case { return []harness.Case{idleCase("W9", o, false)} },
}

var idleStuck = Workload{
	Name: "W9-stuck", Title: "CPU time while the first of 4 stages is stuck in its handler and all others wait", Unit: perCore,
	Cases: func(o Options) []harness.Case { return []harness.Case{idleCase("W9-stuck", o, true)} },
}

func idleCase(workload string, o Options, stuck bool) harness.Case {
	c := graph(workload, longChain)
	c.Kind, c.Capacity, c.Producers = harness.Idle, small, 2
	c.Stuck, c.For = stuck, 10*time.Second
	if o.Quick {
		c.For = 250 * time.Millisecond
	}
	return c
}
