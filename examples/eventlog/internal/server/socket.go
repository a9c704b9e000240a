package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/coder/websocket"
)

// ingestSocket takes each message as an event, and answers each with a message, in order.
func (s *Server) ingestSocket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer s.closed(conn)()
	conn.SetReadLimit(maxLine)
	next := func() ([]byte, error) {
		_, text, err := conn.Read(s.ending)
		return text, err
	}
	reply := func(text []byte, _ bool) error { return send(r.Context(), conn, text) }
	_ = s.ingest(r.Context(), next, reply)
}

// stream sends the events behind the one named by the parameter after, and those that come.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	next := int64(-1)
	if r.FormValue("after") != "" {
		after, err := number(r, "after", 0, -1, s.log.Next()-1)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		next = after + 1
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer s.closed(conn)()
	ctx := conn.CloseRead(r.Context()) // ends when the client goes
	_ = s.log.Follow(ctx, next, func(text []byte) error { return send(ctx, conn, text) })
}

// closed counts a connection, and returns what to call at its end.
func (s *Server) closed(conn *websocket.Conn) func() {
	s.conns.Add(1)
	return func() {
		defer s.conns.Done()
		status, reason := websocket.StatusNormalClosure, ""
		if errors.Is(context.Cause(s.ending), errEnding) {
			status, reason = websocket.StatusGoingAway, errEnding.Error()
		}
		_ = conn.Close(status, reason)
	}
}

func send(ctx context.Context, conn *websocket.Conn, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, text)
}
