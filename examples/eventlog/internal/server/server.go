// Package server is the service around a log: HTTP, WebSocket and TCP.
package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
	"github.com/be395dad/disruptor/examples/eventlog/internal/page"
)

// Options configures a Server. All fields may be zero.
type Options struct {
	// Wait is how long an event waits for room in a full ring before its producer gets an error;
	// 0 means 5 s.
	Wait time.Duration
	// Patience is how long a client may take to receive what is sent to it, before it is cut off; 0
	// means 10 s.
	Patience time.Duration
	// Every is how often figures are taken; 0 means 500 ms.
	Every time.Duration
}

// A Server serves a log. Make it with New.
type Server struct {
	log      *eventlog.Log
	wait     time.Duration
	patience time.Duration
	figures  *figures
	http     http.Server

	ending context.Context // when it ends, nothing more is read from clients
	end    context.CancelCauseFunc
	ended  context.Context // when it ends, nothing more is written to them
	cut    context.CancelCauseFunc
	conns  sync.WaitGroup // of TCP and WebSocket
}

// errEnding is why connections end.
var errEnding = errors.New("the server is shutting down")

// New opens the log in a directory. It takes figures of the log from then on.
func New(dir string, lo eventlog.Options, o Options) (*Server, error) {
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.Every == 0 {
		o.Every = 500 * time.Millisecond
	}
	f := newFigures()
	lo.Durable = f.durable
	log, err := eventlog.Open(dir, lo)
	if err != nil {
		return nil, err
	}
	s := &Server{log: log, wait: o.Wait, patience: o.Patience, figures: f}
	s.ended, s.cut = context.WithCancelCause(context.Background())
	s.ending, s.end = context.WithCancelCause(s.ended)
	routes := http.NewCrossOriginProtection().Handler(s.routes())
	s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		routes.ServeHTTP(patientWriter{w, o.Patience}, r)
	})
	s.http.ReadHeaderTimeout = 10 * time.Second
	s.http.WriteTimeout = o.Patience // each write of a handler begins it again
	s.http.BaseContext = func(net.Listener) context.Context { return s.ended }
	s.http.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, rawConn{}, c)
	}
	go f.sample(s.ending, log, o.Every)
	return s, nil
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /events", s.postEvents)
	mux.HandleFunc("GET /events", s.getEvents)
	mux.HandleFunc("GET /keys/{key}", s.getKey)
	mux.HandleFunc("GET /ingest", s.ingestSocket)
	mux.HandleFunc("GET /stream", s.stream)
	mux.HandleFunc("GET /figures", func(w http.ResponseWriter, r *http.Request) { s.figures.serve(s.ending, w) })
	mux.Handle("GET /metrics", metricsHandler(s.log, s.figures))
	mux.HandleFunc("GET /debug/vars", s.vars)
	mux.Handle("GET /", page.Handler())
	return mux
}

// Serve serves HTTP and TCP on these listeners until ctx ends, the log fails or a listener does. Then
// it refuses new connections and events, waits until what was accepted is on disk, acknowledged and
// in the streams, for grace at most, and closes the log and the connections.
func (s *Server) Serve(ctx context.Context, web, tcp net.Listener, grace time.Duration) error {
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(web) }()
	accepted := make(chan error, 1)
	go func() { accepted <- s.serveTCP(tcp) }()
	var err error
	select {
	case <-ctx.Done():
	case <-s.log.Ended():
	case err = <-served:
	case err = <-accepted:
		accepted <- nil
	}
	_ = tcp.Close()
	<-accepted
	last, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	defer context.AfterFunc(last, func() { s.cut(errEnding) })()
	err = errors.Join(err, s.log.Shutdown(last))
	s.end(errEnding)
	err = errors.Join(err, s.http.Shutdown(last), s.http.Close())
	s.conns.Wait()
	return err
}
