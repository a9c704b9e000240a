// Package command is the command line: bench, table, doctor, top, shm and version.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/doctor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/shmcmd"
)

const usage = `disruptor measures ring buffers and the machine that they run on, and inspects the rings of running programs.

	disruptor bench [flags]              run the workloads and print tables
	disruptor table [flags] FILE.json    print the comparison of a saved run as Markdown
	disruptor doctor                     measure this machine and say which settings suit it
	disruptor top [flags] TARGET...      show the rings of running programs as they go
	disruptor shm [command]              inspect rings between processes
	disruptor version                    print the version, the commit and the machine

Each command has -h.
`

// The exit statuses.
const (
	fine   = 0
	failed = 1
	misuse = 2
)

// Main runs the command line of this process and returns its exit status. In a process that a
// subject has started, it does the part that the subject asks for, and does not return.
func Main(families []harness.Family) int {
	child.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr, families)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, families []harness.Family) int {
	if len(args) > 0 && args[0] == "shm" {
		return shmcmd.Main(ctx, args[1:], stdout, stderr)
	}
	err := dispatch(ctx, args, stdout, stderr, families)
	var wrong usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return fine
	case errors.As(err, &wrong):
		fmt.Fprintln(stderr, "disruptor:", err)
		return misuse
	}
	fmt.Fprintln(stderr, "disruptor:", err)
	return failed
}

func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer, families []harness.Family) error {
	if len(args) == 0 {
		return usageError("no command\n\n" + usage)
	}
	name, args := args[0], args[1:]
	switch {
	case isHelp(name) && len(args) == 0:
		_, err := io.WriteString(stdout, usage)
		return err
	case name == "help" && len(args) == 1 && args[0] == "shm":
		shmcmd.Main(ctx, []string{"help"}, stdout, stderr)
		return nil
	case name == "help" && len(args) == 1:
		name, args = args[0], []string{"-h"}
	}
	switch name {
	case "bench":
		return bench(ctx, args, stdout, stderr, families)
	case "table":
		return table(args, stdout)
	case "doctor":
		if err := newFlags("doctor", "", doctorHelp).parse(args, stdout, 0); err != nil {
			return err
		}
		return doctor.Run(ctx, stdout)
	case "top":
		return topCommand(ctx, args, stdout, stderr)
	case "version":
		if err := newFlags("version", "", versionHelp).parse(args, stdout, 0); err != nil {
			return err
		}
		return printVersion(stdout)
	}
	if isHelp(name) {
		return usageError(fmt.Sprintf("help takes one command, not %q", args))
	}
	return usageError(fmt.Sprintf("unknown command %q; disruptor -h shows the commands", name))
}

func isHelp(arg string) bool { return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg) }

const doctorHelp = `It prints what the library finds out about this machine, measures the way of a cache line between CPUs, and says
which wait strategy and which capacity to choose. It keeps two CPUs busy for some seconds.
`

const versionHelp = `It prints the versions of the command and the library, the commit if it is known, Go, the system and the CPU.
`
