package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/be395dad/disruptor"
)

// A notifier is the notify stage. It sends each record as a line: its number, its count of words
// and its text. A client gets whole records, without a gap, from the one named in its greeting
// on.
type notifier struct {
	echo     io.Writer // nil without -echo
	slow     time.Duration
	patience time.Duration // how long a batch waits for a slow client before it is dropped
	listener net.Listener
	accepted sync.WaitGroup // the accept loop

	mu      sync.Mutex // held while a batch is sent, so that clients join between batches
	clients []*client
	next    int64 // the first record of the next batch
	buf     []byte
	met     int // clients greeted
	dropped int // clients that did not read in time
	left    int // clients that hung up
}

// slowEvery makes -slow-notify slow enough to fill the ring and quick enough to watch. A sleep
// for each record would take minutes. A sleep for each batch would do nothing, because batches
// grow with the delay.
const slowEvery = 256

func listen(opt options, echo io.Writer) (*notifier, error) {
	listener, err := net.Listen("tcp", opt.listen)
	if err != nil {
		return nil, err
	}
	n := &notifier{echo: echo, slow: opt.slowNotify, patience: opt.patience, listener: listener}
	n.accepted.Go(n.accept)
	return n, nil
}

func (n *notifier) address() net.Addr { return n.listener.Addr() }

func (n *notifier) accept() {
	for {
		conn, err := n.listener.Accept()
		switch {
		case err == nil:
			n.greet(conn)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			time.Sleep(10 * time.Millisecond) // most likely out of descriptors; clients that leave free some
		}
	}
}

// greet tells the client at which record it comes in, and adds it.
func (n *notifier) greet(conn net.Conn) {
	// Input of a client is read and thrown away. Closing a connection with unread input resets it,
	// and then its last records might not arrive.
	go io.Copy(io.Discard, conn)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.met++
	c := &client{conn: conn}
	if c.write(fmt.Appendf(nil, "# records from %d\n", n.next), n.patience); !n.lost(c) {
		n.clients = append(n.clients, c)
	}
}

// send is the notify stage.
func (n *notifier) send(b disruptor.Batch[record]) error {
	if n.slow > 0 {
		for range (b.Len() + slowEvery - 1) / slowEvery {
			time.Sleep(n.slow)
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next = b.To()
	if n.echo == nil && len(n.clients) == 0 {
		return nil
	}
	n.buf = n.buf[:0]
	for seq, r := range b.All() {
		n.buf = strconv.AppendInt(n.buf, seq, 10)
		n.buf = append(n.buf, ' ')
		n.buf = strconv.AppendInt(n.buf, int64(r.words), 10)
		n.buf = append(n.buf, ' ')
		n.buf = append(n.buf, r.line...)
		n.buf = append(n.buf, '\n')
	}
	n.broadcast()
	if n.echo == nil {
		return nil
	}
	_, err := n.echo.Write(n.buf)
	return err
}

// broadcast writes to all clients at once, so that a batch waits only once, however many clients
// don't read.
func (n *notifier) broadcast() {
	var writes sync.WaitGroup
	for _, c := range n.clients {
		writes.Go(func() { c.write(n.buf, n.patience) })
	}
	writes.Wait()
	n.clients = slices.DeleteFunc(n.clients, n.lost)
}

// lost reports whether the last write to c failed, and closes c if it did.
func (n *notifier) lost(c *client) bool {
	switch {
	case c.err == nil:
		return false
	case errors.Is(c.err, os.ErrDeadlineExceeded):
		n.dropped++
	default:
		n.left++
	}
	c.conn.Close()
	return true
}

// close ends the connections; what was sent still reaches the clients.
func (n *notifier) close() error {
	err := n.listener.Close()
	n.accepted.Wait()
	for _, c := range n.clients {
		c.conn.Close()
	}
	return err
}

type client struct {
	conn net.Conn
	err  error // of the last write
}

func (c *client) write(text []byte, patience time.Duration) {
	if c.err = c.conn.SetWriteDeadline(time.Now().Add(patience)); c.err == nil {
		_, c.err = c.conn.Write(text)
	}
}
