package server

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// maxBody bounds what one request may send, in bytes, and maxLines what one may read.
const (
	maxBody  = 8 << 20
	maxLines = 10_000
)

// postEvents takes one or more JSON objects and answers each with a line, in order. The status is
// that of the first one that failed.
func (s *Server) postEvents(w http.ResponseWriter, r *http.Request) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	var answers []answer
	for {
		var event json.RawMessage
		err := d.Decode(&event)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			refuse(w, bodyStatus(err), fmt.Errorf("event %d of the body: %w", len(answers), err))
			return
		}
		answers = append(answers, s.take(r.Context(), event))
	}
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

func bodyStatus(err error) int {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// getEvents reads the journal.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) {
	after, err := number(r, "after", -1, -1, s.log.Next()-1)
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
	text := r.FormValue(name)
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
