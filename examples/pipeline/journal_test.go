package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// processed runs a pipeline whose journal a test then damages.
func processed(t *testing.T, in *input) (p *pipeline, journal []byte) {
	t.Helper()
	p = start(t, small(t), in, nil)
	require.NoError(t, p.process(t.Context()))
	require.NoError(t, p.verify())
	journal, err := os.ReadFile(p.opt.journal)
	require.NoError(t, err)
	return p, journal
}

func damage(t *testing.T, p *pipeline, content []byte) error {
	t.Helper()
	require.NoError(t, os.WriteFile(p.opt.journal, content, 0))
	return p.verify()
}

// Whichever byte of a journal is flipped, of a length, a checksum or a payload, verify names its
// frame.
func TestFlippedByte(t *testing.T) {
	lines := []string{"first", "", "the third", strings.Repeat("x", 40)}
	p, journal := processed(t, text(strings.Join(lines, "\n"), false))
	frame, end := 0, 0
	for i, next := 0, 0; i < len(journal); i++ {
		if i == end {
			frame, end = i, i+frameHead+len(lines[next])
			next++
		}
		for _, bit := range []byte{1, 0x80} {
			flipped := bytes.Clone(journal)
			flipped[i] ^= bit
			require.ErrorContains(t, damage(t, p, flipped), fmt.Sprintf("frame at offset %d:", frame), "byte %d", i)
		}
	}
	require.Equal(t, len(journal), end)
	require.NoError(t, damage(t, p, journal))
}

// The frames are whole, but they are not those of the accepted records.
func TestOtherJournal(t *testing.T) {
	frames := func(lines ...string) (buf []byte) {
		for _, line := range lines {
			buf = appendFrame(buf, []byte(line))
		}
		return buf
	}
	for name, c := range map[string]struct {
		journal []byte
		again   string // for an input that can be read again
		once    string // for one that can't
	}{
		"changed":  {frames("a", "B", "c"), `record 1 at offset 9: it is "B", the input has "b"`, "before offset 27"},
		"swapped":  {frames("b", "a", "c"), "record 0 at offset 0", "before offset 27"},
		"divided":  {frames("ab", "", "c"), "record 0 at offset 0", "before offset 27"},
		"lost":     {frames("a", "b"), "ends at offset 18 after 2 of 3", "ends at offset 18 after 2 of 3"},
		"doubled":  {frames("a", "b", "c", "c"), "goes on at offset 27", "goes on at offset 27"},
		"torn":     {frames("a", "b", "c")[:26], "frame at offset 18", "frame at offset 18"},
		"tornHead": {frames("a", "b", "c")[:20], "frame at offset 18", "frame at offset 18"},
		"zeros":    {append(frames("a"), make([]byte, 2*frameHead)...), "frame at offset 9", "frame at offset 9"},
		"empty":    {nil, "ends at offset 0", "ends at offset 0"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := processed(t, text("a\nb\nc\n", false))
			require.ErrorContains(t, damage(t, p, c.journal), c.again)

			in := &input{name: "a stream", parts: []part{once(strings.NewReader("a\nb\nc\n"))}}
			p, journal := processed(t, in)
			require.Equal(t, frames("a", "b", "c"), journal)
			require.ErrorContains(t, damage(t, p, c.journal), c.once)
		})
	}
}

// A second run appends to the journal of the first, and verifies only its own records.
func TestAppend(t *testing.T) {
	p, first := processed(t, text("a\nb\n", false))
	again := start(t, p.opt, text("c\n", false), nil)
	require.NoError(t, again.process(t.Context()))
	require.NoError(t, again.verify())
	both, err := os.ReadFile(p.opt.journal)
	require.NoError(t, err)
	require.Equal(t, appendFrame(first, []byte("c")), both)

	both[len(both)-1]++
	require.ErrorContains(t, damage(t, again, both), "record 0: frame at offset 18")
	_, err = newPipeline(p.opt, text("d\n", false), nil)
	require.ErrorContains(t, err, "is not a whole journal: frame at offset 18")
}

// A temporary journal is gone after the run, a named one stays.
func TestTemporary(t *testing.T) {
	opt := small(t)
	opt.journal = ""
	p, err := newPipeline(opt, text("a\n", false), nil)
	require.NoError(t, err)
	require.NoError(t, p.process(t.Context()))
	require.FileExists(t, p.journal.name())
	require.NoError(t, p.close())
	require.NoFileExists(t, p.journal.name())
}

// A batch of more than writeSize goes to the file in several writes.
func TestLargeRecords(t *testing.T) {
	line := strings.Repeat("x", writeSize/2) + "\n"
	p, journal := processed(t, text(strings.Repeat(line, 10), false))
	require.EqualValues(t, 10, p.accepted)
	require.Len(t, journal, 10*(frameHead+writeSize/2))
}
