package disruptor

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// A hotGroup is words that one goroutine writes and others poll, or that belong to one goroutine alone: no two groups
// may have words on the same stride.
type hotGroup struct {
	name  string
	words []unsafe.Pointer
}

func requireApart(t *testing.T, groups []hotGroup, stride int) {
	t.Helper()
	owner := make(map[uintptr]string)
	for _, g := range groups {
		for _, w := range g.words {
			line := uintptr(w) / uintptr(stride)
			if other, ok := owner[line]; ok && other != g.name {
				require.Failf(t, "shared", "%s and %s are on one stride of %d bytes", other, g.name, stride)
			}
			owner[line] = g.name
		}
	}
	require.GreaterOrEqual(t, len(owner), len(groups))
}

// pointers returns the addresses of words.
func pointers(words ...*word) (all []unsafe.Pointer) {
	for _, w := range words {
		all = append(all, unsafe.Pointer(w))
	}
	return all
}

// edges returns the addresses of the first and the last byte of the words from first to the one at last.
func edges[A, B any](first *A, last *B) []unsafe.Pointer {
	return []unsafe.Pointer{unsafe.Pointer(first), unsafe.Add(unsafe.Pointer(last), unsafe.Sizeof(*last)-1)}
}

func TestHotWordsShareNoStride(t *testing.T) {
	defer func(old int) { stride = old }(stride)
	for _, stride = range []int{64, 128, 256} {
		for _, kind := range []Producers{Single, Multi} {
			t.Run(fmt.Sprintf("%d/%d", stride, kind), func(t *testing.T) {
				for range 50 { // wherever the allocator puts them
					r := newRing[int64](t, Config{Capacity: 2, Producers: kind, Clear: true})
					c := r.core
					groups := []hotGroup{
						{"claim", pointers(c.claim)},
						{"end", pointers(c.end, c.closed, c.failed)},
						{"published", pointers(c.published)},
						{"cleared", pointers(c.cleared, c.clearing)},
						{"wanted", pointers(c.wantedMark, c.wantedRoom, c.queued)},
						{"last abort", pointers(c.aborts.last)},
					}
					for i := range 3 {
						m := r.Consumer("c")
						groups = append(groups,
							hotGroup{fmt.Sprint("member ", i), pointers(
								&m.member.avail, &m.member.position, &m.member.wanted, &m.member.leaving)},
							hotGroup{fmt.Sprint("reader ", i), edges(&m.reader.core, &m.reader.seen)})
					}
					if kind == Single {
						p := r.SingleProducer()
						groups = append(groups, hotGroup{"single", edges(&p.single.core, &p.single.limit)})
					} else {
						for i := range 3 {
							p := r.MultiProducer()
							groups = append(groups, hotGroup{fmt.Sprint("multi ", i), edges(&p.multi.core, &p.multi.fails)})
						}
					}
					requireApart(t, groups, stride)
				}
			})
		}
	}
}

// A handle's hot words are a largest stride away from whatever lies before and behind the handle, so no stride and no
// address that the allocator may choose brings them together with another's.
func TestHandlesArePadded(t *testing.T) {
	const widest = 256
	require.GreaterOrEqual(t, padSize, widest)
	var (
		r reader
		s single
		m multi
		c core
	)
	for _, h := range []struct {
		name         string
		before, size uintptr
		end          uintptr // of the last hot word
	}{
		{"reader", unsafe.Offsetof(r.core), unsafe.Sizeof(r), unsafe.Offsetof(r.seen) + unsafe.Sizeof(r.seen)},
		{"single", unsafe.Offsetof(s.core), unsafe.Sizeof(s), unsafe.Offsetof(s.limit) + unsafe.Sizeof(s.limit)},
		{"multi", unsafe.Offsetof(m.core), unsafe.Sizeof(m), unsafe.Offsetof(m.fails) + unsafe.Sizeof(m.fails)},
	} {
		require.GreaterOrEqual(t, h.before, uintptr(widest), "%s: before the first hot word", h.name)
		require.GreaterOrEqual(t, h.size-h.end, uintptr(widest), "%s: behind the last hot word", h.name)
	}
	require.GreaterOrEqual(t, unsafe.Offsetof(c.gates), unsafe.Offsetof(c.hotWords)+unsafe.Sizeof(c.hotWords)+widest,
		"core: between what never changes and what does")
}

// The marks are dense: one line brings a consumer as many of them as it holds.
func TestMarksAreContiguous(t *testing.T) {
	m := newMarks(8)
	for s := range int64(8) {
		require.Equal(t, unsafe.Add(m.base, s*wordBytes), unsafe.Pointer(m.at(s)))
		require.Equal(t, m.at(s), m.at(s+8))
	}
}
