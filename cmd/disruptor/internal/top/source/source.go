// Package source reads the rings of other processes: of those that serve Ring.Var over HTTP, and
// those in a file.
package source

import (
	"context"
	"time"
)

// A Target is where rings are read.
type Target struct {
	// Name is short and printable.
	Name string
	read func(context.Context) (Look, error)
}

// Read looks at the rings of the target. It fails if the target is away, does not answer in time,
// or has something else than rings. A Target may be read by several goroutines.
func (t Target) Read(ctx context.Context) (Look, error) { return t.read(ctx) }

// A Look is what a target says of its rings.
type Look struct {
	At    time.Time
	Rings []Ring // in the order of their keys
}

// A Ring is what a target says of one ring. All texts are as the target has them: they may hold
// anything. Durations are in seconds.
type Ring struct {
	Key    string `json:"-"` // where the target has it; another ring may have the place later
	Life   string `json:"-"` // if it differs, it is another ring; "" says nothing
	Shared bool   `json:"-"` // between processes

	Name      string     `json:"name"` // "": none
	Capacity  int64      `json:"capacity"`
	Claimed   int64      `json:"claimed"`
	Published int64      `json:"published"`
	Free      int64      `json:"free"`
	OpenFor   float64    `json:"open_for"` // not known of a shared one
	Consumers []Consumer `json:"consumers"`
	Explain   string     `json:"explain"` // "": nothing to say, or the process has an older version of the library

	// A shared ring has none of these.
	Blocked    int64   `json:"blocked"`
	BlockedFor float64 `json:"blocked_for"`
	Parks      int64   `json:"parks"`
	Wakes      int64   `json:"wakes"`
	Wasted     int64   `json:"wasted"`
	Dropped    int64   `json:"dropped"`
	Inlined    int64   `json:"inlined"`
	TimedOut   int64   `json:"timed_out"`

	// Only a shared ring has these.
	Lost    int64 `json:"-"`
	Aborted int64 `json:"-"`
	Evicted int64 `json:"-"`
}

// A Consumer is what a target says of one consumer.
type Consumer struct {
	Key  string `json:"-"` // identifies it in the ring, as far as can be told
	Kind string `json:"-"`

	Name      string   `json:"name"`
	After     []string `json:"after"`
	Position  int64    `json:"position"`
	Lag       int64    `json:"lag"`
	Available int64    `json:"available"` // -1: not known
	MaxLag    int64    `json:"max_lag"`   // -1: not known
	State     string   `json:"state"`
	For       float64  `json:"for"` // not known of a shared ring
	Workers   int64    `json:"workers"`
	Lossy     bool     `json:"lossy"`
	Missed    int64    `json:"missed"`
	Batches   Batches  `json:"batches"`

	Retried      int64 `json:"retried"`
	Skipped      int64 `json:"skipped"`
	DeadLettered int64 `json:"dead_lettered"`
}

// Batches are the sizes of a consumer's batches. With a Count of 0 nothing is known of them.
type Batches struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean"`
	P50   int64   `json:"p50"`
	P99   int64   `json:"p99"`
	Max   int64   `json:"max"`
}
