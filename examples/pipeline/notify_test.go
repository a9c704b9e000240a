package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A guest is a TCP client that has read its greeting.
type guest struct {
	net.Conn
	*bufio.Reader
	first int // record
}

func connect(t *testing.T, p *pipeline) *guest {
	t.Helper()
	conn, err := net.Dial("tcp", p.notifier.address().String())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	g := &guest{Conn: conn, Reader: bufio.NewReader(conn)}
	_, err = fmt.Fscanf(g.Reader, "# records from %d\n", &g.first)
	require.NoError(t, err)
	return g
}

// expect reads the records that notify made of these lines, of which the first is record first.
func (g *guest) expect(first int, lines ...string) error {
	want := notified(first, lines...)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(g.Reader, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("got %.80q, want %.80q", got, want)
	}
	return nil
}

// piping is a pipeline that processes what the test writes to w.
func piping(t *testing.T, opt options) (p *pipeline, w *os.File, processed <-chan error) {
	t.Helper()
	r, w := piped(t)
	p = start(t, opt, &input{name: "a pipe", parts: []part{once(breakable(t.Context(), r))}}, nil)
	done := make(chan error, 1)
	go func() { done <- p.process(t.Context()) }()
	return p, w, done
}

// A client that connects later gets all later records, in order, to the end.
func TestClients(t *testing.T) {
	p, w, processed := piping(t, small(t))
	lines := split(numbered(1000))
	var guests []*guest
	for first := 0; first < len(lines); first += 100 {
		g := connect(t, p)
		require.Equal(t, first, g.first)
		guests = append(guests, g)
		more := lines[first : first+100]
		_, err := fmt.Fprintln(w, strings.Join(more, "\n"))
		require.NoError(t, err)
		for _, g := range guests {
			require.NoError(t, g.expect(first, more...))
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, <-processed)
	for _, g := range guests {
		_, err := g.ReadByte()
		require.ErrorIs(t, err, io.EOF)
	}
	require.Equal(t, 10, p.notifier.met)
	require.Zero(t, p.notifier.dropped+p.notifier.left)
}

// Clients that connect to a stream at full speed get it from their greeting to the last accepted
// record.
func TestClientsJoinAtSpeed(t *testing.T) {
	lines := split(numbered(1000))
	p := start(t, small(t), text(numbered(1000), true), nil)
	ctx, interrupt := context.WithCancel(t.Context())
	processed := make(chan error, 1)
	go func() { processed <- p.process(ctx) }()

	var joined, left sync.WaitGroup
	last := make([]int, 8)
	errs := make([]error, len(last))
	for i := range last {
		g := connect(t, p)
		joined.Add(1)
		left.Go(func() {
			seq := g.first
			for ; ; seq++ {
				if seq == g.first+1000 {
					joined.Done()
				}
				if _, err := g.Peek(1); err == io.EOF {
					break
				}
				if errs[i] = g.expect(seq, lines[seq%len(lines)]); errs[i] != nil {
					break
				}
			}
			last[i] = seq
		})
	}
	joined.Wait()
	interrupt()
	require.NoError(t, <-processed)
	left.Wait()
	for i := range last {
		require.NoError(t, errs[i])
		require.EqualValues(t, p.accepted, last[i])
	}
	require.NoError(t, p.verify())
}

// A client that never reads is dropped, and the records go on without it.
func TestClientNeverReads(t *testing.T) {
	long := strings.Repeat("x", 4096)
	opt := small(t)
	opt.records, opt.patience = 2_500, 10*time.Millisecond // more than the kernel buffers for a connection
	var echo bytes.Buffer
	p := start(t, opt, text(long+"\n", true), &echo)
	require.NoError(t, connect(t, p).Conn.(*net.TCPConn).SetReadBuffer(4096))
	require.NoError(t, p.process(t.Context()))
	require.NoError(t, p.verify())
	require.Equal(t, 1, p.notifier.dropped)
	require.Zero(t, p.notifier.left)
	require.Equal(t, notified(0, slices.Repeat([]string{long}, 2_500)...), echo.String())
}

// A client that hangs up is forgotten, and does not count as dropped.
func TestClientHangsUp(t *testing.T) {
	p, w, processed := piping(t, small(t))
	g, stays := connect(t, p), connect(t, p)
	require.NoError(t, g.Close())
	seq := 0
	gone := func() bool {
		p.notifier.mu.Lock()
		defer p.notifier.mu.Unlock()
		return p.notifier.left == 1
	}
	for ; !gone(); seq++ { // the kernel takes a record or two before it reports that nobody is there
		_, err := fmt.Fprintln(w, "a record")
		require.NoError(t, err)
		require.NoError(t, stays.expect(seq, "a record"))
	}
	require.NoError(t, w.Close())
	require.NoError(t, <-processed)
	require.EqualValues(t, seq, p.accepted)
	require.Zero(t, p.notifier.dropped)
}

// What clients say does not matter. It is read, because unread input would reset the connection.
func TestClientTalks(t *testing.T) {
	p, w, processed := piping(t, small(t))
	g := connect(t, p)
	_, err := g.Write(bytes.Repeat([]byte("hello\n"), 1000))
	require.NoError(t, err)
	_, err = fmt.Fprintln(w, "a record")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, <-processed)
	require.NoError(t, g.expect(0, "a record"))
	_, err = g.ReadByte()
	require.ErrorIs(t, err, io.EOF)
}

func TestListenFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	opt := small(t)
	opt.listen = taken.Addr().String()
	_, err = newPipeline(opt, text("a\n", false), nil)
	require.ErrorContains(t, err, opt.listen)
}

// An auditor is an echo that compares the length of the journal with the records of ten bytes
// notified so far.
type auditor struct {
	path     string
	records  int64
	tooEarly bool
}

func (a *auditor) Write(p []byte) (int, error) {
	a.records += int64(bytes.Count(p, []byte{'\n'}))
	info, err := os.Stat(a.path)
	a.tooEarly = a.tooEarly || err != nil || info.Size() < a.records*(frameHead+10)
	return len(p), err
}

// No record is notified before it is in the journal.
func TestNotifyFollowsJournal(t *testing.T) {
	opt := small(t)
	opt.records = 5_000
	echo := &auditor{path: opt.journal}
	p := start(t, opt, text("0123456789\n", true), echo)
	require.NoError(t, p.process(t.Context()))
	require.Equal(t, opt.records, echo.records)
	require.False(t, echo.tooEarly)
}

// A slow last stage does not slow the journal until the ring is full. With notify stuck in its
// first batch the journal writes exactly as many records as the ring has slots.
func TestSlowNotify(t *testing.T) {
	opt := small(t)
	opt.records = 1000
	echo := newGate()
	p := start(t, opt, text(numbered(100), true), echo)
	processed := make(chan error, 1)
	go func() { processed <- p.process(t.Context()) }()

	<-echo.entered
	until(t, func() bool { return p.journaled.Position() == int64(opt.ring) })
	require.Zero(t, p.notified.Position())
	require.EqualValues(t, opt.ring, p.ring.Published())

	close(echo.opened)
	require.NoError(t, <-processed)
	require.NoError(t, p.verify())
	require.EqualValues(t, opt.ring, p.fill.full.records)
	require.EqualValues(t, opt.records, p.fill.last.records)
	require.Contains(t, p.fill.String(), "records/s for the first 64, until the ring was full behind notify; ")
}

func TestSlowNotifyReport(t *testing.T) {
	stdout, _, err := results(t, t.Context(), nullDevice(t), "-n", "5000", "-slow-notify", "1us")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^journal: [\d,]+ records/s`, stdout)
}
