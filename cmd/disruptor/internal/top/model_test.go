package top

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

// newTestModel returns a model of so many targets on a screen of 80 x 24, without a look so far.
func newTestModel(targets int) *model {
	m := newModel(context.Background(), Options{Targets: make([]source.Target, targets), Every: time.Second})
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for i := range targets {
		m.look(i)
	}
	return m
}

// see gives the model a look at a target with a ring, and returns what it does next.
func see(m *model, target int, name string, published int64) tea.Cmd {
	at := time.Unix(published, 0)
	_, next := m.Update(looked{target: target, look: source.Look{At: at, Rings: []source.Ring{{Key: name, Name: name, Capacity: 8, Published: published}}}})
	return next
}

func screen(m *model) string { return ansi.Strip(m.View().Content) }

func press(m *model, keys ...string) (last tea.Cmd) {
	for _, k := range keys {
		key := tea.Key{Text: k}
		for name, code := range map[string]rune{
			"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, " ": tea.KeySpace,
		} {
			if k == name {
				key = tea.Key{Code: code}
			}
		}
		if k == "ctrl+c" {
			key = tea.Key{Code: 'c', Mod: tea.ModCtrl}
		}
		_, last = m.Update(tea.KeyPressMsg(key))
	}
	return last
}

func TestQuit(t *testing.T) {
	for _, key := range []string{"q", "ctrl+c"} {
		require.IsType(t, tea.QuitMsg{}, press(newTestModel(1), key)(), key)
	}
	require.Nil(t, press(newTestModel(1), "x"))
}

func TestLooksFollowEachOther(t *testing.T) {
	m := newTestModel(2)
	require.NotNil(t, see(m, 0, "orders", 5), "the next look is due")
	require.False(t, m.looking[0])
	require.True(t, m.looking[1])
	_, next := m.Update(due{target: 0})
	require.NotNil(t, next)
	require.True(t, m.looking[0])
	require.Contains(t, screen(m), "orders")
	_, next = m.Update(looked{target: 1, err: errors.New("refused")})
	require.NotNil(t, next, "it is tried again")
	require.Contains(t, screen(m), "refused")
	require.Contains(t, screen(m), "1 of 2 away")
}

func TestPause(t *testing.T) {
	m := newTestModel(1)
	see(m, 0, "orders", 5)
	press(m, " ")
	require.Contains(t, screen(m), "PAUSED")
	require.NotNil(t, see(m, 0, "quotes", 6), "looks go on")
	require.Contains(t, screen(m), "orders")
	press(m, "s")
	require.Contains(t, screen(m), "by lag", "keys work")
	press(m, " ")
	require.NotContains(t, screen(m), "PAUSED")
	require.Contains(t, screen(m), "quotes")
	require.NotContains(t, screen(m), "orders")
}

func TestInterval(t *testing.T) {
	m := newTestModel(1)
	require.Nil(t, press(m, "+"), "a look is under way")
	m = newTestModel(1)
	see(m, 0, "orders", 5)
	next := press(m, "+")
	require.Contains(t, screen(m), "every 2s")
	require.NotNil(t, next, "the target waits anew")
	_, stale := m.Update(due{target: 0, intervals: 0})
	require.Nil(t, stale, "of the interval before")
	require.False(t, m.looking[0])
	_, next = m.Update(due{target: 0, intervals: 1})
	require.NotNil(t, next)
	press(m, "-", "-")
	require.Contains(t, screen(m), "every 500ms")
	press(m, strings.Split(strings.Repeat("-", 20), "")...)
	require.Contains(t, screen(m), "every 100ms")
	before := m.intervals
	press(m, "-")
	require.Equal(t, before, m.intervals, "nothing is shorter")
	press(m, strings.Split(strings.Repeat("=", 20), "")...)
	require.Contains(t, screen(m), "every 1m0s")
	require.Equal(t, 2*time.Second, longer(1500*time.Millisecond))
	require.Equal(t, time.Second, shorter(1500*time.Millisecond))
	require.Equal(t, time.Hour, longer(time.Hour))
	require.Equal(t, time.Minute, shorter(time.Hour))
}

func TestScreensAndBack(t *testing.T) {
	m := newTestModel(2)
	see(m, 0, "orders", 5)
	see(m, 1, "quotes", 5)
	require.Contains(t, screen(m), "▸ orders")
	press(m, "down")
	require.Contains(t, screen(m), "▸ quotes")
	press(m, "up", "pgdown", "pgup", "down", "enter")
	require.Contains(t, screen(m), "▸ quotes")
	require.NotContains(t, screen(m), "orders")
	press(m, "?")
	require.Contains(t, screen(m), "ctrl-c")
	press(m, "esc")
	require.NotContains(t, screen(m), "ctrl-c")
	require.NotContains(t, screen(m), "orders", "the ring is still alone")
	press(m, "esc")
	require.Contains(t, screen(m), "orders")
	press(m, "?", "?", "?", "enter")
	require.NotContains(t, screen(m), "ctrl-c")
	require.Contains(t, screen(m), "orders", "enter left the help, and nothing else")
}

func TestNoColorCountsWhateverItSays(t *testing.T) {
	for _, value := range []string{"1", "yes", "0"} {
		t.Setenv("NO_COLOR", value)
		env := environment()
		require.Equal(t, "NO_COLOR=1", env[len(env)-1])
	}
	t.Setenv("NO_COLOR", "")
	require.NotContains(t, environment(), "NO_COLOR=1")
}
