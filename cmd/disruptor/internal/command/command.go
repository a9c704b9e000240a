// Package command is the command line: bench, table, doctor and shm.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/chart"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/doctor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/markdown"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/shmcmd"
)

const usage = `disruptor measures ring buffers, and the machine they run on, and looks at rings between processes.

	disruptor bench [flags]      run the workloads and print tables
	disruptor table FILE.json    print the comparison of a saved run as Markdown
	disruptor brief FILE.json    print its times per event as one small table
	disruptor chart FILE.json    print them as a picture (SVG)
	disruptor doctor             look at the machine, and say what to expect of it
	disruptor shm [command]      look at rings between processes; alone, it prints its commands
`

// Main runs the command line of this process and returns its exit status. In a process that a subject has started it does
// what that one asks, and does not return.
func Main(families []harness.Family) int {
	child.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == "shm" {
		return shmcmd.Main(ctx, os.Args[2:], os.Stdout, os.Stderr)
	}
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr, families)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	fmt.Fprintln(os.Stderr, "disruptor:", err)
	return 1
}

var errUsage = errors.New("no such command")

func run(ctx context.Context, args []string, stdout, stderr io.Writer, families []harness.Family) error {
	if len(args) == 0 {
		return errUsage
	}
	switch args[0] {
	case "bench":
		return bench(ctx, args[1:], stdout, stderr, families)
	case "table", "brief", "chart":
		if len(args) != 2 {
			return errUsage
		}
		r, err := result.Read(args[1])
		if err != nil {
			return err
		}
		switch args[0] {
		case "brief":
			return markdown.WriteBrief(stdout, r, "ns/event")
		case "chart":
			return chart.Write(stdout, r)
		}
		return markdown.Write(stdout, r)
	case "doctor":
		return doctor.Run(ctx, stdout)
	}
	return errUsage
}
