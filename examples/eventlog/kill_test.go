package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

var kills = flag.Int("kills", 5, "how often TestKills kills the service")

// A place tells clients where the service is now.
type place struct {
	mu       sync.Mutex
	web, tcp string
}

func (p *place) set(to *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.web, p.tcp = to.web, to.tcp
}

func (p *place) get() (web, tcp string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.web, p.tcp
}

// A sender sends numbered events by TCP, and sends again what is not acknowledged when the service
// has gone.
type sender struct {
	name         string
	acknowledged []int64 // the sequence of each event
}

// unanswered is how many events a sender has on their way.
const unanswered = 64

// run sends until stop is closed and all that was sent is acknowledged.
func (s *sender) run(at *place, stop <-chan struct{}) error {
	end := -1 // how many to send, when known
	for end < 0 || len(s.acknowledged) < end {
		_, address := at.get()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		sent, answers := len(s.acknowledged), bufio.NewScanner(conn)
		for end < 0 || len(s.acknowledged) < end {
			for ; sent < len(s.acknowledged)+unanswered && (end < 0 || sent < end); sent++ {
				fmt.Fprintf(conn, `{"key":%q,"id":"%s-%d","data":%d}`+"\n", s.name, s.name, sent, sent)
			}
			if !answers.Scan() {
				break
			}
			var answer struct {
				Seq   *int64
				Error string
			}
			if err := json.Unmarshal(answers.Bytes(), &answer); err != nil {
				break // cut off by a kill
			}
			if answer.Seq == nil {
				return errors.New(answer.Error)
			}
			s.acknowledged = append(s.acknowledged, *answer.Seq)
			select {
			case <-stop:
				if end < 0 {
					end = sent
				}
			default:
			}
		}
		conn.Close()
	}
	return nil
}

// An event is what clients see of it.
type event struct {
	Seq *int64
	Key string
	ID  string
	// Data is the number of the event.
	Data int
	Gap  *struct{ From, To int64 }
}

// A watcher follows the stream, and comes back when the service has gone.
type watcher struct{ seen []event }

// run follows until it has seen want events.
func (w *watcher) run(at *place, want func() int) error {
	for len(w.seen) < want() {
		address, _ := at.get()
		url := fmt.Sprintf("ws://%s/stream?after=%d", address, len(w.seen)-1)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		conn, response, err := websocket.Dial(ctx, url, nil)
		if err == nil {
			err = w.follow(ctx, conn, want)
			_ = conn.CloseNow()
		} else if response != nil && response.StatusCode == http.StatusBadRequest {
			cancel()
			return fmt.Errorf("after=%d was refused: the service has lost what it sent", len(w.seen)-1)
		}
		timeout := ctx.Err()
		cancel()
		if errors.Is(err, errWrong) {
			return err
		}
		if timeout != nil {
			return fmt.Errorf("%d events of %d seen, and nothing comes", len(w.seen), want())
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

var errWrong = errors.New("the stream is wrong")

func (w *watcher) follow(ctx context.Context, conn *websocket.Conn, want func() int) error {
	conn.SetReadLimit(-1)
	for len(w.seen) < want() {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			var e event
			if err := json.Unmarshal(line, &e); err != nil {
				return fmt.Errorf("%w: %q", errWrong, line)
			}
			if e.Gap != nil {
				return nil // it was too slow: it comes back
			}
			if e.Seq == nil || *e.Seq != int64(len(w.seen)) {
				return fmt.Errorf("%w: %q instead of event %d", errWrong, line, len(w.seen))
			}
			w.seen = append(w.seen, e)
		}
	}
	return nil
}

// The service is killed at random moments, under load. Nothing acknowledged is lost, nothing is
// stored twice although senders send again, each sender's events keep their order, and who follows
// the stream sees every event once.
func TestKills(t *testing.T) {
	dir := t.TempDir()
	small := []string{"-dir", dir, "-segment", "100000", "-capacity", "256"}
	at := new(place)
	p := launch(t, small...)
	at.set(p)

	stop := make(chan struct{})
	senders, watchers := make([]sender, 3), make([]watcher, 2)
	sending, watching := make(chan error, len(senders)), make(chan error, len(watchers))
	for i := range senders {
		senders[i].name = fmt.Sprint("sender", i)
		go func() { sending <- senders[i].run(at, stop) }()
	}
	var mu sync.Mutex
	total := 1 << 30 // until it is known
	want := func() int { mu.Lock(); defer mu.Unlock(); return total }
	for i := range watchers {
		go func() { watching <- watchers[i].run(at, want) }()
	}

	for range *kills {
		time.Sleep(rand.N(150 * time.Millisecond)) // when to kill: nothing waits for it
		p.kill()
		p = launch(t, small...)
		at.set(p)
	}
	close(stop)
	count := 0
	for range senders {
		require.NoError(t, <-sending)
	}
	for i := range senders {
		count += len(senders[i].acknowledged)
	}
	mu.Lock()
	total = count
	mu.Unlock()
	// A watcher that has seen all may be waiting for more.
	r, err := http.Post("http://"+p.web+"/events", "", bytes.NewBufferString(`{"key":"last","data":0}`))
	require.NoError(t, err)
	r.Body.Close()
	for range watchers {
		require.NoError(t, <-watching)
	}
	t.Logf("%d kills, %d events", *kills, count)

	for _, w := range watchers {
		seen := w.seen[:count]
		for i := range senders {
			for n, seq := range senders[i].acknowledged {
				require.Less(t, seq, int64(count))
				e := seen[seq]
				require.Equal(t, senders[i].name, e.Key, "event %d", seq)
				require.Equal(t, n, e.Data, "event %d", seq)
				require.Equal(t, fmt.Sprintf("%s-%d", e.Key, n), e.ID)
				if n > 0 {
					require.Greater(t, seq, senders[i].acknowledged[n-1])
				}
			}
		}
		// All sequences are different, as they ascend for each sender and hold different events; and
		// there are as many as events. So each event is there once.
	}
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait(), p.stderr)
}
