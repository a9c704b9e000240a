// Package explore visits every state that a model can reach, breadth first, so that it finds a
// broken property by a shortest way.
package explore

import "hash/maphash"

// Label names the process that makes a step, and the step.
type Label struct {
	Who  string
	N    int8 // which of several; -1 if there is but one
	What string
}

// Visit takes the steps of a state one by one. A step that breaks a property says so in bad; of any other bad is "".
type Visit[S comparable] func(next *S, by Label, bad string)

// Model is what is explored. A state is a plain value, without pointers: two are the same if they are ==.
type Model[S comparable] interface {
	Start() S
	// Next visits each step that can be made in s. It must not change s, nor keep next.
	Next(s *S, visit Visit[S])
	// Check says which property s breaks, or "".
	Check(s *S) string
	// Stuck says what is wrong if no step can be made in s, or "".
	Stuck(s *S) string
	// Show is s in words.
	Show(s *S) string
}

// Result is what a search has found.
type Result struct {
	States int
	Bad    string   // the broken property, or "" if all hold
	Length int      // the number of steps of the shortest way to it
	Trace  []string // the steps and the states between them, in words
	Cut    bool     // there were more states than the limit
}

const (
	blockBits = 14
	blockSize = 1 << blockBits
)

// search has the states in the order in which they were found, which is that of a queue as well: blocks, so that growing
// copies nothing. The table has for each its number plus one, where its hash points or behind it.
type search[S comparable] struct {
	model  Model[S]
	blocks [][]S
	parent [][]uint32
	n      uint32
	table  []uint32
	seed   maphash.Seed
}

// Search explores m until a property is broken, every state has been visited, or there are more than limit.
func Search[S comparable](m Model[S], limit int) Result {
	x := &search[S]{model: m, table: make([]uint32, 1<<12), seed: maphash.MakeSeed()}
	start := m.Start()
	x.add(&start, 0)
	if bad := m.Check(&start); bad != "" {
		return x.found(0, nil, Label{}, bad)
	}
	for h := uint32(0); h < x.n; h++ {
		s := x.at(h)
		steps := 0
		var res Result
		m.Next(s, func(next *S, by Label, bad string) {
			steps++
			if res.Bad != "" {
				return
			}
			if bad == "" {
				if !x.add(next, h) {
					return
				}
				bad = m.Check(next)
			}
			if bad != "" {
				res = x.found(h, next, by, bad)
			}
		})
		if steps == 0 {
			if bad := m.Stuck(s); bad != "" {
				return x.found(h, nil, Label{}, bad)
			}
		}
		if res.Bad != "" {
			return res
		}
		if int(x.n) > limit {
			return Result{States: int(x.n), Cut: true}
		}
	}
	return Result{States: int(x.n)}
}

func (x *search[S]) at(i uint32) *S { return &x.blocks[i>>blockBits][i&(blockSize-1)] }

// add enters s, unless it is there.
func (x *search[S]) add(s *S, parent uint32) bool {
	if int(x.n)*4 >= len(x.table)*3 {
		x.grow()
	}
	i := x.home(s)
	for x.table[i] != 0 {
		if *x.at(x.table[i] - 1) == *s {
			return false
		}
		i = (i + 1) & uint64(len(x.table)-1)
	}
	if x.n&(blockSize-1) == 0 {
		x.blocks = append(x.blocks, make([]S, blockSize))
		x.parent = append(x.parent, make([]uint32, blockSize))
	}
	x.table[i] = x.n + 1
	x.n++
	*x.at(x.n - 1) = *s
	x.parent[(x.n-1)>>blockBits][(x.n-1)&(blockSize-1)] = parent
	return true
}

func (x *search[S]) home(s *S) uint64 {
	return maphash.Comparable(x.seed, *s) & uint64(len(x.table)-1)
}

func (x *search[S]) grow() {
	x.table = make([]uint32, 2*len(x.table))
	for n := range x.n {
		i := x.home(x.at(n))
		for x.table[i] != 0 {
			i = (i + 1) & uint64(len(x.table)-1)
		}
		x.table[i] = n + 1
	}
}

// found is the result for a property that is broken by a step from state h, or in h itself if last is nil.
func (x *search[S]) found(h uint32, last *S, by Label, bad string) Result {
	var end S
	if last != nil {
		end = *last // the model may use its memory again
	}
	way := []uint32{h}
	for i := h; i != 0; {
		i = x.parent[i>>blockBits][i&(blockSize-1)]
		way = append(way, i)
	}
	res := Result{States: int(x.n), Bad: bad, Length: len(way) - 1}
	res.Trace = append(res.Trace, "start: "+x.model.Show(x.at(0)))
	for i := len(way) - 1; i > 0; i-- {
		to := x.at(way[i-1])
		res.Trace = append(res.Trace, x.label(x.at(way[i]), to).String()+": "+x.model.Show(to))
	}
	if last != nil {
		res.Length++
		res.Trace = append(res.Trace, by.String()+": "+x.model.Show(&end))
	}
	res.Trace = append(res.Trace, bad)
	return res
}

// label finds the step from one state to the next again.
func (x *search[S]) label(from, to *S) (by Label) {
	found := false
	x.model.Next(from, func(next *S, l Label, _ string) {
		if !found && *next == *to {
			found, by = true, l
		}
	})
	return by
}

func (l Label) String() string {
	if l.N < 0 {
		return l.Who + " " + l.What
	}
	return l.Who + " " + string('0'+rune(l.N)) + " " + l.What
}
