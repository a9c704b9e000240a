package source

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
)

// file is the path of a ring between processes. It is opened for each look: the ring may have been
// made anew.
type file struct{ path string }

func (f file) read(context.Context) (Look, error) {
	ring, err := ringview.Open(f.path)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) { // the path is known
			err = path.Err
		}
		return Look{}, err
	}
	defer ring.Close()
	if !ring.Usable {
		return Look{}, ring.Err
	}
	at := time.Now()
	s, err := ring.Snapshot()
	if err == nil {
		err = ring.Err
	}
	r := Ring{
		Key: f.path, Name: filepath.Base(f.path), Life: hex.EncodeToString(ring.Header.Ring[:]), Shared: true,
		Capacity: ring.Geometry.Capacity, Claimed: s.Claimed, Published: s.Published, Free: s.Free,
		Lost: s.Lost, Aborted: s.Aborted, Evicted: s.Evicted, Explain: explain(&s, ring.Geometry.Capacity, err),
	}
	names := map[int]string{}
	for _, c := range s.Consumers {
		names[c.Index] = c.Name
	}
	for _, c := range s.Consumers {
		r.Consumers = append(r.Consumers, consumer(c, names))
	}
	return Look{At: at, Rings: []Ring{r}}, nil
}

func consumer(c ringview.Consumer, names map[int]string) Consumer {
	out := Consumer{
		Key: fmt.Sprint(c.Index, c.Epoch), Name: c.Name, State: c.State, Position: c.Position, Lag: c.Lag,
		Available: -1, MaxLag: -1, Kind: "held",
	}
	if c.Process >= 0 {
		out.Kind = fmt.Sprint("process ", c.PID)
		if c.Lock == ringview.Dead {
			out.State = "dead"
		}
	}
	for _, i := range c.After {
		out.After = append(out.After, names[i])
	}
	return out
}

// explain says who waits for whom in a ring, and what is wrong with it.
func explain(s *ringview.Snapshot, capacity int64, err error) string {
	var parts []string
	if err != nil {
		parts = append(parts, "wrong: "+err.Error())
	}
	if s.Failed != "" {
		parts = append(parts, "failed: "+s.Failed)
	}
	if s.Closed {
		parts = append(parts, "closed")
	}
	if s.Recovering {
		parts = append(parts, "a process is recovering the ring")
	}
	for _, b := range s.Blocked(capacity) {
		by := b.By
		if by != "" {
			by += " "
		}
		parts = append(parts, fmt.Sprintf("%s: no %s at %d: %s%s", b.Who, b.Waits, b.Sequence, by, b.What))
	}
	return strings.Join(parts, "; ")
}
