package shmcmd

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/be395dad/disruptor/shm"
)

// statusOf returns whether an error is about the ring, or the command failed.
func statusOf(err error) int {
	for _, e := range []error{
		ringfile.ErrVersion, ringfile.ErrFeature, ringfile.ErrGeometry, ringfile.ErrCorrupt, ringfile.ErrStaleBoot,
		ringfile.ErrTruncated, shm.ErrFailed, shm.ErrRecovering,
	} {
		if errors.Is(err, e) {
			return wrong
		}
	}
	return failed
}

// table returns a writer of aligned columns.
func table(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// clean returns a text from a ring as it can be printed: it may come from anybody, and a terminal obeys.
func clean(s string) string {
	if !printable.Is(s) {
		return strconv.Quote(s)
	}
	return s
}

// orDash returns the name, quoted, or a dash.
func orDash(name string) string {
	if name == "" {
		return "-"
	}
	return strconv.Quote(name)
}

// words returns what is wrong with a ring, in one line: "" if nothing is.
func words(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// proc returns the state of a process in words.
func proc(letter string) string {
	switch letter {
	case "R":
		return "runs"
	case "S", "I":
		return "sleeps"
	case "D":
		return "sleeps (disk)"
	case "T":
		return "stopped"
	case "t":
		return "traced"
	case "Z":
		return "zombie"
	case "":
		return "-"
	}
	return clean(letter)
}

// owner returns the process of a role in words.
func owner(o ringview.Owner) string {
	switch {
	case o.Process < 0:
		return "nobody"
	case o.Lock == "":
		return "attachment " + strconv.Itoa(o.Process) + ", which does not exist"
	}
	return strconv.FormatInt(o.PID, 10) + " " + o.Lock
}
