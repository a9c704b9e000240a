package result

import (
	"cmp"
	"slices"
)

// Percentiles are the keys of Row.Percentiles, in the order in which they are shown.
var Percentiles = []string{"p50", "p90", "p99", "p99.9", "p99.99", "max", "mean"}

// A Size is what tells the cases of one workload apart.
type Size struct {
	Workload             string
	Batch, Capacity      int
	Producers, Consumers int
	Load                 float64
}

// Size returns the case that the row belongs to.
func (r Row) Size() Size {
	return Size{r.Workload, r.Batch, r.Capacity, r.Producers, r.Consumers, r.Load}
}

// Of returns the rows of a workload.
func (r Report) Of(workload string) []Row {
	var rows []Row
	for _, row := range r.Rows {
		if row.Workload == workload {
			rows = append(rows, row)
		}
	}
	return rows
}

// Figure is what rows of one case are compared by, less being better: CPU or time. It is 0 if the row has none.
func (r Row) Figure() float64 {
	switch {
	case r.Behind():
		return 0
	case r.CPU > 0:
		return r.CPU
	}
	return r.NsMedian
}

// Best reports whether row is the best setting of its group in its case.
func Best(rows []Row, row Row) bool {
	if row.Figure() == 0 {
		return false
	}
	for _, other := range rows {
		if other.Group == row.Group && other.Size() == row.Size() && other.Figure() > 0 && other.Figure() < row.Figure() {
			return false
		}
	}
	return true
}

// Limit is the group of loops over bare memory, which show how far there is to go and don't compete.
const Limit = "limit"

// Frontier returns the undominated rows of one case, the fastest first: no other row is at least
// as good in both time per event and age of the 99th percentile, and better in one. It leaves
// out rows without both figures, unranked ones, and limits. It keeps all of several equal rows.
func Frontier(rows []Row) []Row {
	var front []Row
	for _, r := range rows {
		if r.aged() && !slices.ContainsFunc(rows, func(o Row) bool {
			return o.aged() && o.NsMedian <= r.NsMedian && o.AgeP99 <= r.AgeP99 && (o.NsMedian < r.NsMedian || o.AgeP99 < r.AgeP99)
		}) {
			front = append(front, r)
		}
	}
	slices.SortStableFunc(front, func(a, b Row) int { return cmp.Compare(a.NsMedian, b.NsMedian) })
	return front
}

// aged reports whether r has a time and an age to compare.
func (r Row) aged() bool {
	return r.NsMedian > 0 && r.AgeP99 > 0 && r.State() == Ranked && r.Group != Limit
}
