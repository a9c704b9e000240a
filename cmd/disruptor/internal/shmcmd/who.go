package shmcmd

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
)

// people is what who prints.
type people struct {
	Path      string              `json:"path"`
	Error     string              `json:"error,omitempty"`
	Processes []ringview.Process  `json:"processes"`
	Producers []ringview.Producer `json:"producers"`
	Consumers []ringview.Consumer `json:"consumers"`
}

func prepareWho(*flag.FlagSet) func(context.Context, *call) (int, error) { return who }

func who(_ context.Context, c *call) (int, error) {
	f, err := ringview.Open(c.args[0])
	if err != nil {
		return failed, err
	}
	defer f.Close()
	p := people{Path: f.Path, Error: words(f.Err), Processes: []ringview.Process{}, Producers: []ringview.Producer{}, Consumers: []ringview.Consumer{}}
	if f.Usable {
		s, err := f.Snapshot()
		if p.Error == "" {
			p.Error = words(err)
		}
		p.Processes, p.Producers, p.Consumers = s.Processes, s.Producers, s.Consumers
	}
	status := fine
	if p.Error != "" {
		status = wrong
	}
	return status, c.print(p, func(w io.Writer) {
		if p.Error != "" {
			fmt.Fprintf(w, "wrong: %s\n", clean(p.Error))
		}
		writeWho(w, p.Processes, p.Producers, p.Consumers)
	})
}

// writeWho prints the processes, producers and consumers.
func writeWho(w io.Writer, processes []ringview.Process, producers []ringview.Producer, consumers []ringview.Consumer) {
	t := table(w)
	fmt.Fprintln(t, "process\tpid\tname\tlock\tstate\tsince")
	for _, p := range processes {
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t%s\n", p.Index, p.PID, orDash(p.Name), p.Lock, proc(p.Proc), p.Since.Format(time.RFC3339))
	}
	_ = t.Flush()
	if len(producers) > 0 {
		fmt.Fprintln(t, "\nproducer\tname\tstate\tprocess\tclaimed, or about to be")
		for _, p := range producers {
			claim := "-"
			if p.From < p.To {
				claim = fmt.Sprintf("[%d, %d)", p.From, p.To)
			}
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", p.Index, orDash(p.Name), p.State, owner(p.Owner), claim)
		}
		_ = t.Flush()
	}
	if len(consumers) > 0 {
		fmt.Fprintln(t, "\nconsumer\tname\tstate\tprocess\tposition\tbehind\tafter\ton death\tevictable")
		for _, c := range consumers {
			after := "-"
			if len(c.After) > 0 {
				after = strings.Trim(fmt.Sprint(c.After), "[]")
			}
			death := c.OnDeath
			if c.Grace > 0 {
				death += " " + time.Duration(c.Grace).String()
			}
			evictable := "no"
			if c.Evictable != 0 {
				evictable = fmt.Sprint(c.Evictable)
			}
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", c.Index, orDash(c.Name), c.State, owner(c.Owner), c.Position, c.Lag, after, death, evictable)
		}
		_ = t.Flush()
	}
}
