// Package shmcmd is the command line of disruptor shm: it inspects rings between processes and
// repairs them.
package shmcmd

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
)

const usage = `disruptor shm inspects rings between processes (package shm) without joining them.

	disruptor shm ls [DIR]          list the rings in a folder, by default /dev/shm
	disruptor shm stat PATH         show geometry, counters, rates, and who waits for what
	disruptor shm who PATH          list processes, producers and consumers, and which are alive
	disruptor shm check PATH        validate the file
	disruptor shm tail PATH         show the last events (-n 10) and follow (-f)
	disruptor shm recover PATH      repair what dead processes have left behind
	disruptor shm evict PATH NAME   free the place of a dead or held consumer; with -force, of a living one
	                                that allows it (ConsumerConfig.Evictable)
	disruptor shm gc [DIR]          remove the rings without an attached process; -n only lists them

Each has -h, and -json for one JSON document. Exit status: 0 fine, 1 something is wrong with a ring, 2 the command
failed and printed no document. recover and evict attach to the ring, and gc removes files. The others only read, by
pread(2).

JSON fields, besides "path" or "dir", and "error", which says why fields are missing:
  ls       rings: [path, capacity, event_size, alive, dead, unknown, claimed, closed, failed, error]
  stat     header: [version, created, creator, ring, boot, stale_boot, schema, capacity, event_size, event_align,
           embedded, max_processes, max_producers, max_consumers, file_size, layout]; snapshot, as for who, and
           claimed, published, free, closed, failed, lost, aborted, evicted, recoveries, last_gap, recovering;
           rates, each a second: [interval_s, claimed, published, lost, aborted]; blocked: [who, waits, sequence, by, what]
  who      processes: [index, pid, name, since, lock, proc]; producers: [index, name, state, epoch, process, pid,
           lock, from, to]; consumers: [index, name, state, epoch, process, pid, lock, position, lag, on_death,
           grace_ns, evictable, after]. lock is alive, dead, foreign lock or unknown; proc is a letter as in proc(5)
  check    ok; problems, notes: [where, what]
  tail     events: [kind, sequence, to, fields]; kind is event, gap or overwritten, the last two of [sequence, to);
           fields: [path, offset, kind, value, text]; end: [why, sequence, by, what]
  recover  processes, lost, evicted, held, failed
  evict    name, evicted, failed
  gc       removed: [path]; kept: [path, why]; dry_run
`

// The exit statuses.
const (
	fine   = 0
	wrong  = 1 // something is wrong with a ring
	failed = 2 // the command
)

// A command is a subcommand. Its function returns the exit status, and the error if it failed.
type command struct {
	name    string
	args    string
	least   int // positional arguments
	most    int
	prepare func(*flag.FlagSet) func(context.Context, *call) (int, error)
}

// A call is the call of a command.
type call struct {
	args   []string
	json   bool
	stdout io.Writer
}

// arg returns a positional argument, or otherwise if there is none.
func (c *call) arg(i int, otherwise string) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return otherwise
}

// print prints a document: as JSON, or as text by the function.
func (c *call) print(document any, text func(io.Writer)) error {
	if !c.json {
		text(c.stdout)
		return nil
	}
	e := json.NewEncoder(c.stdout)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

var commands = []command{
	{"ls", "[DIR]", 0, 1, prepareLs},
	{"stat", "PATH", 1, 1, prepareStat},
	{"who", "PATH", 1, 1, prepareWho},
	{"check", "PATH", 1, 1, prepareCheck},
	{"tail", "PATH", 1, 1, prepareTail},
	{"recover", "PATH", 1, 1, prepareRecover},
	{"evict", "PATH NAME", 2, 2, prepareEvict},
	{"gc", "[DIR]", 0, 1, prepareGC},
}

// Main runs a subcommand and returns its exit status.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return failed
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:], stdout, stderr)
		}
	}
	if args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help" {
		fmt.Fprint(stdout, usage)
		return fine
	}
	fmt.Fprintf(stderr, "disruptor: unknown command %q; disruptor shm -h shows the commands\n", "shm "+args[0])
	return failed
}

func (c command) run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("disruptor shm "+c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors are reported once, below
	wrong := func(what string) int {
		fmt.Fprintf(stderr, "disruptor: %s; disruptor shm %s -h shows the usage\n", what, c.name)
		return failed
	}
	k := &call{stdout: stdout}
	f.BoolVar(&k.json, "json", false, "print one JSON document")
	run := c.prepare(f)
	for { // flags may stand behind arguments
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(stdout, "usage: %s [flags] %s\n\n", f.Name(), c.args)
			f.SetOutput(stdout)
			f.PrintDefaults()
			return fine
		} else if err != nil {
			return wrong(err.Error())
		}
		if f.NArg() == 0 {
			break
		}
		k.args = append(k.args, f.Arg(0))
		args = f.Args()[1:]
	}
	switch {
	case len(k.args) < c.least:
		return wrong("shm " + c.name + " needs " + c.args)
	case len(k.args) > c.most:
		return wrong(fmt.Sprintf("unexpected argument %q", k.args[c.most]))
	}
	status, err := run(ctx, k)
	if err != nil {
		fmt.Fprintln(stderr, "disruptor:", err)
		status = max(status, statusOf(err))
	}
	return status
}
