package shmcmd

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
)

// checkup is what check prints.
type checkup struct {
	Path string `json:"path"`
	OK   bool   `json:"ok"`
	ringview.Checkup
}

func prepareCheck(*flag.FlagSet) func(context.Context, *call) (int, error) { return check }

func check(_ context.Context, c *call) (int, error) {
	f, err := ringview.Open(c.args[0])
	if err != nil {
		return failed, err
	}
	defer f.Close()
	out := checkup{Path: f.Path, Checkup: f.Check()}
	out.OK = len(out.Problems) == 0
	status := fine
	if !out.OK {
		status = wrong
	}
	return status, c.print(out, out.text)
}

func (c checkup) text(w io.Writer) {
	for _, p := range c.Problems {
		fmt.Fprintf(w, "wrong: %s: %s\n", p.Where, clean(p.What))
	}
	for _, n := range c.Notes {
		fmt.Fprintf(w, "note: %s: %s\n", n.Where, clean(n.What))
	}
	if c.OK {
		fmt.Fprintf(w, "%s: fine\n", clean(c.Path))
	}
}
