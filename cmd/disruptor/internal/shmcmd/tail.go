package shmcmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
)

// seen is an event, or sequences of which there is none, as tail prints it.
type seen struct {
	Kind     string           `json:"kind"`
	Sequence int64            `json:"sequence"`
	To       int64            `json:"to,omitempty"` // of a gap, and of what was overwritten
	Fields   []ringview.Value `json:"fields,omitempty"`
}

// end is why tail ended.
type end struct {
	Why      string `json:"why"`      // "printed", "closed", "failed", "removed", "stopped" or "wrong"
	Sequence int64  `json:"sequence"` // the first that was not seen
	By       string `json:"by,omitempty"`
	What     string `json:"what,omitempty"` // of an open sequence, or the error
}

func prepareTail(f *flag.FlagSet) func(context.Context, *call) (int, error) {
	n := f.Int64("n", 10, "how many of the last events to print first")
	follow := f.Bool("f", false, "follow: print new events until the ring ends")
	return func(ctx context.Context, c *call) (int, error) {
		if *n < 0 {
			return failed, fmt.Errorf("-n of %d", *n)
		}
		return tail(ctx, c, *n, *follow)
	}
}

func tail(ctx context.Context, c *call, n int64, follow bool) (int, error) {
	f, err := ringview.Open(c.args[0])
	if err != nil {
		return failed, err
	}
	defer f.Close()
	out := newEvents(c, f)
	if !f.Usable {
		return wrong, out.finish(end{Why: "wrong", What: words(f.Err)})
	}
	last, _, err := f.Cursor()
	if err == nil {
		last, err = f.Last(n, last)
	}
	if err != nil {
		return wrong, out.finish(end{Why: "wrong", What: words(err)})
	}
	t := tailer{f: f, watch: f.Watch(last), out: out, follow: follow}
	e := t.run(ctx)
	if e.Why == "wrong" || e.Why == "failed" || f.Err != nil {
		return wrong, errors.Join(t.err, out.finish(e))
	}
	return fine, errors.Join(t.err, out.finish(e))
}

// A tailer prints what a watch finds.
type tailer struct {
	f      *ringview.File
	watch  *ringview.Watch
	out    *events
	follow bool
	err    error // of the output
}

// The pauses between looks while nothing comes.
const shortPause, longPause = time.Millisecond, 50 * time.Millisecond

func (t *tailer) run(ctx context.Context) end {
	stop, _, err := t.f.Cursor() // without -f, what comes later is not printed
	pause, ended := shortPause, ""
	for err == nil && ctx.Err() == nil && (t.follow || t.watch.Position() < stop) {
		var s ringview.Seen
		var ok bool
		if s, ok, err = t.watch.Next(); err != nil {
			break
		}
		if ok {
			pause = shortPause
			if t.err = t.out.add(s); t.err != nil {
				return end{Why: "stopped", Sequence: t.watch.Position()}
			}
			continue
		}
		if !t.follow || ended != "" {
			return t.open(ended)
		}
		if ended = t.ended(); ended != "" {
			continue // once more: what was published before the end is printed
		}
		if t.err = t.out.flush(); t.err != nil {
			return end{Why: "stopped", Sequence: t.watch.Position()}
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
	}
	switch {
	case err != nil:
		return end{Why: "wrong", Sequence: t.watch.Position(), What: words(err)}
	case ctx.Err() != nil:
		return end{Why: "stopped", Sequence: t.watch.Position()}
	}
	return t.open(t.ended())
}

// ended returns why nothing will come any more, or "".
func (t *tailer) ended() string {
	failure, err := t.f.Failure()
	claimed, closed, cursorErr := t.f.Cursor()
	switch {
	case err != nil || cursorErr != nil:
		return ""
	case failure != "":
		return "failed"
	case closed && t.watch.Position() >= claimed:
		return "closed"
	case t.follow && t.f.Removed() && !t.f.InUse():
		return "removed"
	}
	return ""
}

// open returns the end where nothing more is published, and what holds it up.
func (t *tailer) open(why string) end {
	if why == "" {
		why = "printed"
	}
	e := end{Why: why, Sequence: t.watch.Position()}
	switch claimed, _, err := t.f.Cursor(); {
	case why == "failed":
		e.What, _ = t.f.Failure()
	case err == nil && e.Sequence < claimed && !t.f.Resolved(e.Sequence):
		e.By, e.What = t.f.OpenAt(e.Sequence)
	}
	return e
}
