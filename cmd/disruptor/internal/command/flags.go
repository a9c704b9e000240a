package command

import (
	"flag"
	"fmt"
	"io"
)

// A usageError is a command line that can't be understood.
type usageError string

func (e usageError) Error() string { return string(e) }

// flags are those of one command.
type flags struct {
	*flag.FlagSet
	args, text string
}

func newFlags(command, args, text string) flags {
	f := flag.NewFlagSet("disruptor "+command, flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors are returned, and reported once
	return flags{f, args, text}
}

// parse parses the arguments of a command, of which so many may be positional. For -h it prints
// the help to stdout, and returns flag.ErrHelp.
func (f flags) parse(args []string, stdout io.Writer, positional int) error {
	err := f.FlagSet.Parse(args)
	if err == flag.ErrHelp {
		f.help(stdout)
		return err
	}
	if err == nil && f.NArg() > positional {
		err = fmt.Errorf("unexpected argument %q", f.Arg(positional))
	}
	if err != nil {
		return usageError(fmt.Sprintf("%v; %s -h shows the usage", err, f.Name()))
	}
	return nil
}

func (f flags) help(stdout io.Writer) {
	synopsis, any := f.Name(), false
	f.VisitAll(func(*flag.Flag) { any = true })
	if any {
		synopsis += " [flags]"
	}
	if f.args != "" {
		synopsis += " " + f.args
	}
	fmt.Fprintf(stdout, "usage: %s\n\n%s", synopsis, f.text)
	if any {
		fmt.Fprintln(stdout)
		f.SetOutput(stdout)
		f.PrintDefaults()
		f.SetOutput(io.Discard)
	}
}

// isSet reports whether a flag stands on the command line.
func (f flags) isSet(name string) bool {
	set := false
	f.Visit(func(one *flag.Flag) { set = set || one.Name == name })
	return set
}
