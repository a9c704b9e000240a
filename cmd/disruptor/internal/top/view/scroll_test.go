package view

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
)

// some returns so many rings, r0 and so on.
func some(n int) State {
	var all []rates.Ring
	for i := range n {
		all = append(all, ring(fmt.Sprint("r", i), consumer("c", int64(10*i%7), float64(i))))
	}
	return state(all...)
}

// selectedLine returns what the screen marks.
func selectedLine(t *testing.T, s State, width, height int) string {
	t.Helper()
	found := ""
	for _, line := range lines(s, width, height) {
		if rest, ok := strings.CutPrefix(line, "▸ "); ok {
			require.Empty(t, found, "two are marked")
			found, _, _ = strings.Cut(rest, " ")
		}
	}
	return found
}

// TestTheFirstIsSelected: as long as nobody has selected another one.
func TestTheFirstIsSelected(t *testing.T) {
	s := some(3).Placed(80, 40)
	require.Equal(t, "r0", selectedLine(t, s, 80, 40))
	s.Targets[0].Figures.Rings = append(s.Targets[0].Figures.Rings, ring("another"))
	require.Equal(t, "another", selectedLine(t, s.Placed(80, 40), 80, 40))
}

func TestSteps(t *testing.T) {
	const width, height = 80, 16
	s := some(9).Placed(width, height)
	require.Equal(t, "r0", selectedLine(t, s, width, height))
	require.Zero(t, s.Step(1, width, 30).Offset, "the next one is on the screen already")
	for _, want := range []string{"r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r8"} {
		s = s.Step(1, width, height)
		require.Equal(t, want, selectedLine(t, s, width, height), "on the screen")
		require.Contains(t, strings.Join(lines(s, width, height), "\n"), `ring "`+want+`"`, "all of it")
	}
	require.Contains(t, lines(s, width, height)[height-1], "lines ")
	for range 20 {
		s = s.Step(-1, width, height)
	}
	require.Equal(t, "r0", selectedLine(t, s, width, height))
	require.Zero(t, s.Offset)
}

// TestPagesShowEverything: each line is on one of the pages, down and up again.
func TestPagesShowEverything(t *testing.T) {
	for _, height := range []int{3, 6, 16, 100} {
		s := some(5).Placed(80, height)
		down := map[string]bool{}
		for n := 0; ; n++ {
			require.Less(t, n, 200, "height %d: no end", height)
			for _, line := range lines(s, 80, height)[1 : height-1] {
				down[strings.TrimLeft(line, "▸ ")] = true
			}
			if strings.Contains(strings.Join(lines(s, 80, height), "\n"), "/1024 free") {
				require.NotEmpty(t, selectedLine(t, s, 80, height), "height %d: a ring begins there, and none is marked", height)
			}
			next := s.Page(1, 80, height)
			if next.Offset == s.Offset && next.Selected == s.Selected {
				break
			}
			s = next
		}
		for i := range 5 {
			require.True(t, down[fmt.Sprintf(`what holds up ring "r%d".`, i)], "height %d: r%d", height, i)
		}
		up := map[string]bool{}
		for n := 0; ; n++ {
			require.Less(t, n, 200, "height %d: no way back", height)
			for _, line := range lines(s, 80, height)[1 : height-1] {
				up[strings.TrimLeft(line, "▸ ")] = true
			}
			if s.Offset == 0 {
				break
			}
			s = s.Page(-1, 80, height)
		}
		require.Equal(t, down, up, "height %d", height)
	}
}

func TestTheSelectionStaysWithItsRing(t *testing.T) {
	s := some(9)
	s.Selected = Key{0, "key of r3"}
	for _, order := range []Sort{ByLag, ByRate, ByName} {
		s.Sort = order
		s = s.Revealed(80, 16)
		require.Equal(t, "r3", selectedLine(t, s, 80, 16), order)
	}
	for _, size := range [][2]int{{40, 30}, {200, 10}, {80, 200}} {
		s = s.Revealed(size[0], size[1])
		require.Equal(t, "r3", selectedLine(t, s, size[0], size[1]), size)
	}
	s.Offset = 0
	require.Equal(t, "r3", selectedLine(t, s, 80, 12), "a screen without anything of it would be useless")
	s.Targets[0].Figures.Rings = s.Targets[0].Figures.Rings[:2]
	require.Equal(t, "r0", selectedLine(t, s, 80, 16), "it has gone")
}

func TestOrders(t *testing.T) {
	a := ring("a", consumer("x", 1, 30), consumer("y", 3, 10), consumer("z", 2, 20))
	b := ring("b", consumer("x", 9, 1))
	a.Publishing, b.Publishing = known(5), known(4)
	s := state(b, a)
	order := func() string {
		var names []string
		for _, i := range s.items() {
			names = append(names, i.name)
			for _, c := range i.ring.Consumers {
				names = append(names, c.Name)
			}
		}
		return strings.Join(names, " ")
	}
	require.Equal(t, "a x y z b x", order())
	s.Sort = s.Sort.Next()
	require.Equal(t, ByLag, s.Sort)
	require.Equal(t, "b x a y z x", order())
	s.Sort = s.Sort.Next()
	require.Equal(t, ByRate, s.Sort)
	require.Equal(t, "a x z y b x", order())
	require.Equal(t, ByName, s.Sort.Next())
}

func TestOneRingAlone(t *testing.T) {
	s := some(3).Placed(80, 12).Step(1, 80, 12)
	s = s.Only()
	all := text(s, 80)
	require.Contains(t, all, "▸ r1")
	require.NotContains(t, all, "r2")
	s = s.Step(1, 80, 6)
	require.Equal(t, 1, s.Offset, "it scrolls")
	require.Equal(t, 0, s.Page(-1, 80, 6).Offset)
	s.Targets[0].Figures.Rings = nil
	require.Contains(t, text(s, 80), "this ring is there no more")
	require.False(t, state().Only().Alone, "there is none")
	s = some(3).Only()
	s.Sort = ByLag
	require.Contains(t, text(s, 80), "▸ r0", "it stays the one that was first")
}
