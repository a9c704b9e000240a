package disruptor

import "encoding/json"

// A Var shows the Stats of a ring and what Explain says, as JSON. It implements expvar.Var:
// publish it with expvar.Publish or in an expvar.Map, under a name of your choice. The command
// disruptor top shows it live. [Ring.Var] makes one; the zero Var shows null.
type Var struct{ look func() *snapshot }

// Var returns a Var of the ring. Any goroutine may call it.
func (r *Ring[T]) Var() Var { return Var{r.look} }

// String looks at the ring as [Ring.Stats] does and returns a JSON object. Its keys are the fields
// of [Stats] and [ConsumerStats], in lower case with underscores, and explain, which has the text
// of [Ring.Explain]. Durations are in seconds, State is its String, and batches has count, mean,
// p50, p99 and max. Any goroutine may call it.
func (v Var) String() string {
	if v.look == nil {
		return "null"
	}
	s := v.look()
	consumers := make([]map[string]any, len(s.Consumers))
	for i, c := range s.Consumers {
		consumers[i] = map[string]any{
			"name": c.Name, "after": append([]string{}, c.After...),
			"position": c.Position, "lag": c.Lag, "available": c.Available, "max_lag": c.MaxLag,
			"state": c.State.String(), "for": c.For.Seconds(), "workers": c.Workers,
			"lossy": c.Lossy, "missed": c.Missed,
			"retried": c.Retried, "skipped": c.Skipped, "dead_lettered": c.DeadLettered,
			"batches": map[string]any{
				"count": c.Batches.Count(), "mean": c.Batches.Mean(),
				"p50": c.Batches.Quantile(0.5), "p99": c.Batches.Quantile(0.99), "max": c.Batches.Quantile(1),
			},
		}
	}
	text, err := json.Marshal(map[string]any{
		"name": s.Name, "capacity": s.Capacity, "claimed": s.Claimed, "published": s.Published, "free": s.Free,
		"blocked": s.Blocked, "blocked_for": s.BlockedFor.Seconds(), "open_for": s.OpenFor.Seconds(),
		"consumers": consumers, "explain": s.explain(),
		"parks": s.Parks, "wakes": s.Wakes, "wasted": s.Wasted, "fences": s.Fences,
		"dropped": s.Dropped, "inlined": s.Inlined, "timed_out": s.TimedOut,
	})
	if err != nil {
		panicf("Stats in JSON: %v", err) // never: every value in them has a form in JSON
	}
	return string(text)
}
