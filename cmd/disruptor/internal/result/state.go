package result

import "time"

// A State says whether a row is compared with others, and if not, why.
type State int

const (
	Ranked    State = iota
	Saturated       // it falls behind: its latency says how long the run was
	TooFew          // too few of its runs were kept for a figure
	Failed          // it lost, repeated, reordered or damaged an event, or did not run at all
)

// State returns the state of a row.
func (r Row) State() State {
	switch {
	case !r.Verified:
		return Failed
	case r.Error != "":
		return TooFew
	case r.Behind():
		return Saturated
	}
	return Ranked
}

// Note says in words why a row is not compared with others. It returns "" for one that is.
func (r Row) Note() string {
	switch r.State() {
	case Failed:
		if r.Error == "" {
			return "failed: not verified: events were lost, repeated or out of order"
		}
		return "failed: " + r.Error
	case TooFew:
		return r.Error
	case Saturated:
		return "falls behind"
	}
	return ""
}

// hopeless is a median latency that no subject has which keeps the pace: a stalled processor is
// back sooner.
const hopeless = 10 * time.Millisecond

// Behind reports whether the subject of an open loop can't keep the pace. Files of older
// versions do not say so: there it is told from the median latency.
func (r Row) Behind() bool {
	return r.FallsBehind || r.Load > 0 && r.NsMedian >= float64(hopeless)
}

// Baseline is the group that others are measured against.
const Baseline = "channel"

// Sound returns the report without the ratios that have no baseline, because the channel has no
// figure in the case or the row itself has none.
func Sound(r Report) Report {
	based := map[Size]bool{}
	for _, row := range r.Rows {
		if row.Group == Baseline && row.State() == Ranked && row.Figure() > 0 {
			based[row.Size()] = true
		}
	}
	rows := append([]Row(nil), r.Rows...)
	for i := range rows {
		if row := &rows[i]; !based[row.Size()] || row.State() != Ranked {
			row.RatioToChan, row.RatioToChanQ1, row.RatioToChanQ3 = 0, 0, 0
		}
	}
	r.Rows = rows
	return r
}
