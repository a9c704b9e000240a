// Command eventlog is a log of events as a service: what producers send by HTTP, WebSocket or TCP is
// on disk before they get an answer, and clients see it as it comes, on a page or by WebSocket.
//
//	go run ./examples/eventlog
//	curl -d '{"key":"greeting","data":"hello"}' http://127.0.0.1:8080/events
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
	"github.com/be395dad/disruptor/examples/eventlog/internal/journal"
	"github.com/be395dad/disruptor/examples/eventlog/internal/server"
)

type options struct {
	web, tcp, dir string
	capacity      int
	segment       int64
	grace         time.Duration
}

func main() {
	o, err := parseFlags(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		os.Exit(2) // the flag set has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "eventlog:", err)
		os.Exit(1)
	}
}

func parseFlags(args []string, diagnostics io.Writer) (o options, err error) {
	f := flag.NewFlagSet("eventlog", flag.ContinueOnError)
	f.SetOutput(diagnostics)
	f.StringVar(&o.web, "http", "127.0.0.1:8080", "`address` of the page, of HTTP and of WebSocket")
	f.StringVar(&o.tcp, "tcp", "127.0.0.1:8081", "`address` for events by TCP, a line of JSON each")
	f.StringVar(&o.dir, "dir", filepath.Join(os.TempDir(), "eventlog"), "`directory` of the journal")
	f.IntVar(&o.capacity, "capacity", 0, "`slots` of each ring, a power of two (default 4096)")
	f.Int64Var(&o.segment, "segment", 0, "`bytes` of a file of the journal (default 64 MiB)")
	f.DurationVar(&o.grace, "grace", 10*time.Second, "how long the end may take")
	err = f.Parse(args)
	if err == nil && f.NArg() > 0 {
		err = fmt.Errorf("eventlog: %q is not a flag", f.Arg(0))
		fmt.Fprintln(diagnostics, err)
	}
	return o, err
}

// run serves until ctx ends.
func run(ctx context.Context, o options, out io.Writer) error {
	web, err := net.Listen("tcp", o.web)
	if err != nil {
		return err
	}
	defer web.Close()
	tcp, err := net.Listen("tcp", o.tcp)
	if err != nil {
		return err
	}
	defer tcp.Close()
	lo := eventlog.Options{Capacity: o.capacity, Journal: journal.Options{SegmentBytes: o.segment}}
	s, err := server.New(o.dir, lo, server.Options{})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "page and HTTP: http://%v\nTCP: %v\njournal: %s\n", web.Addr(), tcp.Addr(), o.dir)
	return s.Serve(ctx, web, tcp, o.grace)
}
