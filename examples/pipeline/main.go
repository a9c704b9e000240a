// Pipeline sends records through stages on one ring:
//
//	          ┌─ journal ─┐
//	records ──┤           ├── notify
//	          └─ parse ───┘
//
// journal appends each record to a file, with one fsync for each batch. At the same time parse
// counts the words of each record. When both are done with a record, notify sends it to the
// connected TCP clients and, with -echo, to standard output. At the end the journal is read back
// and compared with the input.
//
// Records are the lines of the files named as arguments; "-" names standard input. Without
// arguments they are the lines of standard input if that is a pipe or a file with something in it.
// Otherwise they are a million lines of the sources around the working directory (the repository
// or module there), or else of this program.
//
// An interrupt drains the ring: no new records are accepted, and each accepted one is journaled,
// notified and verified. If that takes longer than -drain, the program says how much each stage
// has left.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/be395dad/disruptor"
)

type options struct {
	files      []string
	records    int64
	ring       int
	journal    string
	listen     string
	echo       bool
	patience   time.Duration
	drain      time.Duration
	slowNotify time.Duration
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	var opt options
	flags := flag.NewFlagSet("pipeline", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: pipeline [flags] [file ... | -]")
		flags.PrintDefaults()
	}
	flags.Int64Var(&opt.records, "n", 0, "stop after this many records; 0 means all of the input, or a million lines without an input")
	flags.IntVar(&opt.ring, "ring", 1<<14, "slots in the ring, a power of two")
	flags.StringVar(&opt.journal, "journal", "", "append to this journal and keep it (default: a temporary file)")
	flags.StringVar(&opt.listen, "listen", "127.0.0.1:0", "address for TCP clients")
	flags.BoolVar(&opt.echo, "echo", false, "notify standard output too, and report to standard error")
	flags.DurationVar(&opt.patience, "patience", time.Second, "drop a client that takes longer than this to read a batch")
	flags.DurationVar(&opt.drain, "drain", 30*time.Second, "after an interrupt, give up if accepted records take longer than this to deliver")
	flags.DurationVar(&opt.slowNotify, "slow-notify", 0, fmt.Sprintf("notify sleeps this long for every %d records", slowEvery))
	err := flags.Parse(args)
	opt.files = flags.Args()
	if err == nil && opt.records < 0 {
		err = fmt.Errorf("-n %d: want 0 or more", opt.records)
		fmt.Fprintln(stderr, "pipeline:", err)
	}
	return opt, err
}

func main() {
	opt, err := parseFlags(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)   // the first signal drains; the second has its default effect and ends the program
	signal.Ignore(syscall.SIGPIPE) // if nobody reads the echo any more, notify fails and run cleans up
	if err := run(ctx, opt, os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "pipeline:", err)
		if failed, ok := errors.AsType[*disruptor.HandlerError](err); ok {
			os.Stderr.Write(failed.Stack) // of a panic
		}
		os.Exit(1)
	}
}

// run is the program from its options to its verdict. The end of ctx is the interrupt.
func run(ctx context.Context, opt options, stdin *os.File, stdout, stderr io.Writer) (err error) {
	report, echo := stdout, io.Writer(nil)
	if opt.echo {
		report, echo = stderr, stdout
	}
	in, err := chooseInput(ctx, opt.files, stdin)
	if err != nil {
		return err
	}
	p, err := newPipeline(opt, in, echo)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()

	fmt.Fprintf(report, "records from %s, journal %s, clients: nc %s\n", in.name, p.journal.name(), p.notifier.address())
	if err := p.process(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		fmt.Fprintln(report, "interrupted: every accepted record was delivered")
	}
	p.report(report)
	if err := p.verify(); err != nil {
		return err
	}
	fmt.Fprintf(report, "journal read back: %s records, the same as were accepted\n", group(p.accepted))
	return nil
}
