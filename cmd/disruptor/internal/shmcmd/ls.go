package shmcmd

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
)

const defaultDir = "/dev/shm"

// listing is what ls prints.
type listing struct {
	Dir   string   `json:"dir"`
	Rings []listed `json:"rings"`
}

type listed struct {
	Path      string `json:"path"`
	Capacity  int64  `json:"capacity,omitempty"`
	EventSize int64  `json:"event_size,omitempty"`
	Alive     int    `json:"alive"` // processes
	Dead      int    `json:"dead"`
	Unknown   int    `json:"unknown"`
	Claimed   int64  `json:"claimed"`
	Closed    bool   `json:"closed"`
	Failed    string `json:"failed,omitempty"`
	Error     string `json:"error,omitempty"`
}

func prepareLs(*flag.FlagSet) func(context.Context, *call) (int, error) { return ls }

func ls(_ context.Context, c *call) (int, error) {
	l := listing{Dir: c.arg(0, defaultDir), Rings: []listed{}}
	status := fine
	err := eachRing(l.Dir, func(path string, f *ringview.File) {
		entry := list(path, f)
		if entry.Error != "" || entry.Failed != "" {
			status = wrong
		}
		l.Rings = append(l.Rings, entry)
	})
	if err != nil {
		return failed, err
	}
	return status, c.print(l, l.text)
}

// eachRing calls visit with each ring in a folder. What can't be opened is passed over.
func eachRing(dir string, visit func(path string, f *ringview.File)) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		f, err := ringview.Open(path)
		if err != nil {
			continue // another user's, or gone
		}
		if f.IsRing() {
			visit(path, f)
		}
		f.Close()
	}
	return nil
}

func list(path string, f *ringview.File) listed {
	l := listed{Path: path, Error: words(f.Err)}
	if !f.Usable {
		return l
	}
	l.Capacity, l.EventSize = f.Geometry.Capacity, f.Geometry.EventSize
	s, err := f.Snapshot()
	if l.Error == "" {
		l.Error = words(err)
	}
	l.Claimed, l.Closed, l.Failed = s.Claimed, s.Closed, s.Failed
	for _, p := range s.Processes {
		switch p.Lock {
		case ringview.Alive:
			l.Alive++
		case ringview.Dead:
			l.Dead++
		default:
			l.Unknown++
		}
	}
	return l
}

func (l listing) text(w io.Writer) {
	if len(l.Rings) == 0 {
		fmt.Fprintf(w, "no rings in %s\n", clean(l.Dir))
		return
	}
	t := table(w)
	fmt.Fprintln(t, "path\tslots\tevent\talive\tdead\tclaimed\tstate")
	for _, r := range l.Rings {
		state := "open"
		switch {
		case r.Error != "":
			state = r.Error
		case r.Failed != "":
			state = "failed: " + r.Failed
		case r.Closed:
			state = "closed"
		}
		dead := fmt.Sprint(r.Dead)
		if r.Unknown > 0 {
			dead += fmt.Sprintf(", %d unknown", r.Unknown)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%d\t%s\n", clean(r.Path), r.Capacity, r.EventSize, r.Alive, dead, r.Claimed, clean(state))
	}
	_ = t.Flush()
}
