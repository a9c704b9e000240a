//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The sizes and offsets are those of docs/shm-format.md.
func TestWordsLayout(t *testing.T) {
	var c control
	require.Equal(t, 640, int(unsafe.Sizeof(c)))
	require.Equal(t, []uintptr{0, 128, 136, 256, 264, 384, 512, 520, 528, 536, 544}, []uintptr{
		unsafe.Offsetof(c.cursor), unsafe.Offsetof(c.members), unsafe.Offsetof(c.unfenced), unsafe.Offsetof(c.failure), unsafe.Offsetof(c.closing),
		unsafe.Offsetof(c.event), unsafe.Offsetof(c.lost), unsafe.Offsetof(c.aborted), unsafe.Offsetof(c.evicted),
		unsafe.Offsetof(c.recoveries), unsafe.Offsetof(c.lastGap),
	})
	var e eventcount
	require.Equal(t, 128, int(unsafe.Sizeof(e)))
	require.Equal(t, []uintptr{0, 8, 16}, []uintptr{
		unsafe.Offsetof(e.count), unsafe.Offsetof(e.consumers), unsafe.Offsetof(e.producers),
	})
	require.Equal(t, 4, int(unsafe.Sizeof(e.count)))
	var a attachment
	require.Equal(t, 128, int(unsafe.Sizeof(a)))
	require.Equal(t, []uintptr{0, 8, 16, 24, 64}, []uintptr{
		unsafe.Offsetof(a.state), unsafe.Offsetof(a.pid), unsafe.Offsetof(a.attached), unsafe.Offsetof(a.name),
		unsafe.Offsetof(a.name) + unsafe.Sizeof(a.name),
	})
	var r record
	require.Equal(t, 256, int(unsafe.Sizeof(r)))
	require.Equal(t, []uintptr{0, 8, 128, 136}, []uintptr{
		unsafe.Offsetof(r.from), unsafe.Offsetof(r.to), unsafe.Offsetof(r.state), unsafe.Offsetof(r.name),
	})
	var p place
	require.Equal(t, 512, int(unsafe.Sizeof(p)))
	require.Equal(t, []uintptr{0, 8, 128, 256, 264, 272, 280, 288, 296, 304, 384}, []uintptr{
		unsafe.Offsetof(p.state), unsafe.Offsetof(p.position), unsafe.Offsetof(p.event), unsafe.Offsetof(p.evicted),
		unsafe.Offsetof(p.policy), unsafe.Offsetof(p.grace), unsafe.Offsetof(p.maxLag), unsafe.Offsetof(p.died),
		unsafe.Offsetof(p.version), unsafe.Offsetof(p.name), unsafe.Offsetof(p.after),
	})
	require.Equal(t, 16*8, int(unsafe.Sizeof(p.after)))
	require.Equal(t, 40, int(unsafe.Sizeof(p.name)))
}

func TestStateWord(t *testing.T) {
	s := stateOf(0xabcdef0123, 63, held)
	require.Equal(t, state(0xabcdef0123<<24|64<<8|4), s)
	require.Equal(t, []any{uint64(0xabcdef0123), 63, held}, []any{s.epoch(), s.owner(), s.phase()})
	require.Equal(t, stateOf(0xabcdef0123, nobody, held), s.by(nobody))
	require.Equal(t, stateOf(0xabcdef0123, 63, returned), s.to(returned))
	require.Equal(t, nobody, state(0).owner())
	names := []string{"free", "joining", "live", "leaving", "held", "evicted", "evicted", "unknown", "unknown"}
	for i, name := range names {
		require.Equal(t, name, phase(i).String())
	}
	require.Equal(t, []phase{0, 1, 2, 3, 4, 5, 6}, []phase{free, joining, live, leaving, held, expelled, returned})
}

func TestMarkWord(t *testing.T) {
	require.Equal(t, []mark{2, 3, 8, 9}, []mark{published(0), gap(0), published(3), gap(3)})
	for s := range int64(20) {
		require.True(t, published(s).Resolved(s) && gap(s).Resolved(s) && published(s+8).Resolved(s))
		require.False(t, published(s).Resolved(s+1) || gap(s).Resolved(s+1) || mark(0).Resolved(s))
	}
	require.Equal(t, []failure{0, 1, 2}, []failure{unfailed, consumerDied, corrupted})
	require.Equal(t, []OnDeath{0, 1, 2}, []OnDeath{Evict, Hold, Fail})
}

func TestTextWord(t *testing.T) {
	var x text
	for _, s := range []string{"", "a", "feed", "0123456789012345678901234567890123456789"} {
		x.store(s)
		require.Equal(t, s, x.load())
	}
	for i := range x {
		x[i].Store(1<<64 - 1)
	}
	require.Len(t, x.load(), 40)
}

// The words of a running ring are where the document says.
func TestWordsOfARing(t *testing.T) {
	r, _ := newRing[tick](t, Config{Capacity: 8, MaxProcesses: 2, Options: Options{Name: "me"}})
	g := r.core.geometry
	mem := r.core.file.Mem()
	word := func(at int64) int64 { return *(*int64)(unsafe.Pointer(&mem[at])) }
	p := newProducer(t, r)
	c := newConsumer(t, r, ConsumerConfig{Name: "a", OnDeath: Hold, Grace: 7, Evictable: 5})
	newConsumer(t, r, ConsumerConfig{Name: "b", After: []string{"a"}})
	require.True(t, p.TrySend(tick{ID: 77}))
	b, _ := p.TryClaim(2)
	p.Abort(b)
	b, ok := c.TryNext()
	require.True(t, ok)
	c.Done(b)
	require.Equal(t, []int64{3, 3, 3, 2}, []int64{word(g.Control), word(g.Control + 128), word(g.Control + 544), word(g.Control + 520)})
	require.Equal(t, []int64{1, int64('m' | 'e'<<8)}, []int64{word(g.Attachments), word(g.Attachments + 24)})
	require.Equal(t, []int64{1<<24 | 1<<8 | 2, 'p'}, []int64{word(g.Records + 128), word(g.Records + 136)})
	require.Equal(t, []int64{1<<24 | 1<<8 | 2, 1, 1, 7, 5, 'a'}, []int64{
		word(g.Places), word(g.Places + 8), word(g.Places + 264), word(g.Places + 272), word(g.Places + 280), word(g.Places + 304),
	})
	require.Equal(t, int64(1<<8|1), word(g.Places+512+384))
	require.Equal(t, []int64{2, 77, 5, 7}, []int64{word(g.Marks), word(g.Slots + 8), word(g.Marks + 32), word(g.Marks + 64)})
}
