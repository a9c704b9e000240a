// Package top shows the rings of other processes, as they go: on a terminal, or once as text.
package top

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/view"
)

// Options are what the command line says.
type Options struct {
	Targets []source.Target
	Every   time.Duration
	Pick    *regexp.Regexp // of names of rings; nil: all
	Once    bool
}

// Least is the shortest time between two looks. Each makes a process collect the statistics of its
// memory, as package expvar publishes them, for which it stands still.
const Least = 100 * time.Millisecond

// Run shows the targets until a key or the end of the context ends it. With Once, or if stdout is
// no terminal, it prints what there is, with the rates of one interval, and returns an error if a
// target could not be read or has nothing to show.
func Run(ctx context.Context, o Options, stdout, stderr io.Writer) error {
	out, ok := stdout.(*os.File)
	live := ok && term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb"
	if !live && !o.Once {
		fmt.Fprintf(stderr, "disruptor: stdout is no terminal that can be drawn on: printing once, after %v, as with -once\n", o.Every)
	}
	if !live || o.Once {
		return once(ctx, o, stdout)
	}
	p := tea.NewProgram(newModel(ctx, o), tea.WithOutput(out), tea.WithEnvironment(environment()), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, p.Quit)() // the signals that end it end the context
	_, err := p.Run()
	return err
}

// environment returns that of the process. NO_COLOR counts whatever it says: bubbletea takes only
// the words for true.
func environment() []string {
	env := os.Environ()
	if os.Getenv("NO_COLOR") != "" {
		env = append(env, "NO_COLOR=1")
	}
	return env
}

// state returns the state before the first look.
func (o Options) state() view.State {
	s := view.State{Now: time.Now(), Every: o.Every, Pick: o.Pick}
	for _, t := range o.Targets {
		s.Targets = append(s.Targets, view.Target{Name: t.Name})
	}
	return s
}
