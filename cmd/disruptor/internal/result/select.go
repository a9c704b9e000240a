package result

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
	if r.CPU > 0 {
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
