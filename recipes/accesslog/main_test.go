package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/be395dad/disruptor/slogring"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A line of the access log, or a report of dropped records.
type line struct {
	Level, Msg, Method, Path, Remote string
	Status                           int
	Bytes, Duration, Dropped         int64
}

func lines(t *testing.T, log string) (all []line) {
	for text := range strings.Lines(log) {
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l), text)
		all = append(all, l)
	}
	return all
}

// A service is serve at work. Its end returns what serve returns.
type service struct {
	log    *slogring.Handler
	client http.Client
	end    func() error
}

// pipes is a listener in memory, so that tests of limits can have a clock of their own.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
	close   func()
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialled:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { p.close(); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.dialled <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func start(t *testing.T, sink slog.Handler, o slogring.Options, limit time.Duration, h http.HandlerFunc) *service {
	log, err := slogring.New(sink, o)
	require.NoError(t, err)
	l := pipes{dialled: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, l, h, log, limit) }()
	s := &service{log: log, client: http.Client{
		Timeout: 2 * time.Minute, Transport: &http.Transport{DialContext: l.dial},
	}}
	s.end = sync.OnceValue(func() error {
		s.client.CloseIdleConnections()
		cancel()
		return <-served
	})
	t.Cleanup(func() { _ = s.end() })
	return s
}

func (s *service) get(path string) (status int, err error) {
	answer, err := s.client.Get("http://service" + path)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func TestEachRequestIsLoggedOnce(t *testing.T) {
	const clients, requests = 16, 50
	var out bytes.Buffer
	s := start(t, slog.NewJSONHandler(&out, nil), slogring.Options{Wait: time.Minute}, time.Minute,
		func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, r.URL.Path)                                // by Write
			_, _ = io.Copy(w, io.LimitReader(strings.NewReader("and more"), 3)) // by ReadFrom
			r.URL.Path, r.Method = "/changed", "changed"
		})
	var group sync.WaitGroup
	errs := make(chan error, clients*requests)
	for c := range clients {
		group.Go(func() {
			for n := range requests {
				if status, err := s.get(fmt.Sprintf("/%d/%d", c, n)); err != nil || status != http.StatusTeapot {
					errs <- fmt.Errorf("status %d: %w", status, err)
				}
			}
		})
	}
	group.Wait()
	require.Empty(t, errs)
	require.NoError(t, s.end())

	logged := map[string]int{}
	for _, l := range lines(t, out.String()) {
		logged[l.Path]++
		require.Equal(t, "pipe", l.Remote)
		require.Equal(t, "GET", l.Method)
		require.Equal(t, http.StatusTeapot, l.Status)
		require.EqualValues(t, len(l.Path)+3, l.Bytes)
		require.Positive(t, l.Duration)
	}
	for c := range clients {
		for n := range requests {
			require.Equal(t, 1, logged[fmt.Sprintf("/%d/%d", c, n)])
		}
	}
	require.Len(t, logged, clients*requests)
}

func TestAPanicIsLoggedAs500(t *testing.T) {
	var out bytes.Buffer
	s := start(t, slog.NewJSONHandler(&out, nil), slogring.Options{}, time.Minute,
		func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "begun") // 200, which is not how it ended
			panic(http.ErrAbortHandler)       // net/http doesn't log this one
		})
	_, err := s.get("/")
	require.Error(t, err)
	require.NoError(t, s.end())
	logged := lines(t, out.String())
	require.Len(t, logged, 1)
	require.Equal(t, http.StatusInternalServerError, logged[0].Status)
	require.EqualValues(t, len("begun"), logged[0].Bytes)
}

func TestTheFirstStatusCounts(t *testing.T) {
	var out bytes.Buffer
	accessLog(slog.New(slog.NewJSONHandler(&out, nil)), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusGone)
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	require.Equal(t, http.StatusTeapot, lines(t, out.String())[0].Status)
}

// A hanging sink takes records only once it is released.
type hanging struct {
	slog.Handler
	released chan struct{}
}

func (h hanging) Handle(ctx context.Context, r slog.Record) error {
	<-h.released
	return h.Handler.Handle(ctx, r)
}

func answer(http.ResponseWriter, *http.Request) {}

func TestAHangingSinkHoldsUpNoRequest(t *testing.T) {
	const requests = 100
	var out bytes.Buffer
	sink := hanging{slog.NewJSONHandler(&out, nil), make(chan struct{})}
	s := start(t, sink, slogring.Options{Capacity: 8, Wait: -1}, time.Minute, answer)
	for n := range requests {
		status, err := s.get(fmt.Sprint("/", n))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
	}
	dropped := s.log.Stats().Dropped
	require.Positive(t, dropped)
	close(sink.released)
	require.NoError(t, s.end())

	written, reported := 0, int64(0)
	for _, l := range lines(t, out.String()) {
		if l.Dropped > 0 {
			require.Equal(t, "WARN", l.Level)
			reported += l.Dropped
		} else {
			written++
		}
	}
	require.Equal(t, dropped, reported)
	require.EqualValues(t, requests, int64(written)+dropped)
}

// The end has a limit, whatever the sink does, and says how many records are lost.
func TestTheEndWithAHangingSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := hanging{slog.NewTextHandler(io.Discard, nil), make(chan struct{})}
		s := start(t, sink, slogring.Options{}, time.Minute, answer)
		_, err := s.get("/")
		require.NoError(t, err)
		began := time.Now()
		err = s.end()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "has 1 left")
		require.Equal(t, time.Minute, time.Since(began))
		close(sink.released)
	})
}

// A request that doesn't end is cut off, and leaves time to write the records of the others.
func TestAHangingRequestIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		sink := hanging{slog.NewJSONHandler(&out, nil), make(chan struct{})}
		hangs := make(chan struct{})
		s := start(t, sink, slogring.Options{}, time.Minute, func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/hangs" {
				close(hangs)
				<-r.Context().Done()
			}
		})
		_, err := s.get("/")
		require.NoError(t, err)
		failed := make(chan time.Duration, 1)
		began := time.Now()
		go func() {
			if _, err := s.get("/hangs"); err != nil {
				failed <- time.Since(began)
			}
		}()
		<-hangs
		time.AfterFunc(58*time.Second, func() { close(sink.released) }) // the sink needs almost all of the time
		err = s.end()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "requests cut off")
		require.NotContains(t, err.Error(), "slogring")
		require.Equal(t, 54*time.Second, <-failed)
		synctest.Wait()
		require.Equal(t, "/", lines(t, out.String())[0].Path)
	})
}

func TestTheListenerFails(t *testing.T) {
	log, err := slogring.New(slog.DiscardHandler, slogring.Options{})
	require.NoError(t, err)
	l := pipes{closed: make(chan struct{}), close: func() {}}
	close(l.closed)
	require.ErrorIs(t, serve(t.Context(), l, http.NotFoundHandler(), log, time.Minute), net.ErrClosed)
}
