package page

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

type object = map[string]any

// A service stands in for the real one: the page, figures, stream and events, and what a test does
// to them.
type service struct {
	t    *testing.T
	addr string
	base string // under which everything is, "" or "/of/this/form"
	stop func() // closes the listener and every connection

	mu      sync.Mutex
	changed chan struct{} // closed and made anew by each change
	lines   []string      // of the stream, one for each sequence
	missed  map[int]bool  // sequences that the stream leaves out: true if it reports them as missed
	figures object
	open    map[string]int // connections by path
	afters  []string       // of each connection of the stream
	ago     time.Duration  // how late the clock of figures is
	posted  []string       // the bodies of POST events
	reply   func(http.ResponseWriter)
	overlap int  // how many events the stream sends again
	refuse  bool // the stream ends, and is refused
	mute    bool // figures are accepted, and then nothing is said
}

// serve starts a service with some events.
func serve(t *testing.T, events int) *service { return serveUnder(t, "", events) }

func serveUnder(t *testing.T, base string, events int) *service {
	s := &service{t: t, addr: "127.0.0.1:0", base: base, changed: make(chan struct{}), missed: map[int]bool{}, open: map[string]int{}, figures: object{
		"run": "3f9a27c1", "acknowledged": 1234567, "rate": 48210.0,
		"latency": object{"p50": 412, "p99": 1840, "max": 12650},
		"stages": []object{
			stage("journal", 1234567, 96, "busy", 41, 512, 1024),
			stage("index", 1234660, 3, "waiting", 8, 64, 300),
			stage("broadcast", 1234500, 163, "busy", 12, 200, 512),
		},
		"clients": object{"count": 3, "missed": 55},
		"journal": object{"bytes": 512345678, "segments": 8, "syncs": 30117, "first": 0},
		"explain": []string{
			`no producer is blocked: ring "events" has 4000 of 4096 slots free; consumer "journal" is 96 behind, in its handler for at least 1.2 ms.`,
			`no producer is blocked: ring "live" has 65536 of 65536 slots free; all that was published is handed back.`,
		},
	}}
	for i := range events {
		s.append(fmt.Sprintf("sensor-%d", i%7), fmt.Sprintf(`{"temperature":%d.5,"unit":"C","host":"h%03d"}`, 15+i%9, i%120))
	}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func stage(name string, position, lag int, state string, p50, p99, most int) object {
	return object{
		"name": name, "position": position, "lag": lag, "state": state,
		"batch": object{"p50": p50, "p99": p99, "max": most},
	}
}

// start listens, at the address it had before if there was one.
func (s *service) start() {
	var listener net.Listener
	require.Eventually(s.t, func() (ok bool) {
		var err error
		listener, err = net.Listen("tcp", s.addr)
		return err == nil
	}, time.Minute, 20*time.Millisecond)
	s.addr = listener.Addr().String()

	ctx, cancel := context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.Handle("/", Handler())
	mux.HandleFunc("GET /figures", s.serveFigures)
	mux.HandleFunc("GET /stream", s.serveStream)
	mux.HandleFunc("POST /events", s.serveEvents)
	server := &http.Server{Handler: http.StripPrefix(s.base, mux), BaseContext: func(net.Listener) context.Context { return ctx }}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(listener) })
	s.stop = sync.OnceFunc(func() {
		cancel()
		_ = server.Close()
		served.Wait()
	})
}

// change changes something under the lock, and tells the connections.
func (s *service) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// append adds an event, whose data is JSON. It returns its sequence.
func (s *service) append(key, data string) (sequence int) {
	s.change(func() {
		sequence = len(s.lines)
		line, err := json.Marshal(object{"seq": sequence, "time": time.Now().Format(time.RFC3339Nano), "key": key, "data": json.RawMessage(data)})
		require.NoError(s.t, err)
		s.lines = append(s.lines, string(line))
	})
	return sequence
}

// asked returns what after was, in each connection of the stream.
func (s *service) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.afters)
}

// sent returns the bodies of POST events.
func (s *service) sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posted)
}

// miss adds events that the stream leaves out.
func (s *service) miss(n int, reported bool) {
	s.change(func() {
		for range n {
			s.missed[len(s.lines)] = reported
			s.lines = append(s.lines, "")
		}
	})
}

// opened counts a connection until the function that it returns is called.
func (s *service) opened(r *http.Request) (closed func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[r.URL.Path]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open[r.URL.Path]--
	}
}

func (s *service) serveFigures(w http.ResponseWriter, r *http.Request) {
	defer s.opened(r)()
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		s.mu.Lock()
		s.figures["time"] = time.Now().Add(-s.ago).UnixMilli()
		s.figures["journal"].(object)["next"] = len(s.lines)
		message, err := json.Marshal(s.figures)
		changed, mute := s.changed, s.mute
		s.mu.Unlock()
		if err != nil {
			panic(err)
		}
		if !mute {
			fmt.Fprintf(w, "data: %s\n\n", message)
		}
		w.(http.Flusher).Flush()
		select {
		case <-changed:
		case <-time.After(500 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}

func (s *service) serveStream(w http.ResponseWriter, r *http.Request) {
	defer s.opened(r)()
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse {
		http.Error(w, "no", http.StatusServiceUnavailable)
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	s.change(func() { s.afters = append(s.afters, r.URL.Query().Get("after")) })
	ctx := c.CloseRead(r.Context())
	s.mu.Lock()
	next := len(s.lines)
	if err == nil {
		next = max(after+1-s.overlap, 0)
	}
	s.mu.Unlock()
	for ctx.Err() == nil {
		s.mu.Lock()
		var lines []string
		for ; next < len(s.lines); next++ {
			reported, missed := s.missed[next]
			switch from := next; {
			case !missed:
				lines = append(lines, s.lines[next])
			case reported:
				for ; s.missed[next+1]; next++ {
				}
				lines = append(lines, fmt.Sprintf(`{"gap":{"from":%d,"to":%d}}`, from, next+1))
			}
		}
		changed, refuse := s.changed, s.refuse
		s.mu.Unlock()
		if refuse {
			return
		}
		if len(lines) > 0 && c.Write(ctx, websocket.MessageText, []byte(strings.Join(lines, "\n"))) != nil {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (s *service) serveEvents(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.posted = append(s.posted, string(body))
	reply := s.reply
	s.mu.Unlock()
	reply(w)
}

func reply(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body+"\n")
	}
}
