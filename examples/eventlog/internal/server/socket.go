package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// errSpoke is why the stream of a client that sends something ends.
var errSpoke = errors.New("a stream takes no messages")

// ingestSocket takes each message as an event, and answers each with a message, in order.
func (s *Server) ingestSocket(w http.ResponseWriter, r *http.Request) {
	conn, end, err := s.accept(w, r)
	if err != nil {
		return // it is answered
	}
	type message struct {
		text []byte
		err  error
	}
	// A goroutine of its own reads: a context that stopped the reading would close the connection,
	// and lose the answers that are due.
	messages, done := make(chan message), make(chan struct{})
	go func() {
		for m := (message{}); m.err == nil; {
			m.text, m.err = read(r.Context(), conn)
			select {
			case messages <- m:
			case <-done:
				return
			}
		}
	}()
	next := func() ([]byte, error) {
		select {
		case m := <-messages:
			return m.text, m.err
		case <-s.ending.Done():
			return nil, errEnding
		}
	}
	reply := func(text []byte, _ bool) error { return s.send(r.Context(), conn, text) }
	err = s.ingest(r.Context(), next, reply)
	close(done)
	if errors.Is(err, bufio.ErrTooLong) {
		_ = reply([]byte(tooLong), false)
	}
	end(err)
}

// read returns the next message. The limit of the connection would close it, and lose the answers
// that are due.
func read(ctx context.Context, conn *websocket.Conn) ([]byte, error) {
	_, in, err := conn.Reader(ctx)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxLine+1))
	if err == nil && len(text) > maxLine {
		err = bufio.ErrTooLong
	}
	return text, err
}

// stream sends the events behind the one named by the parameter after, and those that come.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	next := int64(-1)
	if r.URL.Query().Get("after") != "" {
		after, err := number(r, "after", 0, s.log.Journal().First-1, s.log.Next()-1)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		next = after + 1
	}
	conn, end, err := s.accept(w, r)
	if err != nil {
		return // it is answered
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	go func() { // ends when the client goes
		_, _, err := conn.Reader(r.Context())
		if err == nil {
			err = errSpoke
		}
		cancel(err)
	}()
	end(s.log.Follow(ctx, next, func(text []byte) error { return s.send(ctx, conn, text) }))
}

// rawConn is the key of the connection in the context of a request.
type rawConn struct{}

// accept makes a WebSocket of a request, or answers it with an error. The caller calls end at the
// end, with why it is one.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) (conn *websocket.Conn, end func(error), err error) {
	s.conns.Add(1) // before Accept: from there on, the shutdown of HTTP does not wait for it
	conn, err = websocket.Accept(w, r, nil)
	if err != nil {
		s.conns.Done()
		return nil, nil, err
	}
	conn.SetReadLimit(-1)
	raw := r.Context().Value(rawConn{}).(net.Conn)
	stop := context.AfterFunc(s.ended, func() { _ = raw.Close() })
	return conn, func(err error) {
		defer s.conns.Done()
		defer stop()
		status, reason := websocket.StatusNormalClosure, ""
		switch {
		case errors.Is(err, bufio.ErrTooLong):
			status = websocket.StatusMessageTooBig
		case errors.Is(err, errSpoke):
			status, reason = websocket.StatusPolicyViolation, errSpoke.Error()
		case err == nil || s.ending.Err() != nil: // a stream may come to its end before the server does
			status, reason = websocket.StatusGoingAway, errEnding.Error()
		}
		_ = raw.SetDeadline(time.Now().Add(s.patience)) // Close reads the rest of a message without a limit
		_ = conn.Close(status, reason)
	}, nil
}

func (s *Server) send(ctx context.Context, conn *websocket.Conn, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, text)
}
