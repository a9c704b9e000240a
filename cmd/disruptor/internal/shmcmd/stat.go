package shmcmd

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
)

// statistics is what stat prints.
type statistics struct {
	Path     string             `json:"path"`
	Error    string             `json:"error,omitempty"`
	Header   *header            `json:"header,omitempty"`
	Snapshot *ringview.Snapshot `json:"snapshot,omitempty"`
	Rates    *rates             `json:"rates,omitempty"`
	Blocked  []ringview.Blocked `json:"blocked,omitempty"`
}

type header struct {
	Version      string    `json:"version"`
	Created      time.Time `json:"created"`
	Creator      uint64    `json:"creator"`
	Ring         string    `json:"ring"`
	Boot         string    `json:"boot"`
	StaleBoot    bool      `json:"stale_boot"`
	Schema       string    `json:"schema"`
	Capacity     uint64    `json:"capacity"`
	EventSize    uint32    `json:"event_size"`
	EventAlign   uint32    `json:"event_align"`
	Embedded     bool      `json:"embedded"`
	MaxProcesses uint32    `json:"max_processes"`
	MaxProducers uint32    `json:"max_producers"`
	MaxConsumers uint32    `json:"max_consumers"`
	FileSize     uint64    `json:"file_size"`
	Layout       []string  `json:"layout"`
}

// rates are by the second.
type rates struct {
	Interval  float64 `json:"interval_s"`
	Claimed   float64 `json:"claimed"`
	Published float64 `json:"published"`
	Lost      float64 `json:"lost"`
	Aborted   float64 `json:"aborted"`
}

func prepareStat(f *flag.FlagSet) func(context.Context, *call) (int, error) {
	interval := f.Duration("interval", time.Second, "time between two samples, for rates; 0 takes one sample")
	return func(ctx context.Context, c *call) (int, error) { return stat(ctx, c, *interval) }
}

func stat(ctx context.Context, c *call, interval time.Duration) (int, error) {
	f, err := ringview.Open(c.args[0])
	if err != nil {
		return failed, err
	}
	defer f.Close()
	s := statistics{Path: f.Path, Error: words(f.Err)}
	if f.IsRing() {
		s.Header = headerOf(f)
	}
	if f.Usable {
		if err := s.sample(ctx, f, interval); err != nil && s.Error == "" {
			s.Error = words(err)
		}
	}
	status := fine
	if s.Error != "" || s.Snapshot != nil && s.Snapshot.Failed != "" {
		status = wrong
	}
	return status, c.print(s, s.text)
}

// sample takes one or two snapshots.
func (s *statistics) sample(ctx context.Context, f *ringview.File, interval time.Duration) error {
	first, err := f.Snapshot()
	began := time.Now()
	last := first
	if interval > 0 && err == nil {
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
		last, err = f.Snapshot()
		seconds := time.Since(began).Seconds()
		rate := func(a, b int64) float64 { return float64(b-a) / seconds }
		s.Rates = &rates{seconds, rate(first.Claimed, last.Claimed), rate(first.Published, last.Published),
			rate(first.Lost, last.Lost), rate(first.Aborted, last.Aborted)}
	}
	s.Snapshot = &last
	s.Blocked = last.Blocked(f.Geometry.Capacity)
	return err
}

func headerOf(f *ringview.File) *header {
	h := &f.Header
	out := &header{
		Version: fmt.Sprintf("%d.%d", h.Major, h.Minor), Created: time.Unix(0, h.Created).UTC(), Creator: h.Creator,
		Ring: hex.EncodeToString(h.Ring[:]), Boot: hex.EncodeToString(h.Boot[:]), StaleBoot: h.SameBoot() != nil,
		Schema: string(bytes.TrimRight(h.Schema[:], "\x00")), Capacity: h.Capacity, EventSize: h.EventSize,
		EventAlign: h.EventAlign, Embedded: h.Embedded != 0, MaxProcesses: h.Processes, MaxProducers: h.Producers,
		MaxConsumers: h.Consumers, FileSize: h.FileSize, Layout: []string{},
	}
	if f.Text != "" {
		out.Layout = strings.Split(strings.TrimSuffix(f.Text, "\n"), "\n")
	}
	return out
}

func (s statistics) text(w io.Writer) {
	if s.Error != "" {
		fmt.Fprintf(w, "wrong: %s\n", clean(s.Error))
	}
	if s.Header != nil {
		s.Header.text(w, s.Path)
	}
	if s.Snapshot != nil {
		s.snapshotText(w)
	}
}

// text prints what the header says, whatever it is.
func (h *header) text(w io.Writer, path string) {
	marks := "separate marks"
	if h.Embedded {
		marks = "embedded marks"
	}
	fmt.Fprintf(w, "%s: format %s, %d slots for events of %d bytes, %s, %d bytes\n", clean(path), h.Version, h.Capacity, h.EventSize, marks, h.FileSize)
	fmt.Fprintf(w, "  created %s by process %d", h.Created.Format(time.RFC3339), h.Creator)
	if h.StaleBoot {
		fmt.Fprint(w, ", in an earlier boot")
	}
	if h.Schema != "" {
		fmt.Fprintf(w, ", schema %q", h.Schema)
	}
	fmt.Fprintf(w, "\n  at most %d processes, %d producers, %d consumers\n", h.MaxProcesses, h.MaxProducers, h.MaxConsumers)
	for _, line := range h.Layout {
		fmt.Fprintf(w, "  | %s\n", clean(line))
	}
}

func (s statistics) snapshotText(w io.Writer) {
	n := s.Snapshot
	state := ""
	if n.Closed {
		state = ", closed"
	}
	if n.Failed != "" {
		state += ", failed: " + n.Failed
	}
	fmt.Fprintf(w, "%d claimed, %d published, %d slots free%s\n", n.Claimed, n.Published, n.Free, state)
	fmt.Fprintf(w, "  %d sequences lost, %d aborted, none from %d on; %d consumers evicted; %d recoveries\n", n.Lost, n.Aborted, n.LastGap, n.Evicted, n.Recoveries)
	if n.Recovering {
		fmt.Fprintln(w, "  a process is recovering the ring")
	}
	if r := s.Rates; r != nil {
		fmt.Fprintf(w, "  a second, over %.2g s: %.0f claimed, %.0f published, %.0f lost, %.0f aborted\n", r.Interval, r.Claimed, r.Published, r.Lost, r.Aborted)
	}
	writeWho(w, n.Processes, n.Producers, n.Consumers)
	if len(s.Blocked) > 0 {
		fmt.Fprintln(w)
	}
	for _, b := range s.Blocked {
		by := b.By
		if by != "" {
			by += " "
		}
		fmt.Fprintf(w, "%s: no %s at %d: %s%s\n", clean(b.Who), b.Waits, b.Sequence, clean(by), b.What)
	}
}
