package top

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
)

// once prints the rings as they are after an interval.
func once(ctx context.Context, o Options, stdout io.Writer) error {
	s := o.state()
	for turn := range 2 {
		if turn == 1 {
			select {
			case <-ctx.Done():
			case <-time.After(o.Every):
			}
		}
		var all sync.WaitGroup
		for i := range s.Targets {
			t := &s.Targets[i]
			if t.Err != nil {
				continue // it could not be read before: there would be no rates
			}
			all.Go(func() {
				look, err := o.Targets[i].Read(ctx)
				*t = t.After(look, err, time.Now())
			})
		}
		all.Wait()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var wrong []string
	for i := range s.Targets {
		switch t := &s.Targets[i]; {
		case t.Err != nil:
			wrong = append(wrong, fmt.Sprintf("%s: %v", t.Name, t.Err))
		case len(t.Figures.Rings) == 0:
			wrong = append(wrong, t.Name+" has no ring: none of its variables is the Var of one")
		}
	}
	if err := s.Write(stdout); err != nil {
		return err
	}
	if text := s.Unpicked(); text != "" {
		wrong = append(wrong, text)
	}
	if len(wrong) > 0 {
		return errors.New(printable.Escape(strings.Join(wrong, "; ")))
	}
	return nil
}
