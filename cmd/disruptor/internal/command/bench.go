package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/report"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
	tables "github.com/be395dad/disruptor/cmd/disruptor/internal/table"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/workloads"
)

type options struct {
	quick, list       bool
	workload, subject string
	json, html, raw   string
	rounds            int
	neighbours        int
}

const benchHelp = `It runs each workload with each subject, checks every event, and prints a table for each workload. When interrupted,
it prints and writes the rows so far, marked as incomplete.
`

func parse(args []string, stdout io.Writer) (o options, err error) {
	f := newFlags("bench", "", benchHelp)
	f.BoolVar(&o.quick, "quick", false,
		fmt.Sprintf("3 rounds of short runs, at most %v in all: to see that it works, not to quote", quickLimit))
	f.BoolVar(&o.list, "list", false, "list the workloads and stop")
	f.StringVar(&o.workload, "workload", "", "run only these workloads: `names` as in W1,W6")
	f.StringVar(&o.subject, "subject", "", "run only these subjects or families: `names` as in disruptor,channel")
	f.StringVar(&o.json, "json", "", "write every row to this `file`")
	f.StringVar(&o.html, "html", "", "write a page with charts to this `file`")
	f.StringVar(&o.raw, "raw", "", "write the tables with all settings, not only the best of each family, to this `file`")
	f.IntVar(&o.rounds, "rounds", 9, "how often each subject runs; with -quick the default is 3")
	f.IntVar(&o.neighbours, "neighbour", 0, "how many processes keep a processor busy during each run")
	if err := f.parse(args, stdout, 0); err != nil {
		return o, err
	}
	switch {
	case o.rounds < 1:
		return o, usageError(fmt.Sprintf("-rounds of %d; at least 1 is needed", o.rounds))
	case o.neighbours < 0:
		return o, usageError(fmt.Sprintf("-neighbour of %d", o.neighbours))
	case o.quick && !f.isSet("rounds"):
		o.rounds = harness.Fewest
	}
	return o, nil
}

func bench(ctx context.Context, args []string, stdout, stderr io.Writer, families []harness.Family) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if o.list {
		return list(stdout, o.workload)
	}
	p, err := newPlan(o, families)
	if err != nil {
		return err
	}
	files, err := openOutputs(
		target{"-raw", o.raw, func(w io.Writer, r result.Report) error { return tables.Write(w, r, true) }},
		target{"-json", o.json, result.Write},
		target{"-html", o.html, report.Write},
	)
	if err != nil {
		return err
	}
	if o.neighbours > 0 {
		p.session.Beside = func() (func(), error) { return child.Neighbours(o.neighbours) }
	}
	r, err := measure(ctx, p, newProgress(stderr, len(p.workloads)))
	if len(r.Rows) == 0 {
		files.discard()
		return err
	}
	r.Environment.Neighbours = o.neighbours
	r.Environment.Command = "disruptor bench " + strings.Join(args, " ")
	printed := tables.Write(stdout, r, false)
	if errors.Is(err, errQuick) {
		err = nil // the report says so
	}
	return errors.Join(files.write(r), printed, err)
}

func list(w io.Writer, names string) error {
	selected, err := workloads.Select(names)
	if err != nil {
		return usageError(err.Error())
	}
	for _, wl := range selected {
		fmt.Fprintf(w, "%-9s %s, %s\n", wl.Name, wl.Title, wl.Unit)
	}
	return nil
}

// measure runs a plan. With an error it returns the rows so far.
func measure(ctx context.Context, p plan, progress *progress) (result.Report, error) {
	if p.options.Quick {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, quickLimit, errQuick)
		defer cancel()
	}
	defer progress.end()
	p.session.Step = progress.step
	var r result.Report
	var err error
	for i, w := range p.workloads {
		r.Workloads = append(r.Workloads, result.Workload{Name: w.Name, Title: w.Title, Unit: w.Unit})
		if err = measureOne(ctx, p, w, progress); err != nil {
			r.Interrupted = p.interruption(i, err)
			err = fmt.Errorf("%s: %w", w.Name, err)
			break
		}
	}
	r.Rows = p.session.Rows()
	r.Environment = p.session.Environment(environment())
	return result.Sound(r), err
}

func measureOne(ctx context.Context, p plan, w planned, progress *progress) error {
	if w.Pace != nil {
		if err := w.Pace(p.options, w.cases); err != nil {
			return err
		}
	}
	steps := 0
	for _, c := range w.cases {
		steps += p.session.Steps(c, len(harness.Subjects(p.families, c)))
	}
	progress.begin(steps)
	for _, c := range w.cases {
		if err := p.session.Measure(ctx, c, harness.Subjects(p.families, c)); err != nil {
			return err
		}
	}
	return nil
}
