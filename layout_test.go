package disruptor

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/klauspost/cpuid/v2"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/machine"
)

// A hotGroup is a set of words that one goroutine writes and others poll, or that belong to one
// goroutine alone. No two groups may have words on the same stride.
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

// requireEvery requires that each of the words to which a struct points is in a group.
func requireEvery(t *testing.T, groups []hotGroup, words any) {
	t.Helper()
	var grouped []unsafe.Pointer
	for _, g := range groups {
		grouped = append(grouped, g.words...)
	}
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		require.Contains(t, grouped, v.Field(i).UnsafePointer(), v.Type().Field(i).Name)
	}
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
						{"claim", pointers(c.claim, c.cursor)},
						{"end", pointers(c.end, c.closed, c.failed)},
						{"published", pointers(c.published)},
						{"cleared", pointers(c.cleared, c.clearing)},
						{"wanted", pointers(c.raised, c.wantedMark, c.wantedRoom, c.queued, c.handedOn)},
						{"last abort", pointers(c.lastAborted)},
					}
					requireEvery(t, groups, c.hotWords)
					if kind == Multi {
						r.MultiProducer().Sender(Overflow[int64]{})
						o := c.overflows.load()
						groups = append(groups, hotGroup{"overflows", pointers(&o.dropped, &o.inlined, &o.timedOut)})
					}
					for i := range 3 {
						m := r.Consumer("c")
						groups = append(groups,
							hotGroup{fmt.Sprint("member ", i), pointers(
								&m.member.avail, &m.member.position, &m.member.wanted, &m.member.leaving,
								&m.member.waiting, &m.member.service)},
							hotGroup{fmt.Sprint("reader ", i), edges(&m.reader.core, &m.reader.server)})
					}
					group := r.Group(GroupConfig[int64]{})
					requireEvery(t, []hotGroup{{"crew", pointers(group.crew.taken, group.crew.runsLeft, group.crew.size)}}, group.crew.crewWords)
					m := group.crew.member
					groups = append(groups, hotGroup{"next", pointers(group.crew.taken)},
						hotGroup{"crew", pointers(group.crew.runsLeft, group.crew.size)},
						hotGroup{"tail", pointers(&m.avail, &m.position, &m.wanted, &m.leaving, &m.waiting, &m.service)})
					for i := range 2 {
						w := group.Worker()
						groups = append(groups, hotGroup{fmt.Sprint("taker ", i), edges(&w.taker.finder, &w.taker.busy)})
					}
					if kind == Single {
						p := r.SingleProducer()
						groups = append(groups, hotGroup{"single", edges(&p.single.core, &p.single.busy)})
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

// A handle's hot words are at least the largest stride away from the memory before and behind
// the handle. So whatever the stride, and whatever address the allocator chooses, they share no
// line with other words.
func TestHandlesArePadded(t *testing.T) {
	const widest = 256
	require.GreaterOrEqual(t, padSize, widest)
	var (
		r reader
		s single
		m multi
		w taker
		c core
	)
	for _, h := range []struct {
		name         string
		before, size uintptr
		end          uintptr // of the last hot word
	}{
		{"reader", unsafe.Offsetof(r.core), unsafe.Sizeof(r), unsafe.Offsetof(r.server) + unsafe.Sizeof(r.server)},
		{"single", unsafe.Offsetof(s.core), unsafe.Sizeof(s), unsafe.Offsetof(s.busy) + unsafe.Sizeof(s.busy)},
		{"taker", unsafe.Offsetof(w.finder), unsafe.Sizeof(w), unsafe.Offsetof(w.busy) + unsafe.Sizeof(w.busy)},
		{"multi", unsafe.Offsetof(m.core), unsafe.Sizeof(m), unsafe.Offsetof(m.fails) + unsafe.Sizeof(m.fails)},
	} {
		require.GreaterOrEqual(t, h.before, uintptr(widest), "%s: before the first hot word", h.name)
		require.GreaterOrEqual(t, h.size-h.end, uintptr(widest), "%s: behind the last hot word", h.name)
	}
	require.GreaterOrEqual(t, unsafe.Offsetof(c.members), unsafe.Offsetof(c.hotWords)+unsafe.Sizeof(c.hotWords)+widest,
		"core: between what never changes and what does")
}

// The marks are dense: one line brings a consumer as many marks as fit in it.
func TestMarksAreContiguous(t *testing.T) {
	m := newMarks(8)
	for s := range int64(8) {
		require.Equal(t, unsafe.Add(m.base, s*machine.WordBytes), unsafe.Pointer(m.at(s)))
		require.Equal(t, m.at(s), m.at(s+8))
	}
}

func TestStrideFor(t *testing.T) {
	for _, c := range []struct {
		name string
		cpu  cpuDescription
		want int
	}{
		{"Intel", cpuDescription{"amd64", cpuid.Intel, 64}, 128},
		{"Intel, 32 bits", cpuDescription{"386", cpuid.Intel, 64}, 128},
		{"AMD Zen", cpuDescription{"amd64", cpuid.AMD, 64}, 64},
		{"Hygon", cpuDescription{"amd64", cpuid.Hygon, 64}, 64},
		{"unknown vendor", cpuDescription{"amd64", cpuid.VendorUnknown, 64}, 64},
		{"unknown vendor, 128-byte lines", cpuDescription{"amd64", cpuid.VendorUnknown, 128}, 128},
		{"Apple M", cpuDescription{"arm64", cpuid.Apple, 128}, 128},
		{"Graviton", cpuDescription{"arm64", cpuid.ARM, 64}, 128},
		{"Ampere", cpuDescription{"arm64", cpuid.Ampere, 64}, 128},
		{"arm64 of an unknown vendor", cpuDescription{"arm64", cpuid.VendorUnknown, 0}, 128},
		{"s390x", cpuDescription{"s390x", cpuid.VendorUnknown, 0}, 256},
		{"ppc64", cpuDescription{"ppc64", cpuid.VendorUnknown, 0}, 128},
		{"ppc64le", cpuDescription{"ppc64le", cpuid.VendorUnknown, 0}, 128},
		{"riscv64", cpuDescription{"riscv64", cpuid.VendorUnknown, 64}, 64},
		{"wasm", cpuDescription{"wasm", cpuid.VendorUnknown, 0}, 64},
		{"nothing reported", cpuDescription{"amd64", cpuid.AMD, 0}, 64},
		{"1 reported", cpuDescription{"amd64", cpuid.AMD, 1}, 64},
		{"-64 reported", cpuDescription{"amd64", cpuid.AMD, -64}, 64},
		{"48 reported", cpuDescription{"amd64", cpuid.AMD, 48}, 64},
		{"96 reported", cpuDescription{"amd64", cpuid.AMD, 96}, 128},
		{"256 reported", cpuDescription{"amd64", cpuid.AMD, 256}, 256},
		{"512 reported", cpuDescription{"amd64", cpuid.AMD, 512}, 256},
		{"Intel, nothing reported", cpuDescription{"amd64", cpuid.Intel, 0}, 128},
		{"Intel, 1 reported", cpuDescription{"amd64", cpuid.Intel, 1}, 128},
		{"Intel, 48 reported", cpuDescription{"amd64", cpuid.Intel, 48}, 128},
		{"Intel, 512 reported", cpuDescription{"amd64", cpuid.Intel, 512}, 256},
		{"arm64, 512 reported", cpuDescription{"arm64", cpuid.Apple, 512}, 128},
	} {
		require.Equal(t, c.want, strideFor(c.cpu), c.name)
	}
}

// No stride is greater than the padding in heap objects, whatever a CPU claims to be.
func TestStrideForIsAPowerOfTwoWithinPadSize(t *testing.T) {
	for _, arch := range []string{"amd64", "386", "arm", "arm64", "ppc64le", "riscv64", "s390x", "wasm", ""} {
		for vendor := range cpuid.Vendor(64) {
			for line := -300; line <= 1100; line++ {
				s := strideFor(cpuDescription{arch, vendor, line})
				if s != 64 && s != 128 && s != 256 || s < line && s != 256 && arch != "arm64" && arch != "ppc64le" {
					require.Fail(t, "stride", "%d for %s, vendor %d, line %d", s, arch, vendor, line)
				}
			}
		}
	}
	require.Equal(t, 256, padSize)
	require.Equal(t, strideFor(detectCPU()), stride)
	require.Equal(t, runtime.GOARCH, detectCPU().arch)
}

func TestArena(t *testing.T) {
	defer func(s int) { stride = s }(stride)
	for _, stride = range []int{64, 128, 256} {
		for groups := 1; groups <= 20; groups++ {
			for range 20 { // at whatever addresses the allocator has
				a := newArena(groups)
				last := uintptr(0)
				for i := range groups {
					p := a.group(i)
					require.Zero(t, uintptr(p)%uintptr(stride), "stride %d, group %d of %d", stride, i, groups)
					if i > 0 {
						require.Equal(t, last+uintptr(stride), uintptr(p))
					}
					last = uintptr(p)
					words := unsafe.Slice((*int64)(p), stride/8)
					for w := range words {
						if words[w] != 0 {
							require.Zero(t, words[w], "written by another group")
						}
						words[w] = int64(i + 1)
					}
				}
				require.Panics(t, func() { a.group(groups) })
				require.Panics(t, func() { a.group(-1) })
			}
		}
	}
}

// An arena keeps the stride that it was made with, and a group's address keeps the arena.
func TestArenaOutlivesItsMaker(t *testing.T) {
	defer func(s int) { stride = s }(stride)
	stride = 256
	a := newArena(3)
	stride = 64
	require.Equal(t, uintptr(a.group(0))+512, uintptr(a.group(2)))

	words := make([]*int64, 1000)
	for i := range words {
		words[i] = (*int64)(newArena(2).group(1))
		atomic.StoreInt64(words[i], int64(i)) // panics on 32-bit CPUs if it is not aligned
	}
	runtime.GC()
	garbage := make([][]int64, 1000)
	for i := range garbage {
		garbage[i] = slices.Repeat([]int64{-1}, 24)
	}
	for i, w := range words {
		require.Equal(t, int64(i), *w)
	}
	runtime.KeepAlive(garbage)
}
