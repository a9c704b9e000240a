//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

// An Event says which incarnation of a producer sent it. It is whole if all of its words belong
// together.
type Event struct {
	Incarnation uint64
	Counter     uint64 // of the incarnation, from 1
	Filling     [3]uint64
	Sum         uint64
}

// fill writes an event word by word, so that a kill in between leaves a torn one.
func (e *Event) fill(incarnation, counter uint64) {
	e.Incarnation, e.Counter = incarnation, counter
	sum := mix(incarnation, counter)
	for i := range e.Filling {
		sum = mix(sum, uint64(i))
		e.Filling[i] = sum
	}
	e.Sum = mix(sum, counter)
}

// half writes the first half of an event.
func (e *Event) half(incarnation, counter uint64) {
	e.Incarnation, e.Counter, e.Filling[0] = incarnation, counter, 0
}

// whole reports whether fill has written all of it.
func (e *Event) whole() bool {
	var want Event
	want.fill(e.Incarnation, e.Counter)
	return *e == want
}

func mix(a, b uint64) uint64 {
	a = (a ^ b + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	return a ^ a>>29
}
