package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

func TestTCPAnswersEachLineInOrder(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	conn, err := net.Dial("tcp", s.tcp)
	require.NoError(t, err)
	defer conn.Close()
	const lines = 5000 // more than may be unanswered
	go func() {
		for i := range lines {
			fmt.Fprintf(conn, "{\"key\":\"k\",\"data\":%d}\n\n", i)
			if i%100 == 0 {
				fmt.Fprintln(conn, "nonsense")
			}
		}
		fmt.Fprint(conn, `{"key":"k","data":"no newline"}`)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	answers := bufio.NewScanner(conn)
	next := func() string {
		require.True(t, answers.Scan(), answers.Err())
		return answers.Text()
	}
	for i := range lines {
		require.Equal(t, fmt.Sprintf(`{"seq":%d}`, i), next())
		if i%100 == 0 {
			require.Contains(t, next(), `{"error":"invalid event: `)
		}
	}
	require.Equal(t, fmt.Sprintf(`{"seq":%d}`, lines), next())
	require.False(t, answers.Scan(), "closed")
	require.NoError(t, answers.Err())
}

func TestALineThatIsTooLongEndsAConnection(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	conn, err := net.Dial("tcp", s.tcp)
	require.NoError(t, err)
	defer conn.Close()
	go func() { fmt.Fprintf(conn, "{\"key\":\"k\",\"data\":1}\n%s", strings.Repeat("x", 2*maxLine)) }()
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "{\"seq\":0}\n", line)
	line, _ = answers.ReadString('\n')
	require.Equal(t, `{"error":"invalid event: a line that is too long"}`+"\n", line)
}

func dial(t *testing.T, s *service, path string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.web+path, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func TestWebSocketAnswersEachMessageInOrder(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	conn := dial(t, s, "/ingest")
	go func() {
		for i := range 200 {
			_ = conn.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"key":"k","id":"%d","data":1}`, i/2))
		}
		_ = conn.Write(t.Context(), websocket.MessageText, []byte("nonsense"))
	}()
	for i := range 200 {
		_, text, err := conn.Read(t.Context())
		require.NoError(t, err)
		want := eventlog.Receipt{Seq: int64(i / 2), Duplicate: i%2 == 1}
		var got eventlog.Receipt
		require.NoError(t, json.Unmarshal(text, &got))
		require.Equal(t, want, got)
	}
	_, text, err := conn.Read(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(text), `{"error":"invalid event: `)
}

func TestAMessageThatIsTooLongEndsAConnection(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	conn := dial(t, s, "/ingest")
	const events = 500 // most are on their way when it comes
	go func() {
		for range events {
			_ = conn.Write(t.Context(), websocket.MessageText, []byte(`{"key":"k","data":1}`))
		}
		_ = conn.Write(t.Context(), websocket.MessageText, []byte(strings.Repeat("x", 2*maxLine)))
	}()
	for i := range events + 1 {
		want := fmt.Sprintf(`{"seq":%d}`, i)
		if i == events {
			want = `{"error":"invalid event: a line that is too long"}`
		}
		_, text, err := conn.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
	_, _, err := conn.Read(t.Context())
	require.Equal(t, websocket.StatusMessageTooBig, websocket.CloseStatus(err), err)
}

func TestAStreamTakesNoMessages(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	conn := dial(t, s, "/stream")
	require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte("hello")))
	_, _, err := conn.Read(t.Context())
	require.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err), err)
}

// received reads a stream until it has n events, and returns their sequences.
func received(t *testing.T, conn *websocket.Conn, n int) (seqs []int64) {
	t.Helper()
	for len(seqs) < n {
		_, text, err := conn.Read(t.Context())
		require.NoError(t, err)
		for line := range strings.SplitSeq(string(text), "\n") {
			var m struct{ Seq *int64 }
			require.NoError(t, json.Unmarshal([]byte(line), &m))
			require.NotNil(t, m.Seq, line)
			seqs = append(seqs, *m.Seq)
		}
	}
	return seqs
}

func TestAStreamGoesOnBehindTheSequenceThatAClientNames(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{})
	s.post(t, strings.Repeat(`{"key":"a","data":1}`, 5))
	conn := dial(t, s, "/stream?after=1")
	require.Equal(t, []int64{2, 3, 4}, received(t, conn, 3))
	s.post(t, `{"key":"a","data":1}`)
	require.Equal(t, []int64{5}, received(t, conn, 1))

	fromNow := dial(t, s, "/stream")
	require.Eventually(t, func() bool { now, _ := s.log.Clients(); return now == 2 }, patient, 1e6)
	s.post(t, strings.Repeat(`{"key":"a","data":1}`, 100)) // the first of these may still belong to what was before
	seqs := received(t, fromNow, 1)
	require.GreaterOrEqual(t, seqs[0], int64(6))
}

// The end answers what was taken, ends streams with a reason, and leaves the journal whole.
func TestTheEnd(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, eventlog.Options{}, Options{})
	stream := dial(t, s, "/stream?after=-1")
	ingest := dial(t, s, "/ingest")
	figures, err := http.Get(s.url("/figures"))
	require.NoError(t, err)
	conn, err := net.Dial("tcp", s.tcp)
	require.NoError(t, err)
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for i := range 1000 {
		fmt.Fprintf(conn, "{\"key\":\"k\",\"data\":%d}\n", i)
	}
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "{\"seq\":0}\n", line)
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()

	rest, err := io.ReadAll(answers)
	require.NoError(t, err)
	acknowledged := 1 + strings.Count(string(rest), `{"seq":`)
	require.Equal(t, acknowledged, 1+strings.Count(strings.Split(string(rest), `{"error"`)[0], `{"seq":`), "no answer was skipped")
	text(t, figures)
	require.Equal(t, acknowledged, len(received(t, stream, acknowledged)), "it gets all")
	_, _, err = stream.Read(t.Context())
	require.Equal(t, websocket.StatusGoingAway, websocket.CloseStatus(err), err)
	_, _, err = ingest.Read(t.Context())
	require.Error(t, err)
	require.NoError(t, <-stopped)

	again := start(t, dir, eventlog.Options{}, Options{})
	require.Equal(t, int64(acknowledged), again.log.Next())
}

func TestFigures(t *testing.T) {
	s := start(t, t.TempDir(), eventlog.Options{}, Options{Every: 1e6})
	dial(t, s, "/stream")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", s.url("/figures"), nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	lines := bufio.NewScanner(answer.Body)
	var got sample
	rate := false
	for got.Acknowledged < 10 || got.Clients.Count == 0 || got.Stages[2].Position < 10 || !rate {
		s.post(t, `{"key":"a","data":1}`) // each time: a slow reader does not see every sample
		require.True(t, lines.Scan(), lines.Err())
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			got = sample{}
			require.NoError(t, json.Unmarshal([]byte(text), &got))
			rate = rate || got.Rate > 0 && got.Latency.P50 > 0 && got.Latency.Max >= got.Latency.P50
		}
	}
	require.Equal(t, []string{"journal", "index", "broadcast"}, []string{got.Stages[0].Name, got.Stages[1].Name, got.Stages[2].Name})
	require.GreaterOrEqual(t, got.Journal.Next, got.Acknowledged)
	require.Equal(t, int64(1), got.Journal.Segments)
	require.Contains(t, got.Explain[0], `ring "events"`)
	require.Contains(t, got.Explain[1], `ring "live"`)
	require.NotEmpty(t, got.Run)
}
