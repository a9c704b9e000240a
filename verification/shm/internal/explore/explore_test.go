package explore

import (
	"fmt"
	"strings"
	"testing"
)

// toy is two processes that enter a room one at a time, each of them twice. With the planted bug they look whether it is
// taken and take it in two steps; otherwise in one. With forgets they leave it taken.
type toy struct{ planted, forgets bool }

type toyState struct {
	taken bool
	pc    [2]int8
	left  [2]int8
}

func (toy) Start() toyState { return toyState{left: [2]int8{2, 2}} }

func (m toy) Next(s *toyState, visit Visit[toyState]) {
	for i := range s.pc {
		n := *s
		what := "looks"
		switch p := &n.pc[i]; {
		case *p == 0 && (n.taken || n.left[i] == 0):
			continue
		case *p == 0 && m.planted:
			*p = 1
		case *p == 0:
			what, n.taken, *p = "takes the room", true, 2
		case *p == 1:
			what, n.taken, *p = "takes the room", true, 2
		case *p == 2:
			what, n.taken, *p = "leaves", m.forgets, 0
			n.left[i]--
		}
		visit(&n, Label{"process", int8(i), what}, "")
	}
}

func (toy) Check(s *toyState) string {
	if s.pc == [2]int8{2, 2} {
		return "both are in the room"
	}
	return ""
}

func (toy) Stuck(s *toyState) string {
	if s.left != [2]int8{} {
		return "nobody gets in"
	}
	return ""
}

func (toy) Show(s *toyState) string { return fmt.Sprint(*s) }

func TestHolds(t *testing.T) {
	// 3*3 numbers of visits left, with nobody inside; one of the two inside while it has a visit left: 2*3 each
	if r := Search(toy{}, 1000); r.Bad != "" || r.Cut || r.States != 9+6+6 {
		t.Errorf("%+v", r)
	}
}

func TestFindsAPlantedBug(t *testing.T) {
	r := Search(toy{planted: true}, 1000)
	if r.Bad != "both are in the room" || r.Length != 4 {
		t.Fatalf("%+v", r)
	}
	// the start, a line for each step, and what is broken
	if len(r.Trace) != 6 || !strings.HasPrefix(r.Trace[4], "process ") || !strings.Contains(r.Trace[4], "takes the room") {
		t.Errorf("%q", r.Trace)
	}
}

func TestFindsWhoIsStuck(t *testing.T) {
	if r := Search(toy{forgets: true}, 1000); r.Bad != "nobody gets in" || r.Length != 2 {
		t.Errorf("%+v", r)
	}
}

func TestCutsOff(t *testing.T) {
	if r := Search(toy{}, 5); !r.Cut || r.Bad != "" {
		t.Errorf("%+v", r)
	}
}

// edges is a model whose states are numbers: one more or twice as many, below a bound. The step to bad is broken, though the
// state is not.
// It visits all of its steps through the same variable, as models may.
type edges struct{ bound, bad, next int }

func (*edges) Start() int { return 1 }

func (m *edges) Next(s *int, visit Visit[int]) {
	for _, n := range []int{*s + 1, *s * 2} {
		bad := ""
		if n == m.bad {
			bad = "a broken step"
		}
		if m.next = n; n < m.bound {
			visit(&m.next, Label{"it", -1, "moves"}, bad)
		}
	}
}

func (*edges) Check(*int) string  { return "" }
func (*edges) Stuck(*int) string  { return "" }
func (*edges) Show(s *int) string { return fmt.Sprint(*s) }

func TestVisitsEveryState(t *testing.T) {
	// more than a block, so that the table has grown several times
	if r := Search(&edges{bound: 3*blockSize + 1}, 1<<20); r.Bad != "" || r.States != 3*blockSize {
		t.Errorf("%+v", r)
	}
}

func TestBrokenStepByShortestWay(t *testing.T) {
	// 1 2 3 6 12 24 25 50 51 102: each bit of 102 but the first is doubled to, each that is set is added
	r := Search(&edges{bound: 1000, bad: 102}, 1<<20)
	if r.Bad != "a broken step" || r.Length != 9 {
		t.Fatalf("%+v", r)
	}
	if last := r.Trace[len(r.Trace)-2]; last != "it moves: 102" {
		t.Errorf("the last step is %q", last)
	}
}
