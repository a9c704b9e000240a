// Package result holds what a run of the benchmarks found, in the form in which it is written to
// a file.
package result

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// A Report is one run of the tool: where it ran, what it measured, and what it found.
type Report struct {
	Environment Environment `json:"environment"`
	Workloads   []Workload  `json:"workloads"`
	Rows        []Row       `json:"rows"`

	// Interrupted says why the run ended before its plan did, and what is missing. It is empty
	// for a whole run.
	Interrupted string `json:"interrupted,omitempty"`
}

// Environment says where and how a report was made.
type Environment struct {
	CPU        string    `json:"cpu"`
	GoVersion  string    `json:"go_version"`
	OS         string    `json:"os"`
	Arch       string    `json:"arch"`
	Kernel     string    `json:"kernel,omitempty"`
	Commit     string    `json:"commit"`
	Command    string    `json:"command"`
	CPUs       int       `json:"cpus"`
	GOMAXPROCS int       `json:"gomaxprocs"`
	When       time.Time `json:"when"`

	// Neighbours is how many processes kept a processor busy during each run, but not during the
	// ping-pongs.
	Neighbours int `json:"neighbours,omitempty"`

	// The round trip of a cache line between two processors, in nanoseconds: its median over the session, and the
	// limit above which the machine counted as disturbed and a run next to it was dropped.
	PingPongMedian float64 `json:"ping_pong_median"`
	PingPongLimit  float64 `json:"ping_pong_limit"`
}

// A Workload names one table of rows.
type Workload struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
}

// A Row is what one subject with one setting did in one workload. All times are in nanoseconds.
type Row struct {
	Workload string `json:"workload"`
	Subject  string `json:"subject"`
	Group    string `json:"group"`   // rival family: its figure is that of its best setting in the row
	Setting  string `json:"setting"` // the wait, the kind of producer, …

	Batch     int     `json:"batch"`
	Capacity  int     `json:"capacity"`
	Producers int     `json:"producers"`
	Consumers int     `json:"consumers"`
	Load      float64 `json:"load,omitempty"` // open loop: fraction of saturation

	NsMedian float64 `json:"ns_median"` // per event, or per round trip
	NsQ1     float64 `json:"ns_q1"`
	NsQ3     float64 `json:"ns_q3"`

	// Percentiles of latency workloads: "p50", "p90", "p99", "p99.9", "p99.99", "max", "mean".
	Percentiles map[string]float64 `json:"percentiles,omitempty"`

	// The age of a stream's events when the last stages see them, from just before the call that
	// claims or sends them. It is 0 in files of older versions and between processes.
	AgeP50 float64 `json:"age_p50,omitempty"`
	AgeP99 float64 `json:"age_p99,omitempty"`

	// FallsBehind is set in an open loop if the subject can't keep the pace: the latencies grow
	// with the length of a run.
	FallsBehind bool `json:"falls_behind,omitempty"`

	CPU float64 `json:"cpu,omitempty"` // idle workloads: fraction of one core

	// The channel's time per event over this subject's in the same round. It is 0 without a
	// baseline: the case has no channel, too few of their rounds were kept, or one of the two
	// falls behind.
	RatioToChan   float64 `json:"ratio_to_chan,omitempty"`
	RatioToChanQ1 float64 `json:"ratio_to_chan_q1,omitempty"`
	RatioToChanQ3 float64 `json:"ratio_to_chan_q3,omitempty"`

	Kept     int       `json:"kept"`  // runs that count
	Total    int       `json:"total"` // runs made
	Runs     []float64 `json:"runs,omitempty"`
	Verified bool      `json:"verified"` // every event of every run arrived, once and in order
	Error    string    `json:"error,omitempty"`
}

// Read reads a report from a file that Write wrote. It drops the ratios that have no baseline:
// see [Sound].
func Read(path string) (Report, error) {
	var r Report
	data, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("%s is no report: %w", path, err)
	}
	return Sound(r), nil
}

// Write writes a report as JSON.
func Write(w io.Writer, r Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
