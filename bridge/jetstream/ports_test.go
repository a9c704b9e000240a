package jetstream

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// freePort returns a port that is free for now. The servers of a cluster must know the ports of
// one another before they start.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
