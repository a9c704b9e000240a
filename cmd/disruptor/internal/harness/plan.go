package harness

import "time"

// What a run costs besides the time that it is meant to last, on a machine of 2026: a collection
// of garbage and three ping-pongs; the start of processes; the death of one.
const (
	besideRun      = 3 * time.Millisecond
	startOfProcess = 25 * time.Millisecond
	perDeath       = 4 * time.Millisecond
)

// Nominal returns how long the session means to measure so many subjects in a case. It is a
// plan: a machine that is slow or disturbed takes longer.
func (s *Session) Nominal(c Case, subjects int) time.Duration {
	n, rounds := time.Duration(subjects), time.Duration(s.rounds(c))
	beside := besideRun
	if c.Between {
		beside += startOfProcess
	}
	overhead := time.Duration(s.Steps(c, subjects)) * beside
	switch {
	case c.Kind == Idle:
		return overhead + n*rounds*(settle+c.For)
	case c.Count > 0:
		return overhead + n*rounds*time.Duration(c.Count)*perDeath
	}
	practice := time.Duration(min(pilots(c), 1)) // the first is short
	return overhead + n*(rounds+practice)*s.Target*time.Duration(max(c.Times, 1))
}
