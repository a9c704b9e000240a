//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/ringfile"
	"github.com/be395dad/disruptor/shm"
)

type tick struct {
	Symbol [8]byte
	ID     int64
	Price  float64
	OK     bool
	Quotes [2]struct {
		Bid, Ask float32
		Size     uint16
	}
	Matrix [2][3]int16
	C      complex64
	Inner  struct{ A, B uint8 }
}

func newTick(id int64) tick {
	e := tick{ID: id, Price: float64(id) / 4, OK: id%2 == 0, C: complex(1, -2)}
	copy(e.Symbol[:], "EURUSD")
	e.Quotes[1].Ask, e.Quotes[1].Size = 2.5, 7
	e.Matrix[1][2] = -3
	e.Inner.B = 9
	return e
}

// line returns what the reader prints of a tick.
func line(id int64) string {
	return fmt.Sprintf(`%d: {"Symbol": "EURUSD", "ID": %d, "Price": %s, "OK": %v, `+
		`"Quotes": [{"Bid": 0.0, "Ask": 0.0, "Size": 0}, {"Bid": 0.0, "Ask": 2.5, "Size": 7}], `+
		`"Matrix": [[0, 0, 0], [0, 0, -3]], "C": [1.0, -2.0], "Inner.A": 0, "Inner.B": 9}`,
		id, id, decimal(float64(id)/4), id%2 == 0)
}

func decimal(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func ring(t *testing.T, cfg shm.Config) (r *shm.Ring[tick], p *shm.Producer[tick], path string) {
	dir, err := os.MkdirTemp("/dev/shm", "ticks")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path = dir + "/ring"
	r, err = shm.Create[tick](path, cfg)
	require.NoError(t, err)
	p, err = r.Producer("feed")
	require.NoError(t, err)
	return r, p, path
}

func send(t *testing.T, p *shm.Producer[tick], from, to int64) {
	for id := from; id < to; id++ {
		b, err := p.Claim(context.Background(), 1)
		require.NoError(t, err)
		*b.At(0) = newTick(id)
		if id%100 == 50 || id%100 == 51 {
			p.Abort(b)
		} else {
			p.Publish(b)
		}
	}
}

// reader returns the command that reads, or skips the test.
func reader(t *testing.T, args ...string) *exec.Cmd {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	cmd := exec.Command(python, append([]string{"ticks.py"}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestPythonSeesEveryEventInTheRing(t *testing.T) {
	for _, marks := range []shm.Marks{shm.EmbeddedMarks, shm.SeparateMarks} {
		r, p, path := ring(t, shm.Config{Capacity: 1024, Marks: marks})
		send(t, p, 0, 300)
		cmd := reader(t, "--from-oldest", path)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for id := range int64(1000) {
			if id == 200 { // it is there
				send(t, p, 300, 1000)
				r.Close()
			}
			switch want := line(id); {
			case id%100 == 51: // part of a gap
			default:
				require.True(t, lines.Scan())
				if id%100 == 50 {
					want = fmt.Sprintf("%d: gap, to %d", id, id+2)
				}
				require.Equal(t, want, lines.Text())
			}
		}
		require.True(t, lines.Scan())
		require.Equal(t, "1000: closed", lines.Text())
		require.NoError(t, cmd.Wait())
	}
}

// The reader follows a ring that is much faster.
func TestPythonSaysWhatItHasMissed(t *testing.T) {
	r, p, path := ring(t, shm.Config{Capacity: 64})
	cmd := reader(t, "--from-oldest", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	send(t, p, 0, 10)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	next, events, missed := int64(0), int64(0), int64(0)
	const rounds, burst = 50, 2000
	sent := int64(10)
	for lines.Scan() {
		if sent < rounds*burst && lines.Text() == line(sent-1) || events == 0 { // it is there, and sees the rest of the burst or misses it
			send(t, p, sent, sent+burst)
			sent += burst
		}
		number, rest, ok := strings.Cut(lines.Text(), ": ")
		require.True(t, ok, lines.Text())
		at, err := strconv.ParseInt(number, 10, 64)
		require.NoError(t, err)
		require.Equal(t, next, at)
		var n int64
		switch {
		case strings.HasPrefix(rest, "{"):
			require.Equal(t, line(at), lines.Text())
			events++
			n = 1
		case strings.HasPrefix(rest, "gap, to "):
			_, err = fmt.Sscanf(rest, "gap, to %d", &n)
			n -= at
			require.Contains(t, []int64{50, 51}, at%100)
		case strings.HasPrefix(rest, "overwritten"):
			_, err = fmt.Sscanf(rest, "overwritten, skipped %d", &n)
			missed += n
		default:
			require.Equal(t, "closed", rest)
		}
		require.NoError(t, err)
		if next += n; sent >= rounds*burst {
			r.Close()
		}
	}
	require.NoError(t, cmd.Wait())
	require.Equal(t, sent, next)
	require.Positive(t, missed)
	t.Logf("%d of %d events seen", events, sent)
}

func TestPythonFromNowAndN(t *testing.T) {
	_, p, path := ring(t, shm.Config{Capacity: 16})
	send(t, p, 0, 20)
	text, err := reader(t, "--from-oldest", "-n", "3", path).Output()
	require.NoError(t, err)
	require.Equal(t, line(4)+"\n"+line(5)+"\n"+line(6)+"\n", string(text))
	cmd := reader(t, "-n", "1", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	printed := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(out)
		printed <- string(text)
	}()
	for id := int64(20); ; id++ { // until it is there
		select {
		case text := <-printed:
			require.NoError(t, cmd.Wait())
			lines := strings.Split(strings.TrimSpace(text), "\n")
			at, _, _ := strings.Cut(lines[len(lines)-1], ":")
			seq, err := strconv.ParseInt(at, 10, 64)
			require.NoError(t, err)
			require.Equal(t, line(seq), lines[len(lines)-1])
			require.Equal(t, 1, strings.Count(text, "Symbol"))
			return
		case <-time.After(time.Millisecond): // to leave the CPU to others
			send(t, p, id, id+1)
		}
	}
}

// refusals opens files and prints why they are refused.
const refusals = `
import sys, ticks
for path in sys.argv[1:]:
    try:
        ticks.Ring(path)
        print("accepted")
    except ticks.Refused as e:
        print(e)
`

func TestPythonRefusesWhatIsNoRing(t *testing.T) {
	_, p, path := ring(t, shm.Config{Capacity: 16})
	send(t, p, 0, 20)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	change := func(at int) []byte {
		damaged := append([]byte(nil), raw...)
		damaged[at]++
		return damaged
	}
	cases := []struct {
		want string
		file []byte
	}{
		{"accepted", raw},
		{"not a ring", nil},
		{"begins with", []byte(strings.Repeat("text", 1000))},
		{"cut: 500 bytes", raw[:500]},
		{"the checksum of the header is wrong", raw[:520]},
		{"the checksum of the header is wrong", change(90)},
		{"the checksum of the header is wrong", change(293)},
		{"8192 bytes, and the header says", raw[:8192]},
		{"format 2.0", change(8)},
		{"features that a reader must know", change(16)},
		{"sizes and offsets contradict", resealed(t, raw, func(h *ringfile.Header) { h.Places += 4096 })},
		{"sizes and offsets contradict", resealed(t, raw, func(h *ringfile.Header) { h.Capacity = 1 << 62 })},
		{"sizes and offsets contradict", resealed(t, raw, func(h *ringfile.Header) { h.Embedded = 2 })},
		{"left by an earlier boot", resealed(t, raw, func(h *ringfile.Header) { h.Boot[0]++ })},
	}
	cmd := reader(t)
	cmd.Args = []string{cmd.Args[0], "-B", "-c", refusals}
	for i, c := range cases {
		name := fmt.Sprintf("%s-%d", path, i)
		require.NoError(t, os.WriteFile(name, c.file, 0o600))
		cmd.Args = append(cmd.Args, name)
	}
	out, err := cmd.Output()
	require.NoError(t, err)
	lines := strings.Split(string(out), "\n")
	for i, c := range cases {
		require.Contains(t, lines[i], c.want)
	}
	cmd = reader(t, path+"-1")
	cmd.Stderr = nil
	_, err = cmd.Output()
	exit, ok := err.(*exec.ExitError)
	require.True(t, ok)
	require.Equal(t, path+"-1: not a ring: it begins with b''\n", string(exit.Stderr))
}

// resealed returns a ring whose header was changed and has the right checksum again.
func resealed(t *testing.T, raw []byte, change func(*ringfile.Header)) []byte {
	h, text, _, err := ringfile.ReadHeader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	change(&h)
	return append(h.Bytes(text), raw[ringfile.HeaderSize+len(text):]...)
}
