package command

import (
	"context"
	"fmt"
	"io"
	"math"
	"regexp"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

const topHelp = `It shows how full the rings of running programs are, who is behind, and what is blocked and why, until q is pressed.
A target is a process that serves Ring.Var by package expvar, as http://HOST:PORT/debug/vars or HOST:PORT, or the path
of a ring between processes (package shm). It takes no part in a ring, and nothing waits for it.

On the terminal, ? shows the keys: space holds the screen, s sorts, enter shows one ring alone, + and - change the interval.
`

func topCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("top", "TARGET...", topHelp)
	o := top.Options{}
	f.DurationVar(&o.Every, "every", time.Second, fmt.Sprintf("time between two looks, at least %v", top.Least))
	f.BoolVar(&o.Once, "once", false, "print what there is as text, with the rates of one interval, and stop")
	pick := f.String("ring", "", "show only rings whose name matches this regular `expression`")
	for { // flags may stand behind targets
		if err := f.parse(args, stdout, math.MaxInt); err != nil {
			return err
		}
		if f.NArg() == 0 {
			break
		}
		t, err := source.Parse(f.Arg(0))
		if err != nil {
			return usageError(err.Error())
		}
		o.Targets = append(o.Targets, t)
		args = f.Args()[1:]
	}
	switch {
	case len(o.Targets) == 0:
		return usageError("top needs a target; disruptor top -h shows the usage")
	case o.Every < top.Least:
		return usageError(fmt.Sprintf("-every of %v; at least %v is needed", o.Every, top.Least))
	}
	if *pick != "" {
		var err error
		if o.Pick, err = regexp.Compile(*pick); err != nil {
			return usageError(fmt.Sprintf("-ring: %v", err))
		}
	}
	return top.Run(ctx, o, stdout, stderr)
}
