package top

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// press does what a key is for.
func (m *model) press(key string) tea.Cmd {
	s := &m.state
	switch key {
	case "q", "ctrl+c":
		return tea.Quit
	case "space":
		if s.Paused = !s.Paused; !s.Paused {
			m.show(time.Now())
		}
	case "up":
		*s = s.Step(-1, m.width, m.height)
	case "down":
		*s = s.Step(1, m.width, m.height)
	case "pgup":
		*s = s.Page(-1, m.width, m.height)
	case "pgdown":
		*s = s.Page(1, m.width, m.height)
	case "+", "=": // the same key, on many keyboards
		return m.setInterval(longer(s.Every))
	case "-":
		return m.setInterval(shorter(s.Every))
	case "s":
		s.Sort = s.Sort.Next()
		*s = s.Revealed(m.width, m.height)
	case "?", "enter", "esc":
		m.turn(key)
	}
	return nil
}

// turn shows all rings, one of them alone, or the help.
func (m *model) turn(key string) {
	s := &m.state
	switch {
	case key == "?" || s.Help:
		s.Help = !s.Help
	case key == "enter" && !s.Alone:
		*s = s.Only()
	default:
		s.Alone = false
	}
	s.Offset = 0
	*s = s.Revealed(m.width, m.height)
}

// intervals are those that keys choose.
var intervals = []time.Duration{
	Least, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute,
}

func longer(d time.Duration) time.Duration {
	for _, i := range intervals {
		if i > d {
			return i
		}
	}
	return d
}

func shorter(d time.Duration) time.Duration {
	for n := len(intervals) - 1; n >= 0; n-- {
		if intervals[n] < d {
			return intervals[n]
		}
	}
	return d
}

// setInterval has the next look at each target come after the new interval.
func (m *model) setInterval(d time.Duration) tea.Cmd {
	if d == m.state.Every {
		return nil
	}
	m.state.Every = d
	m.intervals++
	var all []tea.Cmd
	for i := range m.targets {
		if !m.looking[i] { // or it will wait so long by itself
			all = append(all, m.wait(i, d))
		}
	}
	return tea.Batch(all...)
}
