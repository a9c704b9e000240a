package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

// errBusy means that an event found no room in time.
var errBusy = errors.New("the log is busy: try again")

// An answer is what a producer gets for an event: its receipt, or why it is not in the log.
type answer struct {
	eventlog.Receipt
	err error
}

// MarshalJSON makes a receipt or {"error":"…"}.
func (a answer) MarshalJSON() ([]byte, error) {
	if a.err != nil {
		return json.Marshal(map[string]string{"error": a.err.Error()})
	}
	return json.Marshal(a.Receipt)
}

// status is the HTTP status of an answer.
func (a answer) status() int {
	if e := new(bodyError); errors.As(a.err, &e) {
		return e.status()
	}
	switch {
	case a.err == nil:
		return http.StatusOK
	case errors.Is(a.err, eventlog.ErrInvalid):
		return http.StatusBadRequest
	default: // busy, or at its end
		return http.StatusServiceUnavailable
	}
}

// take puts the event of a line into the log. It does not wait until the event is on disk.
func (s *Server) take(ctx context.Context, line []byte) answer {
	e, err := eventlog.Parse(line)
	if err != nil {
		return answer{err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.wait, errBusy)
	defer cancel()
	receipt, err := s.log.Append(ctx, e)
	if errors.Is(err, disruptor.ErrClosed) {
		err = fmt.Errorf("the log takes no events any more: %w", err)
	}
	return answer{receipt, err}
}

// settle waits until the event of an answer is on disk.
func (s *Server) settle(ctx context.Context, a answer) answer {
	if a.err == nil {
		a.err = s.log.Wait(ctx, a.Seq)
	}
	return a
}

// unanswered is how many events of a connection may be on their way to the disk.
const unanswered = 1024

// ingest takes the lines of a connection and answers each, in order. Many are on their way at once:
// otherwise each would wait for a sync of its own. It returns when next fails and all lines before
// are answered, or when reply fails.
func (s *Server) ingest(ctx context.Context, next func() ([]byte, error), reply func(text []byte, more bool) error) error {
	taken := make(chan answer, unanswered)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	replied := make(chan struct{})
	go func() {
		defer close(replied)
		for a := range taken {
			text, err := json.Marshal(s.settle(ctx, a))
			if err == nil {
				err = reply(text, len(taken) > 0)
			}
			if err != nil {
				cancel(err)
				return
			}
		}
	}()
	err := func() error {
		defer close(taken)
		for {
			line, err := next()
			if err != nil {
				return err
			}
			select {
			case taken <- s.take(ctx, line):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}()
	<-replied
	return err
}
