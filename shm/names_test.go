//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Names end at a zero byte in the file: one that contains such a byte would not be found again.
func TestNameWithAZeroByte(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8})
	_, err := r.Consumer(ConsumerConfig{Name: "a\x00b"})
	require.EqualError(t, err, `shm: consumer name "a\x00b" contains a zero byte, which ends a name in the file`)
}
