package shmcmd

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
	"github.com/be395dad/disruptor/shm"
)

// recovered is what recover prints.
type recovered struct {
	Path      string   `json:"path"`
	Processes int      `json:"processes"` // dead ones whose attachments were freed
	Lost      int      `json:"lost"`      // sequences
	Evicted   int      `json:"evicted"`   // consumers
	Held      []string `json:"held"`      // the names of consumers that are dead and waited for, now
	Failed    string   `json:"failed,omitempty"`
}

func prepareRecover(*flag.FlagSet) func(context.Context, *call) (int, error) { return recoverRing }

func recoverRing(_ context.Context, c *call) (int, error) {
	did, err := shm.Recover(c.args[0])
	if err != nil {
		return statusOf(err), err
	}
	out := recovered{Path: c.args[0], Processes: did.Processes, Lost: did.Lost, Evicted: did.Evicted, Held: []string{}}
	out.Failed, out.Held = after(c.args[0])
	return statusOfFailure(out.Failed), c.print(out, func(w io.Writer) {
		if did == (shm.Recovered{}) {
			fmt.Fprintf(w, "%s: nothing to do\n", clean(out.Path))
		} else {
			fmt.Fprintf(w, "%s: %d processes were dead; %d sequences lost, %d consumers evicted\n", clean(out.Path), did.Processes, did.Lost, did.Evicted)
		}
		for _, name := range out.Held {
			fmt.Fprintf(w, "  consumer %q is held\n", name)
		}
		writeFailed(w, out.Failed)
	})
}

// evicted is what evict prints.
type evicted struct {
	Path    string `json:"path"`
	Name    string `json:"name"`
	Evicted bool   `json:"evicted"`
	Failed  string `json:"failed,omitempty"`
}

func prepareEvict(f *flag.FlagSet) func(context.Context, *call) (int, error) {
	force := f.Bool("force", false, "evict a living consumer too, if it allows that")
	return func(_ context.Context, c *call) (int, error) {
		if err := shm.EvictConsumer(c.args[0], c.args[1], *force); err != nil {
			return statusOf(err), err
		}
		out := evicted{Path: c.args[0], Name: c.args[1], Evicted: true}
		out.Failed, _ = after(c.args[0])
		return statusOfFailure(out.Failed), c.print(out, func(w io.Writer) {
			fmt.Fprintf(w, "%s: consumer %q is evicted\n", clean(out.Path), out.Name)
			writeFailed(w, out.Failed)
		})
	}
}

// after returns how the ring looks now.
func after(path string) (failure string, held []string) {
	held = []string{}
	f, err := ringview.Open(path)
	if err != nil {
		return "", held
	}
	defer f.Close()
	s, _ := f.Snapshot()
	for _, consumer := range s.Consumers {
		if consumer.State == "held" {
			held = append(held, consumer.Name)
		}
	}
	return s.Failed, held
}

func statusOfFailure(failure string) int {
	if failure != "" {
		return wrong
	}
	return fine
}

func writeFailed(w io.Writer, failure string) {
	if failure != "" {
		fmt.Fprintf(w, "  the ring has failed: %s\n", failure)
	}
}
