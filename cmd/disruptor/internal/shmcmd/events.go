package shmcmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/ringview"
	"github.com/be395dad/disruptor/internal/layout"
)

// events prints events one after the other: as the parts of one JSON document, or as lines.
type events struct {
	w      *bufio.Writer
	json   bool
	fields []layout.Field
	known  bool // the layout is
	any    bool // was printed
}

func newEvents(c *call, f *ringview.File) *events {
	e := &events{w: bufio.NewWriter(c.stdout), json: c.json}
	_, fields, err := layout.Parse(f.Text)
	e.fields, e.known = fields, err == nil
	wrong := ""
	if f.Usable {
		wrong = words(errors.Join(f.Err, err))
	}
	if c.json {
		path, _ := json.Marshal(f.Path)
		fmt.Fprintf(e.w, "{\n  \"path\": %s,\n", path)
		if wrong != "" {
			text, _ := json.Marshal(wrong)
			fmt.Fprintf(e.w, "  \"error\": %s,\n", text)
		}
		fmt.Fprint(e.w, "  \"events\": [")
	} else if wrong != "" {
		fmt.Fprintf(e.w, "wrong: %s\n", clean(wrong))
	}
	return e
}

func (e *events) add(s ringview.Seen) error {
	p := seen{Kind: s.Kind, Sequence: s.From}
	if s.Kind != ringview.Event {
		p.To = s.To
	} else if e.known {
		p.Fields = ringview.Decode(s.Data, e.fields)
	} else {
		p.Fields = ringview.Undecoded(s.Data)
	}
	if !e.json {
		_, err := fmt.Fprintln(e.w, p.line())
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	separator := ",\n    "
	if !e.any {
		separator = "\n    "
	}
	e.any = true
	_, err = fmt.Fprintf(e.w, "%s%s", separator, text)
	return err
}

// flush has what was printed be seen.
func (e *events) flush() error { return e.w.Flush() }

// finish prints the end.
func (e *events) finish(why end) error {
	if e.json {
		text, err := json.Marshal(why)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.w, "\n  ],\n  \"end\": %s\n}\n", text)
		return e.flush()
	}
	switch {
	case why.Why == "wrong":
		fmt.Fprintf(e.w, "wrong: %s\n", clean(why.What))
	case why.Why == "printed" && why.What != "":
		fmt.Fprintf(e.w, "%d: open: %s\n", why.Sequence, clean(strings.TrimSpace(why.By+" "+why.What)))
	case why.Why == "closed" || why.Why == "failed" || why.Why == "removed":
		fmt.Fprintf(e.w, "%d: %s %s\n", why.Sequence, why.Why, clean(why.What))
	}
	return e.flush()
}

// line returns what was seen in a line.
func (s seen) line() string {
	switch s.Kind {
	case ringview.GapKind:
		return fmt.Sprintf("%d: gap, to %d", s.Sequence, s.To)
	case ringview.Overwritten:
		return fmt.Sprintf("%d: overwritten, skipped %d", s.Sequence, s.To-s.Sequence)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d:", s.Sequence)
	for _, f := range s.Fields {
		b.WriteByte(' ')
		if f.Path != "" {
			b.WriteString(clean(f.Path) + "=")
		}
		writeValue(&b, f)
	}
	return b.String()
}

// mostElements is how many elements of an array a line has.
const mostElements = 16

func writeValue(w io.Writer, v ringview.Value) {
	writeAny(w, v.Value)
	if v.Text != "" {
		fmt.Fprintf(w, " %q", v.Text)
	}
}

func writeAny(w io.Writer, v any) {
	switch v := v.(type) {
	case []any:
		fmt.Fprint(w, "[")
		for i, e := range v {
			if i > 0 {
				fmt.Fprint(w, " ")
			}
			if i == mostElements {
				fmt.Fprintf(w, "... %d", len(v))
				break
			}
			writeAny(w, e)
		}
		fmt.Fprint(w, "]")
	case []ringview.Value:
		fmt.Fprint(w, "{")
		for i, f := range v {
			if i > 0 {
				fmt.Fprint(w, " ")
			}
			fmt.Fprint(w, clean(f.Path)+"=")
			writeValue(w, f)
		}
		fmt.Fprint(w, "}")
	default:
		fmt.Fprint(w, v)
	}
}
