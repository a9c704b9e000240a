package harness

import (
	"fmt"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// Fewest is how many kept runs make a figure.
const Fewest = 3

// tooLate is the Late of a run in which the subject could not keep the pace.
const tooLate = 0.1

// Rows returns what the session has found: a row per subject and case, in the order in which
// they were measured. A subject that has only practised, since the session was stopped, has no
// row.
func (s *Session) Rows() []result.Row {
	most := limit(s.pings)
	channel := map[string][]run{} // by case: the channel's runs with its best setting
	for _, t := range s.tests {
		name := t.c.Name()
		if t.subject.Group == Channel && t.err == nil {
			runs := t.kept(most)
			best := channel[name]
			if len(runs) >= Fewest && (best == nil || spreadOf(values(runs)).median < spreadOf(values(best)).median) {
				channel[name] = runs
			}
		}
	}
	var rows []result.Row
	for _, t := range s.tests {
		if t.err != nil || len(t.runs) > 0 {
			rows = append(rows, t.row(most, channel[t.c.Name()]))
		}
	}
	return rows
}

// kept returns the runs that count. A cache line's way says nothing about a case that is idle.
func (t *test) kept(most float64) []run {
	if t.c.Kind == Idle {
		return t.runs
	}
	return kept(t.runs, most)
}

func (t *test) row(most float64, channel []run) result.Row {
	r := result.Row{
		Workload: t.c.Workload, Subject: t.subject.Name, Group: t.subject.Group, Setting: t.subject.Setting,
		Batch: t.c.Batch, Capacity: t.c.Capacity, Producers: t.c.Producers, Consumers: len(t.c.After), Load: t.c.Load,
		Total: len(t.runs), Verified: t.err == nil,
	}
	if t.err != nil {
		r.Error = t.err.Error()
		return r
	}
	runs := t.kept(most)
	r.Kept = len(runs)
	for _, v := range values(t.runs) {
		r.Runs = append(r.Runs, round3(v))
	}
	if t.c.Kind == Idle {
		r.CPU = Quantile(values(runs), 0.5)
		return r
	}
	if len(runs) < Fewest {
		r.Error = fmt.Sprintf("%d of %d runs kept: too few for a figure", r.Kept, r.Total)
		return r
	}
	ns := spreadOf(values(runs))
	r.NsMedian, r.NsQ1, r.NsQ3 = round3(ns.median), round3(ns.q1), round3(ns.q3)
	if of := ratios(channel, runs); len(of) >= Fewest {
		ratio := spreadOf(of)
		r.RatioToChan, r.RatioToChanQ1, r.RatioToChanQ3 = round3(ratio.median), round3(ratio.q1), round3(ratio.q3)
	}
	r.FallsBehind = medianOf(runs, func(s Sample) float64 { return s.Late }) > tooLate
	r.AgeP50 = medianOf(runs, func(s Sample) float64 { return s.Age.P50 })
	r.AgeP99 = medianOf(runs, func(s Sample) float64 { return s.Age.P99 })
	if runs[0].sample.Latency != nil {
		r.Percentiles = percentiles(runs)
	}
	return r
}

// percentiles returns the median over the runs of each percentile: what a run gives, and not what a mixture of
// good and bad runs does.
func percentiles(runs []run) map[string]float64 {
	of := map[string]func(Sample) float64{
		"mean": func(s Sample) float64 { return s.Latency.Mean() },
		"max":  func(s Sample) float64 { return float64(s.Latency.Max()) },
	}
	for name, q := range map[string]float64{"p50": 50, "p90": 90, "p99": 99, "p99.9": 99.9, "p99.99": 99.99} {
		of[name] = func(s Sample) float64 { return float64(s.Latency.ValueAtQuantile(q)) }
	}
	out := map[string]float64{}
	for name, f := range of {
		out[name] = medianOf(runs, f)
	}
	return out
}

func medianOf(runs []run, f func(Sample) float64) float64 {
	v := make([]float64, len(runs))
	for i, r := range runs {
		v[i] = f(r.sample)
	}
	return round3(Quantile(v, 0.5))
}
