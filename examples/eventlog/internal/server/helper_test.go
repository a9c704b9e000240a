package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

// patient bounds the waits of a test.
const patient = time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A service is a server that runs in this process.
type service struct {
	*Server
	web, tcp string // addresses
	stop     func() error
}

func start(t *testing.T, dir string, lo eventlog.Options, o Options) *service {
	t.Helper()
	s, err := New(dir, lo, o)
	require.NoError(t, err)
	web, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, web, tcp, patient) }()
	stopped := false
	stop := func() error {
		stopped = true
		cancel()
		return <-served
	}
	t.Cleanup(func() {
		if !stopped {
			require.NoError(t, stop())
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return &service{s, web.Addr().String(), tcp.Addr().String(), stop}
}

func (s *service) url(path string) string { return "http://" + s.web + path }

// post returns the status and the body of the answer.
func (s *service) post(t *testing.T, body string) (int, string) {
	t.Helper()
	r, err := http.Post(s.url("/events"), "application/json", strings.NewReader(body))
	require.NoError(t, err)
	return r.StatusCode, text(t, r)
}

func (s *service) get(t *testing.T, path string) (int, string) {
	t.Helper()
	r, err := http.Get(s.url(path))
	require.NoError(t, err)
	return r.StatusCode, text(t, r)
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(text)
}
