package view

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/printable"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
)

func TestAScreenHasAllFigures(t *testing.T) {
	s := state(ring("orders", consumer("journal", 512, 1_240_000), lossy("screen")))
	all := text(s, 200)
	for _, want := range []string{
		"disruptor top 1 ring every 1s by name",
		"▸ orders 1.24M/s published", "312/1024 free",
		"2 claims blocked for 2.1s", "12 slots open for 0.3s", "parks 12/s", "wakes 11/s", "wasted 0.5/s", "40 dropped, 3/s", "3 inlined",
		"consumer kind position events/s lag state for batch p50/p99 missed",
		"journal strict 4488 1.24M", "512 busy 61s 1/63", "lossy 3000 10", "2000 busy 61s 1/63 4711",
		`what holds up ring "orders".`,
	} {
		require.Contains(t, all, want)
	}
	require.NotContains(t, all, "timed out", "there were none")
	require.NotContains(t, all, "available", "only of a ring alone")
	require.NotContains(t, all, "localhost", "there is one target")

	s.Alone, s.Selected = true, Key{0, "key of orders"}
	s.Targets[0].Figures.Rings[0].Consumers[0].After = []string{"a", "b"}
	s.Targets[0].Figures.Rings[0].Consumers[0].Skipped = 2
	require.Contains(t, text(s, 200), "after a, b 512 available at most 900 behind batches: 1000, mean 3.4, max 127 0 retried 2 skipped 0 dead-lettered")
}

// TestEveryScreenFits: whatever it shows, no screen is larger than asked for or has a control in it.
func TestEveryScreenFits(t *testing.T) {
	many := state()
	for _, name := range strings.Split("abcdefgh", "") {
		many.Targets[0].Figures.Rings = append(many.Targets[0].Figures.Rings, ring(name+strings.Repeat("-long", 40), consumer("c", 1, 1), lossy("l")))
	}
	picky := many
	picky.Pick = regexp.MustCompile("\x1b(no|match)\\x{1b}")
	for name, s := range map[string]State{"hostile": hostile(), "many": many, "picky": picky, "nothing": {}} {
		for turn := range 6 { // all rings in each order, one alone, and the help
			s.Sort, s.Alone, s.Help, s.Paused, s.Offset = Sort(turn%3), turn == 3, turn == 4, turn == 5, 7
			if len(s.Targets) > 0 && turn == 3 {
				s.Selected = Key{0, s.Targets[0].Figures.Rings[0].Key}
			}
			for _, width := range []int{-1, 0, 1, 7, 39, 40, 69, 70, 137, 200} {
				for _, height := range []int{-1, 0, 1, 2, 3, 30} {
					checkScreen(t, name, s.Screen(width, height), width, height)
				}
			}
		}
	}
}

func checkScreen(t *testing.T, name, screen string, width, height int) {
	t.Helper()
	if width < 1 || height < 1 {
		require.Empty(t, screen)
		return
	}
	all := strings.Split(screen, "\n")
	require.LessOrEqual(t, len(all), height, "%s %dx%d", name, width, height)
	for _, line := range all {
		bare := styling.ReplaceAllString(line, "")
		switch {
		case ansi.StringWidth(line) > width:
			require.Fail(t, "too wide", "%s %dx%d: %q", name, width, height, line)
		case !printable.Is(bare):
			require.Fail(t, "not printable", "%s %dx%d: %q", name, width, height, line)
		case bare != line && lastStyle(line) != "\x1b[m":
			require.Fail(t, "a style goes on behind the line", "%s: %q", name, line)
		}
	}
}

// styling is a change of the style with attributes and the colours that a user may redefine.
var styling = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func lastStyle(line string) string {
	all := styling.FindAllString(line, -1)
	return all[len(all)-1]
}

// TestNarrowScreensKeepWhatMatters: at 40 columns there are a name, a rate, a lag and a state.
func TestNarrowScreensKeepWhatMatters(t *testing.T) {
	s := state(ring("orders", consumer("journal", 512, 1_240_000), lossy("a-consumer-with-a-long-name")))
	row := func(width int, name string) string {
		for _, line := range lines(s, width, 60) {
			if strings.Contains(line, name) {
				return line
			}
		}
		return ""
	}
	for width := 40; width <= 200; width += 4 {
		require.Regexp(t, `journal .*1\.24M .*512 +busy`, row(width, "journal"), width)
		require.Contains(t, row(width, "312/1024 free"), "orders", width)
		require.Contains(t, text(s, width), "parks 12/s", width)
	}
	require.Contains(t, row(40, "a-consumer"), "…")
	require.Contains(t, row(120, "a-consumer"), "a-consumer-with-a-long-name")
	require.NotContains(t, row(60, "journal"), "4488")
	require.Contains(t, row(120, "journal"), "4488")
	require.Contains(t, row(60, "a-consumer"), "4711", "what a lossy one missed goes late")
}

func TestATargetThatIsAway(t *testing.T) {
	s := state(ring("orders", consumer("journal", 512, 3)))
	require.NotContains(t, text(s, 120), "away")
	s.Targets[0].Err, s.Targets[0].Since = errors.New("connection refused\x1b"), noon.Add(-75*time.Second)
	all := text(s, 120)
	require.Contains(t, all, "1 of 1 away")
	require.Contains(t, all, `is away since 11:58:45 (75s): connection refused\x1b; it is tried again`)
	require.Contains(t, all, "312/1024 free", "the last figures stay")
	for _, line := range strings.Split(s.Screen(120, 30), "\n")[1:] {
		if strings.TrimSpace(ansi.Strip(line)) != "" {
			require.True(t, strings.HasPrefix(line, "\x1b[2m"), "dimmed: %q", line)
		}
	}
	s.Targets[0].Figures = rates.Figures{}
	require.Contains(t, text(s, 120), "localhost:6060 is away since 11:58:45", "without figures too")
}

func TestTargetsWithoutRings(t *testing.T) {
	s := state()
	require.Contains(t, text(s, 120), "localhost:6060 has no ring")
	s.Targets[0].Figures.At = time.Time{}
	require.Contains(t, text(s, 120), "localhost:6060: looking")
	s = state(ring("orders"), ring("quotes"))
	require.Contains(t, text(s, 120), "no consumers")
	s.Pick = regexp.MustCompile("^quo")
	require.NotContains(t, text(s, 120), "orders")
	require.Contains(t, text(s, 120), "quotes")
	s.Pick = regexp.MustCompile("x")
	require.Contains(t, text(s, 120), "-ring x matches none of orders, quotes")
	s = State{Targets: []Target{state(ring("orders")).Targets[0], {Name: "other", Figures: state(ring("orders")).Targets[0].Figures}}}
	require.Contains(t, text(s, 120), "orders @ localhost:6060")
	require.Contains(t, text(s, 120), "orders @ other")
}

// TestColoursAreNeverTheOnlySign: what is red is also said.
func TestColoursAreNeverTheOnlySign(t *testing.T) {
	full := ring("full")
	full.Free = 0
	s := state(full)
	require.Contains(t, text(s, 80), "full, 0/1024 free")
	s.Paused = true
	require.Contains(t, text(s, 80), "PAUSED")
	two := state(ring("a"), ring("b"))
	two.Selected = Key{0, "key of b"}
	require.Contains(t, text(two, 80), "▸ b")
	require.NotContains(t, text(two, 80), "▸ a")
}

func TestHelpNamesEveryKey(t *testing.T) {
	s := state(ring("orders"))
	s.Help = true
	for _, width := range []int{40, 100} {
		all := text(s, width)
		for _, key := range []string{"q, ctrl-c", "space", "s ", "↑ ↓", "pgup, pgdn", "enter", "+ -", "?"} {
			require.Contains(t, all, key)
		}
		require.NotContains(t, all, "orders")
	}
}

// TestThePageShowsAScreenOfToday: the captured screen in docs/top.md has the titles, the keys and
// the words of this one.
func TestThePageShowsAScreenOfToday(t *testing.T) {
	page, err := os.ReadFile("../../../../../docs/top.md")
	if os.IsNotExist(err) {
		t.Skip("not in a checkout of the repository")
	}
	require.NoError(t, err)
	shown := strings.Join(strings.Fields(string(page)), " ")
	busy := ring("orders", consumer("journal", 512, 1), lossy("screen"))
	busy.Blocked, busy.Claimed, busy.Inlined, busy.Dropping = 1, busy.Published, 0, known(0)
	all := lines(state(busy), 96, 18)
	for _, line := range []string{all[0][:len("disruptor top")], all[3], all[len(all)-1]} {
		require.Contains(t, shown, strings.Join(strings.Fields(line), " "))
	}
	for _, word := range []string{"1 claim blocked for ", "no claim open", "/s published"} {
		require.Contains(t, strings.Join(all, "\n"), word)
		require.Contains(t, shown, word)
	}
}
