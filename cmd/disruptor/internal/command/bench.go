package command

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/report"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/table"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/workloads"
)

type options struct {
	quick, list     bool
	workload        string
	json, html, raw string
	rounds          int
	neighbours      int
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("disruptor bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.BoolVar(&o.quick, "quick", false, "3 rounds of short runs: to see that it works, not to quote")
	f.BoolVar(&o.list, "list", false, "list the workloads and stop")
	f.StringVar(&o.workload, "workload", "", "run only these, as in W1,W6")
	f.StringVar(&o.json, "json", "", "write every row to this `file`")
	f.StringVar(&o.html, "html", "", "write a page with charts to this `file`")
	f.StringVar(&o.raw, "raw", "", "write the tables with all settings, not only the best of each family, to this `file`")
	f.IntVar(&o.rounds, "rounds", 0, "how often each subject runs (9, with -quick 3)")
	f.IntVar(&o.neighbours, "neighbour", 0, "how many processes keep a processor busy beside each run")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("bench takes flags only, and not %q", f.Arg(0))
	}
	if o.rounds < 0 {
		return o, fmt.Errorf("-rounds of %d", o.rounds)
	}
	if o.neighbours < 0 {
		return o, fmt.Errorf("-neighbour of %d", o.neighbours)
	}
	if o.rounds == 0 {
		o.rounds = 9
		if o.quick {
			o.rounds = 3
		}
	}
	return o, nil
}

func bench(ctx context.Context, args []string, stdout, stderr io.Writer, families []harness.Family) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	selected, err := workloads.Select(o.workload)
	if err != nil {
		return err
	}
	if o.list {
		for _, w := range selected {
			fmt.Fprintf(stdout, "%-9s %s, %s\n", w.Name, w.Title, w.Unit)
		}
		return nil
	}
	r, err := measure(ctx, o, selected, families, stderr)
	if len(r.Rows) == 0 {
		return err
	}
	if err != nil {
		fmt.Fprintf(stderr, "stopped: %v; what follows is what there is\n", err)
	}
	r.Environment.Command = "disruptor bench " + strings.Join(args, " ")
	if werr := write(o, stdout, r); werr != nil {
		return werr
	}
	return err
}

// measure runs the workloads. With an error it returns what it has until then.
func measure(ctx context.Context, o options, selected []workloads.Workload, families []harness.Family, stderr io.Writer) (result.Report, error) {
	target := 150 * time.Millisecond
	if o.quick {
		target = 50 * time.Millisecond
	}
	s := &harness.Session{Rounds: o.rounds, Target: target}
	if o.neighbours > 0 {
		s.Beside = func() (func(), error) { return child.Neighbours(o.neighbours) }
	}
	progress := newProgress(stderr, len(selected))
	defer progress.end()
	s.Step = progress.step
	var r result.Report
	var err error
	for _, w := range selected {
		r.Workloads = append(r.Workloads, result.Workload{Name: w.Name, Title: w.Title, Unit: w.Unit})
		if err = measureOne(ctx, s, w, workloads.Options{Quick: o.quick, Families: families}, progress); err != nil {
			err = fmt.Errorf("%s: %w", w.Name, err)
			break
		}
	}
	r.Rows = s.Rows()
	r.Environment = s.Environment(environment())
	r.Environment.Neighbours = o.neighbours
	return r, err
}

func measureOne(ctx context.Context, s *harness.Session, w workloads.Workload, o workloads.Options, p *progress) error {
	cases, err := w.Cases(o)
	if err != nil {
		return err
	}
	steps := 0
	for _, c := range cases {
		steps += s.Steps(c, len(harness.Subjects(o.Families, c)))
	}
	p.begin(steps)
	for _, c := range cases {
		if err := s.Measure(ctx, c, harness.Subjects(o.Families, c)); err != nil {
			return err
		}
	}
	return nil
}

// write writes a report to wherever it was asked for.
func write(o options, stdout io.Writer, r result.Report) error {
	if err := table.Write(stdout, r, false); err != nil {
		return err
	}
	files := []struct {
		path  string
		write func(io.Writer) error
	}{
		{o.raw, func(w io.Writer) error { return table.Write(w, r, true) }},
		{o.json, func(w io.Writer) error { return result.Write(w, r) }},
		{o.html, func(w io.Writer) error { return report.Write(w, r) }},
	}
	for _, f := range files {
		if f.path == "" {
			continue
		}
		if err := writeFile(f.path, f.write); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close() // the first error says more
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}
