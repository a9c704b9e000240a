//go:build linux

package shmcmd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// readers are the subcommands that only read.
var readers = [][]string{{"stat", "-interval", "0"}, {"who"}, {"check"}, {"tail", "-n", "100"}}

// runReaders runs them on a file, as text and as JSON, and returns the statuses.
func runReaders(t *testing.T, path string) (statuses []int) {
	for _, args := range readers {
		args = append(args[:len(args):len(args)], path)
		status, out, stderr := run(args...)
		require.Empty(t, stderr, args)
		require.True(t, status != fine || out != "" || args[0] == "tail", args)
		var document map[string]any
		require.Equal(t, status, runJSON(t, &document, args...), args)
		statuses = append(statuses, status)
	}
	var l listing
	runJSON(t, &l, "ls", filepath.Dir(path))
	return statuses
}

// copied returns the bytes of a ring.
func copied(t *testing.T) []byte {
	_, p, path := lively(t)
	_, ok := p.TryClaim(2)
	require.True(t, ok)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return raw
}

func TestFilesThatAreCut(t *testing.T) {
	raw := copied(t)
	path := filepath.Join(memoryDir(t), "cut")
	for _, n := range []int{0, 1, 7, 8, 100, 511, 512, 600, 4096, 4100, 5000, 8192, 12288, 16384, 24576, len(raw) - 4096, len(raw) - 1} {
		require.NoError(t, os.WriteFile(path, raw[:n], 0o600))
		for i, status := range runReaders(t, path) {
			require.Equal(t, wrong, status, "%d bytes, %v", n, readers[i])
		}
	}
	require.NoError(t, os.WriteFile(path, append(raw, 0), 0o600))
	for _, status := range runReaders(t, path) {
		require.Equal(t, wrong, status)
	}
	status, out, _ := run("tail", "-n", "1", path)
	require.Equal(t, wrong, status)
	require.Contains(t, out, "19: Symbol") // it shows what it can
}

// change has a header changed, and its checksum be right again.
func change(t *testing.T, raw []byte, change func(*ringfile.Header)) []byte {
	h, text, _, err := ringfile.ReadHeader(readerAt(raw), int64(len(raw)))
	require.NoError(t, err)
	change(&h)
	return append(h.Bytes(text), raw[ringfile.HeaderSize+len(text):]...)
}

type readerAt []byte

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return copy(p, r[off:]), nil }

func TestHostileHeaders(t *testing.T) {
	raw := copied(t)
	path := filepath.Join(memoryDir(t), "hostile")
	for name, c := range map[string]func(*ringfile.Header){
		"version":    func(h *ringfile.Header) { h.Major = 2 },
		"feature":    func(h *ringfile.Header) { h.Incompatible = 1 },
		"capacity":   func(h *ringfile.Header) { h.Capacity = 1 << 63 },
		"event size": func(h *ringfile.Header) { h.EventSize = 1<<32 - 1 },
		"offset":     func(h *ringfile.Header) { h.Places = 1<<64 - 8 },
		"roles":      func(h *ringfile.Header) { h.Consumers = 1<<32 - 1 },
		"boot":       func(h *ringfile.Header) { h.Boot[0]++ },
		"hash":       func(h *ringfile.Header) { h.Hash[0]++ },
	} {
		require.NoError(t, os.WriteFile(path, change(t, raw, c), 0o600))
		status, out, _ := run("check", path)
		require.Equal(t, wrong, status, name)
		require.Contains(t, out, "wrong: ", name)
		runReaders(t, path)
		if name != "hash" { // which matters to who knows the type of the events
			require.Equal(t, wrong, first(run("recover", path)), name)
		}
	}
	// The largest ring that a header can describe, in a file that has hardly any of it.
	huge := change(t, raw, func(h *ringfile.Header) {
		g := ringfile.Geometry{Capacity: ringfile.MaxCapacity, EventSize: 1<<32 - 16, Processes: 64, Producers: 64, Consumers: 64, TextSize: int64(h.TextSize)}
		g.Place()
		*h = ringfile.NewHeader(g, layoutOf(h), "", h.Ring, h.Boot, 1)
	})
	require.NoError(t, os.WriteFile(path, huge, 0o600))
	for _, status := range runReaders(t, path) {
		require.Equal(t, wrong, status)
	}
	// A ring that may be watched only.
	watched := change(t, raw, func(h *ringfile.Header) { h.WriteIncompatible = 1 })
	require.NoError(t, os.WriteFile(path, watched, 0o600))
	status, out, _ := run("tail", "-n", "1", path)
	require.Equal(t, fine, status)
	require.Contains(t, out, "19: Symbol")
	require.Equal(t, wrong, first(run("recover", path)))
}

func first(status int, _, _ string) int { return status }

// TestCheckFinds has words of a ring be what no process stores, one at a time.
func TestCheckFinds(t *testing.T) {
	_, p, path := lively(t)
	_, ok := p.TryClaim(2)
	require.True(t, ok)
	g := geometry(t, path)
	place, record := g.Places, g.Records
	for name, c := range map[string]struct {
		off   int64
		word  uint64
		where string
	}{
		"cursor beyond":       {g.Control, 1 << 61, "cursor"},
		"cursor back":         {g.Control, 3, "place 0"},
		"members":             {g.Control + 128, 1 << 63, "members"},
		"member of none":      {g.Control + 128, 7, "place 2"},
		"no member":           {g.Control + 128, 1, "place 1"},
		"failed":              {g.Control + 256, 1, "failure"},
		"unknown failure":     {g.Control + 256, 77, "failure"},
		"closing":             {g.Control + ringfile.ControlClosing, 2, "closing"},
		"closed unannounced":  {g.Control, 22 | 1<<63, "closing"},
		"last gap beyond":     {g.Control + ringfile.ControlLastGap, 1000, "last gap"},
		"last gap below":      {g.Control + ringfile.ControlLastGap, 11, "last gap"},
		"lost":                {g.Control + 512, 1 << 63, "lost"},
		"sleepers":            {g.Control + 384 + 8, 1 << 63, "eventcount of the ring"},
		"attachment":          {g.Attachments, 2, "attachment 0"},
		"owner gone":          {g.Attachments, 0, "place 0"},
		"phase of place":      {place, 1<<24 | 1<<8 | 8, "place 0"},
		"phase of record":     {record + 128, 1<<24 | 1<<8 | 4, "record 0"},
		"owner of none":       {place, 1<<24 | 99<<8 | 2, "place 0"},
		"no owner":            {place, 1<<24 | 0<<8 | 2, "place 0"},
		"owner of free":       {place + 512*3, 1 << 8, "place 3"},
		"position beyond":     {place + 8, 23, "place 0"},
		"position open":       {place + 8, 21, "place 0"},
		"position back":       {place + 8, 3, "place 0"},
		"position below 0":    {place + 8, 1 << 63, "place 0"},
		"policy":              {place + 264, 3, "place 0"},
		"grace":               {place + 272, 1 << 63, "place 0"},
		"evictable":           {place + 280, 17, "place 0"},
		"evicted":             {place + 256, 2, "place 0"},
		"after itself":        {place + 384, 1<<8 | 1, "after list of place 0"},
		"after none":          {place + 512 + 384, 1<<8 | 65, "after list of place 1"},
		"after the future":    {place + 512 + 384, 9<<8 | 1, "after list of place 1"},
		"after behind end":    {place + 512 + 384 + 16, 1<<8 | 1, "after list of place 1"},
		"name twice":          {place + 512 + 304, 'a', "place 1"},
		"record beyond":       {record, 23, "record 0"},
		"record of a lap":     {record + 8, 100, "record 0"},
		"record of nothing":   {record + 8, 0, "marks"},
		"mark of no lap":      {g.Mark(18), 3, "marks"},
		"mark of another":     {g.Mark(18), 2 * (17 + 1), "marks"},
		"mark of the future":  {g.Mark(18), 2 * (34 + 1), "marks"},
		"mark gone":           {g.Mark(18), 0, "marks"},
		"mark below 0":        {g.Mark(18), 1 << 63, "marks"},
		"mark of a lap later": {g.Mark(18), uint64(2 * (18 + 16*1000 + 1)), "marks"},
	} {
		if c.word == 23 && c.off == record {
			poke(t, path, record+8, 24) // so that it covers something
		}
		was := poke(t, path, c.off, c.word)
		var k checkup
		status := runJSON(t, &k, "check", path)
		poke(t, path, c.off, was)
		if c.off == record {
			poke(t, path, record+8, 22)
		}
		found := false
		for _, problem := range k.Problems {
			found = found || problem.Where == c.where
		}
		if status != wrong || !found {
			t.Errorf("%s: status %d, %+v", name, status, k)
		}
		require.Equal(t, fine, first(run("check", path)), name)
	}
}

// TestRandomDamage has random words be anything.
func TestRandomDamage(t *testing.T) {
	raw := copied(t)
	path := filepath.Join(memoryDir(t), "damaged")
	random := rand.New(rand.NewPCG(1, 2))
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	interesting := []uint64{0, 1, 2, 1<<63 - 1, 1 << 63, 1<<64 - 1, 64, 65, 255}
	for range rounds {
		damaged := append([]byte(nil), raw...)
		for range 1 + random.IntN(20) {
			word := interesting[random.IntN(len(interesting))]
			if random.IntN(2) == 0 {
				word = random.Uint64() >> random.IntN(64)
			}
			off := 4096/8 + random.IntN((len(damaged)-4096)/8)
			for i := range 8 {
				damaged[off*8+i] = byte(word >> (8 * i))
			}
		}
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		for _, status := range runReaders(t, path) {
			require.Contains(t, []int{fine, wrong}, status)
		}
	}
}

// TestHostileText has the layout be what no type has, and its strings what a terminal obeys.
func TestHostileText(t *testing.T) {
	raw := copied(t)
	path := filepath.Join(memoryDir(t), "hostile")
	for _, text := range []string{"", "size 56, align 8\n0 int64 \x1b[2J\n", "size 56, align 8\n0 [99]int64 A\n", "\x1b[2J"} {
		h, old, g, err := ringfile.ReadHeader(readerAt(raw), int64(len(raw)))
		require.NoError(t, err)
		g.TextSize = int64(len(text))
		g.Place()
		changed := ringfile.NewHeader(g, layoutOf(&h), "\x1b[2J", h.Ring, h.Boot, 1).Bytes(text)
		file := append([]byte(nil), raw...)
		clear(file[:ringfile.HeaderSize+len(old)])
		copy(file, changed)
		require.NoError(t, os.WriteFile(path, file, 0o600))
		for _, args := range readers {
			_, out, _ := run(append(args[:len(args):len(args)], path)...)
			require.NotContains(t, out, "\x1b", "%q", text)
		}
		runReaders(t, path)
	}
}

func TestFileThatOthersMayOnlyRead(t *testing.T) {
	_, _, path := lively(t)
	require.NoError(t, os.Chmod(path, 0o444))
	if os.Getuid() != 0 {
		runReaders(t, path)
		return
	}
	for _, args := range append(readers, []string{"ls"}) {
		target := path
		if args[0] == "ls" {
			target = filepath.Dir(path)
		}
		cmd := exec.Command("/proc/self/exe", append(args[:len(args):len(args)], "-json", target)...)
		cmd.Env = append(os.Environ(), childEnv+"=nobody")
		out, err := cmd.Output()
		require.NoError(t, err, fmt.Sprint(args))
		require.True(t, json.Valid(out))
	}
}
