package slogring

import (
	"log/slog"
	"slices"
)

// replaceIn returns r with the attributes that Options.ReplaceAttr makes of its own.
func (h *Handler) replaceIn(r slog.Record) slog.Record {
	attrs := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	replaced := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	replaced.AddAttrs(h.replace(h.groups, attrs)...)
	return replaced
}

// replace calls Options.ReplaceAttr as slog's handlers call theirs: with resolved values, and with
// the members of a group instead of the group, also if it has made the group itself.
func (c *core) replace(groups []string, attrs []slog.Attr) []slog.Attr {
	replaced := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		a.Value = a.Value.Resolve()
		if a.Value.Kind() != slog.KindGroup {
			a = c.options.ReplaceAttr(groups, a)
			a.Value = a.Value.Resolve()
		}
		if a.Equal(slog.Attr{}) {
			continue
		}
		if a.Value.Kind() == slog.KindGroup {
			a.Value = slog.GroupValue(c.replace(within(groups, a.Key), a.Value.Group())...)
		}
		replaced = append(replaced, a)
	}
	return replaced
}

// within returns the groups that are open in a group of that name in groups. One without a name
// opens none.
func within(groups []string, name string) []string {
	if name == "" {
		return groups
	}
	return append(slices.Clip(groups), name)
}
