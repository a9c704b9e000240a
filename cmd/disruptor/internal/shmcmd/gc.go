package shmcmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/be395dad/disruptor/shm"
)

// collected is what gc prints.
type collected struct {
	Dir     string   `json:"dir"`
	DryRun  bool     `json:"dry_run"`
	Removed []string `json:"removed"` // or would be
	Kept    []kept   `json:"kept"`
}

type kept struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

func prepareGC(f *flag.FlagSet) func(context.Context, *call) (int, error) {
	dry := f.Bool("n", false, "only print what would be removed")
	return func(_ context.Context, c *call) (int, error) { return gc(c, *dry) }
}

func gc(c *call, dry bool) (int, error) {
	out := collected{Dir: c.arg(0, defaultDir), DryRun: dry, Removed: []string{}, Kept: []kept{}}
	status := fine
	err := eachRing(out.Dir, func(path string, f *ringview.File) {
		switch why, err := collect(path, f, dry); {
		case err != nil:
			out.Kept = append(out.Kept, kept{path, words(err)})
			status = failed
		case why != "":
			out.Kept = append(out.Kept, kept{path, why})
		default:
			out.Removed = append(out.Removed, path)
		}
	})
	if err != nil {
		return failed, err
	}
	return status, c.print(out, out.text)
}

// collect removes a ring, or says why it stays.
func collect(path string, f *ringview.File, dry bool) (why string, err error) {
	switch {
	case errors.Is(f.Err, ringfile.ErrVersion) || errors.Is(f.Err, ringfile.ErrFeature):
		return "of another version: this one can't tell whether it is in use", nil
	case f.LockErr != nil:
		return "", f.LockErr
	case f.InUse():
		return "in use", nil
	case dry:
		return "", nil
	}
	if err := shm.Remove(path); errors.Is(err, shm.ErrInUse) || errors.Is(err, shm.ErrRetired) {
		return "in use", nil
	} else if err != nil {
		return "", err
	}
	return "", nil
}

func (c collected) text(w io.Writer) {
	verb := "removed"
	if c.DryRun {
		verb = "would remove"
	}
	for _, path := range c.Removed {
		fmt.Fprintf(w, "%s %s\n", verb, clean(path))
	}
	for _, k := range c.Kept {
		fmt.Fprintf(w, "kept %s: %s\n", clean(k.Path), clean(k.Why))
	}
	if len(c.Removed)+len(c.Kept) == 0 {
		fmt.Fprintf(w, "no rings in %s\n", clean(c.Dir))
	}
}
