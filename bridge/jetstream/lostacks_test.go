package jetstream

import (
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// ears is a dialer whose connections can be made deaf: what the server says is then lost.
type ears struct {
	deaf atomic.Bool
	last atomic.Pointer[net.Conn]
}

func (e *ears) Dial(network, address string) (net.Conn, error) {
	c, err := net.Dial(network, address)
	if err == nil {
		e.last.Store(&c)
	}
	return deafConn{c, e}, err
}

func (e *ears) cut() { _ = (*e.last.Load()).Close() }

type deafConn struct {
	net.Conn
	ears *ears
}

func (c deafConn) Read(p []byte) (n int, err error) {
	for {
		n, err = c.Conn.Read(p)
		if err != nil || !c.ears.deaf.Load() {
			return n, err
		}
	}
}

// Acknowledgements are lost: with the connection, or without a sign.
func TestLostAcknowledgements(t *testing.T) {
	for name, restore := range map[string]func(*ears){
		"with the connection": func(e *ears) { e.deaf.Store(false); e.cut() },
		"without a sign":      func(e *ears) { e.deaf.Store(false) },
	} {
		t.Run(name, func(t *testing.T) {
			nc := connect(t, startOne(t).ClientURL())
			addStream(t, nc, shortMemory)
			e := &ears{}
			deaf := connect(t, nc.ConnectedUrl(), nats.SetCustomDialer(e))
			p := publisher(t, deaf, func(c *Config[event]) { c.InFlight, c.AckWait = 32, 300*time.Millisecond })
			require.NoError(t, p.Publish(limited(t), sequences(0, 10)))

			e.deaf.Store(true)
			published := make(chan error)
			go func() { published <- p.Publish(limited(t), sequences(10, 100)) }()
			waitForLength(t, nc, 42) // all that may be on their way
			waitForgotten(t, nc)
			select {
			case err := <-published:
				t.Fatalf("done without an acknowledgement: %v", err)
			default:
			}
			restore(e)
			require.NoError(t, <-published)
			requireStored(t, nc, 100)
		})
	}
}

func TestNoPermission(t *testing.T) {
	o := serverOptions(t.TempDir())
	o.Users = []*server.User{
		{Username: "all", Password: "x"},
		{Username: "reader", Password: "x", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{subject}},
		}},
		{Username: "nobody", Password: "x", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{">"}},
		}},
	}
	s := start(t, o)
	require.True(t, s.ReadyForConnections(patient))
	nc := connect(t, s.ClientURL(), nats.UserInfo("all", "x"))
	addStream(t, nc)
	for _, user := range []string{"reader", "nobody"} {
		nc := connect(t, s.ClientURL(), nats.UserInfo(user, "x"), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
		p := publisher(t, nc, func(c *Config[event]) { c.AckWait, c.GiveUp = 200*time.Millisecond, time.Hour })
		require.ErrorIs(t, p.Publish(limited(t), sequences(0, 5)), nats.ErrPermissionViolation)
	}
	requireStored(t, nc, 0)
}
