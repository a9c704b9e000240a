package disruptor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpellWritesDurationsAsPeopleDo(t *testing.T) {
	for d, text := range map[time.Duration]string{
		999: "999 ns", 1500: "1.5 µs", 12 * time.Millisecond: "12 ms", time.Second: "1 s", 2100 * time.Millisecond: "2.1 s",
		59 * time.Second: "59 s", time.Minute: "1m", 90 * time.Second: "1m30s", 200 * time.Second: "3m20s",
		10 * time.Minute: "10m", 65 * time.Minute: "1h5m", 3620 * time.Second: "1h0m20s",
	} {
		require.Equal(t, text, spell(d))
	}
}
