//go:build linux

package shmcmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

// tailed is what tail prints as JSON.
type tailed struct {
	Path   string
	Error  string
	Events []struct {
		Kind     string
		Sequence int64
		To       int64
		Fields   []struct {
			Path   string
			Offset int64
			Kind   string
			Value  any
			Text   string
		}
	}
	End end
}

func TestTailDecodesTheLastEvents(t *testing.T) {
	_, _, path := lively(t)
	var d tailed
	require.Equal(t, fine, runJSON(t, &d, "tail", "-n", "1", path))
	require.Len(t, d.Events, 1)
	require.EqualValues(t, 19, d.Events[0].Sequence)
	f := d.Events[0].Fields
	require.Equal(t, "Symbol", f[0].Path)
	require.Equal(t, "[8]uint8", f[0].Kind)
	require.Equal(t, "EURUSD", f[0].Text)
	require.EqualValues(t, 19, f[1].Value)
	require.EqualValues(t, 9.5, f[2].Value)
	require.Equal(t, false, f[3].Value)
	require.Equal(t, "[2]struct(8)", f[4].Kind)
	ask := f[4].Value.([]any)[1].([]any)[1].(map[string]any)
	require.Equal(t, "Ask", ask["path"])
	require.EqualValues(t, 2.5, ask["value"])
	require.EqualValues(t, f[4].Offset+12, ask["offset"])
	require.Equal(t, []any{1.0, -1.0}, f[5].Value)
	require.Equal(t, end{Why: "printed", Sequence: 20}, d.End)

	status, out, _ := run("tail", path, "-n", "9")
	require.Equal(t, fine, status)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Equal(t, `9: Symbol=[69 85 82 85 83 68 0 0] "EURUSD" ID=9 Price=4.5 OK=false Quotes=[{Bid=0 Ask=0} {Bid=0 Ask=2.5}] C=[1 -1]`, lines[0])
	require.Equal(t, "11: gap, to 13", lines[2])
	require.Len(t, lines, 10) // a line for the gap
	_, out, _ = run("tail", "-n", "100", path)
	require.Contains(t, out, "\n5: ") // 4 is a lap before the last
	_, all, _ := run("tail", "-n", "9223372036854775807", path)
	require.Equal(t, out, all)
	_, out, _ = run("tail", "-n", "0", path)
	require.Empty(t, out)
}

func TestTailOfFloatsThatAreNoNumbers(t *testing.T) {
	r, p, path := lively(t)
	b, ok := p.TryClaim(1)
	require.True(t, ok)
	*b.At(0) = tick{Price: math.NaN()}
	b.At(0).Quotes[0].Bid = float32(math.Inf(-1))
	p.Publish(b)
	var d tailed
	require.Equal(t, fine, runJSON(t, &d, "tail", "-n", "1", path))
	require.Equal(t, "NaN", d.Events[0].Fields[2].Value)
	g := geometry(t, path)
	poke(t, path, g.Event(20)+24, 7) // a bool that is none
	require.Equal(t, fine, runJSON(t, &d, "tail", "-n", "1", path))
	require.EqualValues(t, 7, d.Events[0].Fields[3].Value)
	require.NoError(t, r.Err())
}

func TestTailStopsAtAnOpenSequence(t *testing.T) {
	_, p, path := lively(t)
	_, ok := p.TryClaim(2)
	require.True(t, ok)
	var d tailed
	require.Equal(t, fine, runJSON(t, &d, "tail", "-n", "1", path))
	require.EqualValues(t, 20, d.End.Sequence)
	require.Contains(t, d.End.By, `producer 0 "feed"`)
	require.Contains(t, d.End.What, "has claimed 20")
}

// TestTailFollowsWithoutTakingPart has a tail behind a producer that does not wait for it, and compares each event
// with its sequence.
func TestTailFollowsWithoutTakingPart(t *testing.T) {
	path := filepath.Join(memoryDir(t), "ring")
	r := create(t, path, 64)
	p, err := r.Producer("feed")
	require.NoError(t, err)
	reader, writer := io.Pipe()
	var wg sync.WaitGroup
	var status int
	wg.Go(func() {
		status = Main(context.Background(), []string{"tail", "-f", "-n", "0", "-json", path}, writer, io.Discard)
		writer.Close()
	})
	lines := bufio.NewScanner(reader)
	require.True(t, lines.Scan()) // it is there
	const n = 200000
	wg.Go(func() {
		for id := range int64(n) {
			b, err := p.Claim(context.Background(), 1)
			if err != nil {
				t.Error(err)
				return
			}
			*b.At(0) = newTick(id)
			if id%1000 == 500 {
				p.Abort(b)
				continue
			}
			p.Publish(b)
		}
		r.Close()
	})
	text := bytes.NewBufferString(lines.Text() + "\n")
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
	}
	wg.Wait()
	require.Equal(t, fine, status)
	var d tailed
	require.NoError(t, json.Unmarshal(text.Bytes(), &d), text.String())
	require.Equal(t, end{Why: "closed", Sequence: n}, d.End)
	next, events := int64(-1), 0
	for _, e := range d.Events {
		if next >= 0 {
			require.Equal(t, next, e.Sequence)
		}
		switch next = e.To; e.Kind {
		case "event":
			next = e.Sequence + 1
			events++
			require.EqualValues(t, e.Sequence, e.Fields[1].Value)
			require.EqualValues(t, float64(e.Sequence)/2, e.Fields[2].Value)
		case "gap":
			require.EqualValues(t, 500, e.Sequence%1000)
		}
	}
	require.EqualValues(t, n, next)
	t.Logf("%d of %d events seen", events, n)
}

func TestTailEndsWithItsContext(t *testing.T) {
	_, _, path := lively(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	require.Equal(t, fine, Main(ctx, []string{"tail", "-f", "-json", path}, &out, io.Discard))
	var d tailed
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	require.Equal(t, "stopped", d.End.Why)
}

func TestTailEndsWhenTheRingIsGone(t *testing.T) {
	path := filepath.Join(memoryDir(t), "ring")
	r := create(t, path, 4)
	require.NoError(t, r.Detach(context.Background()))
	reader, writer := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		Main(context.Background(), []string{"tail", "-f", path}, writer, io.Discard)
		writer.Close()
	})
	require.NoError(t, shm.Remove(path))
	text, err := io.ReadAll(reader)
	wg.Wait()
	require.NoError(t, err)
	if len(text) > 0 { // it was there before it was gone
		require.Equal(t, "0: removed \n", string(text))
	}
}
