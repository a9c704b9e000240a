package main

import (
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCountWords(t *testing.T) {
	same := func(bytes []byte) bool {
		for i := range bytes {
			bytes[i] %= 0x7f // strings.Fields agrees on ASCII
		}
		return countWords(bytes) == len(strings.Fields(string(bytes)))
	}
	require.NoError(t, quick.Check(same, nil))
	require.Equal(t, 3, countWords([]byte("\t three  wo\u00a0rds here \r")))
}

func TestRow(t *testing.T) {
	s := stage{name: "x", sizes: map[int]int64{2: 3, 7: 1, 40: 2}, batches: 6, records: 93, greatest: 64}
	require.Equal(t, "x\t6\t2\t2\t15.5\t40\t64\t", s.row())
	require.Equal(t, "x\t0\t\t\t\t\t\t", (&stage{name: "x"}).row())
}

func TestFill(t *testing.T) {
	var f fill
	f.look(time.Second, 1000, false)
	require.Equal(t, "journal: 1,000 records/s; notify was never a whole ring behind", f.String())
	f.look(2*time.Second, 3000, true)
	require.Equal(t, "journal: 1,500 records/s for the first 3,000, until the ring was full behind notify", f.String())
	f.look(4*time.Second, 4000, true)
	require.Equal(t, "journal: 1,500 records/s for the first 3,000, until the ring was full behind notify; 500 records/s after", f.String())
}

func TestGroup(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		require.Equal(t, want, group(n))
	}
}
