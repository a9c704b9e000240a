package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Limits of what one request may send, in bytes and events, and of what one may read.
const (
	maxBody   = 8 << 20
	maxEvents = 100_000
	maxLines  = 10_000
)

var errMany = fmt.Errorf("more than %d events in a body", maxEvents)

// A patient writer gives the client some time for each write.
type patientWriter struct {
	http.ResponseWriter
	patience time.Duration
}

func (w patientWriter) Write(text []byte) (int, error) {
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.patience))
	return w.ResponseWriter.Write(text)
}

// Unwrap is for http.ResponseController.
func (w patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// postEvents takes one or more JSON objects and answers each with a line, in order. The status is
// that of the first one that failed. It ends at what is not JSON.
func (s *Server) postEvents(w http.ResponseWriter, r *http.Request) {
	answers := s.takeBody(w, r)
	if len(answers) == 0 {
		refuse(w, http.StatusBadRequest, errors.New("the body has no event"))
		return
	}
	status, out := http.StatusOK, new(bytes.Buffer)
	lines := json.NewEncoder(out)
	for _, a := range answers {
		a = s.settle(r.Context(), a)
		if status == http.StatusOK {
			status = a.status()
		}
		_ = lines.Encode(a)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// takeBody takes the events of a body. It stops reading when the server ends.
func (s *Server) takeBody(w http.ResponseWriter, r *http.Request) (answers []answer) {
	body := http.NewResponseController(w)
	defer context.AfterFunc(s.ending, func() { _ = body.SetReadDeadline(time.Now()) })()
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	var busy error
	for {
		var event json.RawMessage
		err := d.Decode(&event)
		switch {
		case errors.Is(err, io.EOF):
			return answers
		case err == nil && len(answers) == maxEvents:
			err = errMany
		case s.ending.Err() != nil:
			err = errEnding
		}
		if err != nil {
			return append(answers, answer{err: &bodyError{len(answers), err}})
		}
		if busy != nil { // each would wait as long
			answers = append(answers, answer{err: busy})
			continue
		}
		a := s.take(r.Context(), event)
		if errors.Is(a.err, errBusy) {
			busy = a.err
		}
		answers = append(answers, a)
	}
}

// A bodyError is why the rest of a body is not read.
type bodyError struct {
	event int
	err   error
}

func (e *bodyError) Error() string { return fmt.Sprintf("event %d of the body: %v", e.event, e.err) }
func (e *bodyError) Unwrap() error { return e.err }

func (e *bodyError) status() int {
	tooLarge := new(http.MaxBytesError)
	switch {
	case errors.As(e.err, &tooLarge) || errors.Is(e.err, errMany):
		return http.StatusRequestEntityTooLarge
	case errors.Is(e.err, errEnding):
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// getEvents reads the journal.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) {
	oldest := s.log.Journal().First - 1
	after, err := number(r, "after", oldest, oldest, s.log.Next()-1)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	limit, err := number(r, "limit", 100, 1, maxLines)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	out := bufio.NewWriter(w)
	err = s.log.Read(after+1, min(after+1+limit, s.log.Next()), func(text []byte) error {
		_, err := out.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		panic(http.ErrAbortHandler) // a short answer must not look like a whole one
	}
	_ = out.Flush()
}

func (s *Server) getKey(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	info, ok := s.log.Key(key)
	if !ok {
		refuse(w, http.StatusNotFound, fmt.Errorf("no event has the key %q", key))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(info)
}

// number returns a parameter of the query, which must be in [low, high].
func number(r *http.Request, name string, missing, low, high int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%s=%q: a number from %d to %d is expected", name, text, low, high)
	}
	return n, nil
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer{err: err})
}
