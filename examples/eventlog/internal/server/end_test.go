package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

// Producers that send as fast as they can when the end comes get an answer for each event that is
// stored, and none for what was read in part.
func TestTheEndLosesNoAnswers(t *testing.T) {
	for name, flood := range map[string]func(*testing.T, *service, func(answer string)){
		"TCP": floodTCP, "WebSocket": floodSocket,
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				dir := t.TempDir()
				s := start(t, dir, eventlog.Options{}, Options{})
				var mu sync.Mutex
				var acknowledged int64
				var odd string
				many := make(chan struct{})
				var all sync.WaitGroup
				for range 4 {
					all.Go(func() {
						flood(t, s, func(answer string) {
							mu.Lock()
							defer mu.Unlock()
							switch {
							case strings.HasPrefix(answer, `{"seq":`):
								if acknowledged++; acknowledged == 1000 {
									close(many)
								}
							case !strings.Contains(answer, "takes no events any more"):
								odd = answer
							}
						})
					})
				}
				<-many
				require.NoError(t, s.stop())
				all.Wait()
				require.Empty(t, odd)
				again := start(t, dir, eventlog.Options{}, Options{})
				require.Equal(t, again.log.Next(), acknowledged)
			}
		})
	}
}

func floodTCP(t *testing.T, s *service, answered func(string)) {
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Error(err)
		return
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		line := []byte(`{"key":"k","data":"` + strings.Repeat("x", 200) + "\"}\n")
		for err := error(nil); err == nil; {
			_, err = conn.Write(line)
		}
	}()
	answers := bufio.NewScanner(conn)
	for answers.Scan() {
		answered(answers.Text())
	}
	if err := answers.Err(); err != nil {
		t.Error(err)
	}
	conn.Close()
	<-sent
}

func floodSocket(t *testing.T, s *service, answered func(string)) {
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.web+"/ingest", nil)
	if err != nil {
		t.Error(err)
		return
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for err := error(nil); err == nil; {
			err = conn.Write(t.Context(), websocket.MessageText, []byte(`{"key":"k","data":1}`))
		}
	}()
	for {
		_, text, err := conn.Read(t.Context())
		if err != nil {
			if websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Error(err)
			}
			break
		}
		answered(string(text))
	}
	_ = conn.CloseNow()
	<-sent
}

// A client that sends half a message and no more holds up neither its handler nor the end.
func TestTheEndWaitsForNoHalfMessage(t *testing.T) {
	for _, path := range []string{"/ingest", "/stream"} {
		t.Run(path, func(t *testing.T) {
			s := start(t, t.TempDir(), eventlog.Options{}, Options{Patience: 100 * time.Millisecond})
			conn := upgrade(t, s, path)
			// A frame of a text of 2^40 bytes, of which a few come.
			_, err := conn.Write([]byte{0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 'x'})
			require.NoError(t, err)
			if path == "/stream" {
				require.Eventually(t, func() bool { now, _ := s.log.Clients(); return now == 0 }, patient, 1e6)
			}
			require.NoError(t, s.stop())
		})
	}
}

// upgrade opens a WebSocket whose frames the test writes itself.
func upgrade(t *testing.T, s *service, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.web)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path, s.web)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, r.StatusCode)
	return conn
}

// A body that stops in the middle does not hold up the end.
func TestTheEndWaitsForNoDeadHTTPClient(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	conn, err := net.Dial("tcp", s.web)
	require.NoError(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "POST /events HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n\r\n"+`{"key":"k","data":1} {`, s.web)
	require.Eventually(t, func() bool { return s.log.Next() == 1 }, patient, 1e6)
	require.NoError(t, s.stop())
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Regexp(t, `^\{"seq":0\}\n\{"error":".*shutting down"\}\n$`, string(body))
}

func TestAClientThatDoesNotReadItsAnswerIsCutOff(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{Patience: time.Second})
	for range 4 { // more than the system holds of an answer
		status, answer := s.post(t, strings.Repeat(`{"key":"k","data":"`+strings.Repeat("x", eventlog.MaxData-2)+`"}`, 30))
		require.Equal(t, http.StatusOK, status, answer)
	}
	conn, err := net.Dial("tcp", s.web)
	require.NoError(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "GET /events?limit=10000 HTTP/1.1\r\nHost: %s\r\n\r\n", s.web)
	_, err = conn.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, s.stop(), "it would wait for the answer")
}
