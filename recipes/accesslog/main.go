// Accesslog is an HTTP service whose access log is written by another goroutine, through slogring.
// A request doesn't wait for the disk that the log is on: if the log falls behind, records are
// dropped, counted and reported. When the service ends, every request that was answered is in the
// log.
//
//	cd recipes && GOWORK=off go run ./accesslog
//
// It serves on localhost:8080, logs to standard output and ends with an interrupt.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/be395dad/disruptor/slogring"
)

func main() {
	address := flag.String("addr", "localhost:8080", "the address to serve on")
	limit := flag.Duration("limit", 10*time.Second, "how long the end may take")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(interrupted, *address, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "accesslog:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address string, limit time.Duration) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	// Wait is how long a request may wait for room in the log.
	log, err := slogring.New(slog.NewJSONHandler(os.Stdout, nil), slogring.Options{Wait: time.Millisecond})
	if err != nil {
		return err
	}
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
	pages.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("as asked") })
	fmt.Fprintf(os.Stderr, "serving on http://%s\n", listener.Addr())
	return serve(ctx, listener, pages, log, limit)
}

// serve serves requests until ctx ends. Then it waits for the requests in hand, and for their
// records to be written, for as long as limit in all. A tenth of that is kept for the log, so that
// a request that hangs doesn't cost the records of the others.
func serve(ctx context.Context, l net.Listener, h http.Handler, log *slogring.Handler, limit time.Duration) error {
	server := &http.Server{Handler: accessLog(slog.New(log), h), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	var err error
	select {
	case err = <-failed: // the listener has failed: end as well as one can
	case <-ctx.Done():
	}

	ends := time.Now().Add(limit)
	all, cancel := context.WithDeadline(context.WithoutCancel(ctx), ends)
	defer cancel()
	requests, cancelRequests := context.WithDeadline(all, ends.Add(-limit/10))
	defer cancelRequests()
	if late := server.Shutdown(requests); late != nil {
		err = errors.Join(err, fmt.Errorf("requests cut off: %w", late), server.Close())
	}
	return errors.Join(err, log.Shutdown(all))
}
