package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/be395dad/disruptor/examples/eventlog/internal/eventlog"
)

// maxLine bounds an event as it is sent: its data may hold white space and escapes.
const maxLine = 2 * (eventlog.MaxData + eventlog.MaxKey + eventlog.MaxID)

// tooLong answers an event that is not read to its end. The connection ends with it.
const tooLong = `{"error":"invalid event: a line that is too long"}`

// serveTCP accepts connections until the listener is closed.
func (s *Server) serveTCP(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil { // too many open files, say: it passes, as in net/http
			time.Sleep(10 * time.Millisecond)
			continue
		}
		s.conns.Go(func() { s.tcp(conn) })
	}
}

// tcp serves a connection: a line of JSON for each event, and a line for each answer.
func (s *Server) tcp(conn net.Conn) {
	defer conn.Close()
	// What has been taken is answered when the server ends: only reading stops.
	stopped := make(chan struct{})
	stop := context.AfterFunc(s.ending, func() {
		defer close(stopped)
		_ = conn.SetReadDeadline(time.Now())
	})
	defer context.AfterFunc(s.ended, func() { _ = conn.Close() })()
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, maxLine)
	out := bufio.NewWriter(conn)
	next := func() ([]byte, error) {
		for lines.Scan() {
			if s.ending.Err() != nil { // the line may be half of one
				return nil, errEnding
			}
			if len(lines.Bytes()) > 0 {
				return lines.Bytes(), nil
			}
		}
		if err := lines.Err(); err != nil {
			return nil, err
		}
		return nil, net.ErrClosed
	}
	reply := func(text []byte, more bool) error {
		_ = conn.SetWriteDeadline(time.Now().Add(s.patience))
		_, err := out.Write(append(text, '\n'))
		if err == nil && !more {
			err = out.Flush()
		}
		if err != nil {
			_ = conn.Close() // ends the reading as well
		}
		return err
	}
	err := s.ingest(s.ended, next, reply)
	if errors.Is(err, bufio.ErrTooLong) {
		_ = reply([]byte(tooLong), false)
	}
	if !stop() {
		<-stopped
	}
	linger(conn.(*net.TCPConn))
}

// linger reads until the client has seen the end, or for a second. If something were unread, the
// system would reset the connection and drop the answers that are on their way.
func linger(conn *net.TCPConn) {
	_ = conn.CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, conn)
}
