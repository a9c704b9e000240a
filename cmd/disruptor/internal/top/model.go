package top

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/view"
)

// A model is the program. Each target has at most one look under way, or a time for the next one.
type model struct {
	ctx           context.Context
	options       Options
	state         view.State    // that is drawn
	targets       []view.Target // as they are now; state has older ones while it is paused
	width, height int
	intervals     int // how often the interval has been changed
	looking       []bool
}

// A looked is the result of a look.
type looked struct {
	target int
	look   source.Look
	err    error
	began  time.Time
}

// A due says that it is time for a look, unless the interval has been changed since.
type due struct{ target, intervals int }

func newModel(ctx context.Context, o Options) *model {
	m := &model{ctx: ctx, options: o, state: o.state(), looking: make([]bool, len(o.Targets))}
	m.targets = slices.Clone(m.state.Targets)
	return m
}

// Init begins the first looks.
func (m *model) Init() tea.Cmd {
	var all []tea.Cmd
	for i := range m.targets {
		all = append(all, m.look(i))
	}
	return tea.Batch(all...)
}

// Update takes a message, and returns what is to be done next.
func (m *model) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	var next tea.Cmd
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = message.Width, message.Height
	case looked:
		next = m.take(message)
	case due:
		if message.intervals == m.intervals {
			next = m.look(message.target)
		}
	case tea.KeyPressMsg:
		next = m.press(message.String())
	}
	m.state = m.state.Placed(m.width, m.height)
	return m, next
}

// View draws the state.
func (m *model) View() tea.View {
	v := tea.NewView(m.state.Screen(m.width, m.height))
	v.AltScreen = true
	v.WindowTitle = "disruptor top"
	return v
}

// look returns the command that looks at a target.
func (m *model) look(target int) tea.Cmd {
	m.looking[target] = true
	return func() tea.Msg {
		r := looked{target: target, began: time.Now()}
		r.look, r.err = m.options.Targets[target].Read(m.ctx)
		return r
	}
}

// take takes the result of a look, and returns the command that waits for the time of the next.
func (m *model) take(r looked) tea.Cmd {
	m.looking[r.target] = false
	now := time.Now()
	m.targets[r.target] = m.targets[r.target].After(r.look, r.err, now)
	if !m.state.Paused {
		m.show(now)
	}
	return m.wait(r.target, m.state.Every-now.Sub(r.began))
}

// show shows the targets as they are now.
func (m *model) show(now time.Time) {
	m.state.Now, m.state.Targets = now, slices.Clone(m.targets)
}

func (m *model) wait(target int, d time.Duration) tea.Cmd {
	then := due{target, m.intervals}
	return tea.Tick(max(d, 0), func(time.Time) tea.Msg { return then })
}
