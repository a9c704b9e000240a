package main

import (
	"io"
	"log/slog"
	"net/http"
	"time"
)

// accessLog returns a handler that calls next and logs each request when next has returned. A
// request whose handler panics is logged with status 500, and the panic goes on: net/http logs its
// stack and cuts the connection off.
func accessLog(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, method, path := time.Now(), r.Method, r.URL.Path // next may change r
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		panics := true
		defer func() {
			if panics {
				answer.status = http.StatusInternalServerError
			}
			log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("method", method),
				slog.String("path", path),
				slog.Int("status", answer.status),
				slog.Int64("bytes", answer.bytes),
				slog.Duration("duration", time.Since(start)),
				slog.String("remote", r.RemoteAddr),
			)
		}()
		next.ServeHTTP(answer, r)
		panics = false
	})
}

// A recorder notes the status and the size of a response. A handler gets at Flush, Hijack and
// deadlines by http.NewResponseController.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	begun  bool // the status has been sent
}

func (r *recorder) WriteHeader(status int) {
	// Of several, the first counts, and those below 200 announce another; but 101 is the last.
	if !r.begun && (status >= 200 || status == http.StatusSwitchingProtocols) {
		r.begun, r.status = true, status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.begun = true
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// ReadFrom lets net/http send a file without reading it.
func (r *recorder) ReadFrom(from io.Reader) (int64, error) {
	r.begun = true
	n, err := io.Copy(r.ResponseWriter, from)
	r.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
