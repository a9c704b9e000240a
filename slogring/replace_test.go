package slogring

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A card must not be logged.
type card struct{ Number string }

// Wallets resolve to what has cards.
type (
	wallet  struct{ card card }
	wallets struct{ wallet wallet }
)

func (w wallet) LogValue() slog.Value  { return slog.AnyValue(w.card) }
func (w wallets) LogValue() slog.Value { return slog.GroupValue(slog.Any("wallet", w.wallet)) }

// replaceAll does to attributes what a ReplaceAttr can do. It does nothing to those that slog's
// handlers make.
func replaceAll(groups []string, a slog.Attr) slog.Attr {
	switch a.Value.Any().(type) {
	case card, *card:
		return slog.String(a.Key, "hidden")
	case []byte:
		return slog.Attr{}
	case point:
		return slog.Group(a.Key, slog.Any("in", card{"top secret"}), slog.String("groups", "?"))
	case level:
		return slog.Any(a.Key, wallets{wallet{card{"top secret"}}})
	}
	if a.Key == "groups" {
		return slog.String("of the call", strings.Join(groups, "/"))
	}
	return a
}

func replaceable() []any {
	return []any{
		slog.Any("card", card{"top secret"}), slog.Any("pointer", &card{"top secret"}), slog.Any("gone", []byte("top secret")), slog.Int("kept", 1),
		slog.String("groups", "?"), slog.Any("makes a group", point{}), slog.Any("makes a valuer", level(1)),
		slog.Group("g", slog.Any("card", card{"top secret"}), slog.String("groups", "?"), slog.Group("h", slog.String("groups", "?"))),
		slog.Group("", slog.String("groups", "?")), slog.Group("empty"),
		slog.Any("wallet", wallet{card{"top secret"}}), slog.Any("wallets", wallets{wallet{card{"top secret"}}}),
	}
}

// logReplaceable logs in each place where attributes can be.
func logReplaceable(h slog.Handler) {
	l := slog.New(h)
	l.Info("a", replaceable()...)
	l = l.With(replaceable()...)
	l.Info("b")
	l = l.WithGroup("one")
	l.WithGroup("two").With(replaceable()...).Info("c")
	l.WithGroup("three").Info("d", replaceable()...)
	l.With(slog.Any("gone", []byte("top secret"))).Info("e")
}

// formsWith are the handlers of forms, with a ReplaceAttr.
func formsWith(out *bytes.Buffer, replace func([]string, slog.Attr) slog.Attr) map[string]slog.Handler {
	o := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Time(a.Key, time.Unix(0, 0))
		}
		if replace != nil {
			return replace(groups, a)
		}
		return a
	}}
	return map[string]slog.Handler{
		"json": slog.NewJSONHandler(out, o), "text": slog.NewTextHandler(out, o),
		"unknown, json": struct{ slog.Handler }{slog.NewJSONHandler(out, o)},
		"unknown, text": struct{ slog.Handler }{slog.NewTextHandler(out, o)},
	}
}

// TestReplaceAttr: ours replaces what the wrapped handler's does when it is called directly.
func TestReplaceAttr(t *testing.T) {
	for name := range formsWith(nil, nil) {
		for _, deferred := range []bool{false, true} {
			var direct, ours bytes.Buffer
			logReplaceable(formsWith(&direct, replaceAll)[name])
			h, err := New(formsWith(&ours, nil)[name], Options{ReplaceAttr: replaceAll, Defer: deferred})
			require.NoError(t, err)
			logReplaceable(h)
			require.NoError(t, h.Close())
			assert.Equal(t, direct.String(), ours.String(), "%s, deferred %v", name, deferred)
			assert.NotContains(t, ours.String(), "top secret")
		}
	}
}

// A group of which nothing is left is none. (slog.TextHandler goes on writing the name of one that
// its own ReplaceAttr has emptied.)
func TestReplaceAttrEmptiesAGroup(t *testing.T) {
	var out bytes.Buffer
	h, err := New(formsWith(&out, nil)["text"], Options{ReplaceAttr: replaceAll})
	require.NoError(t, err)
	gone := slog.Group("g", slog.Group("h", slog.Any("gone", []byte("top secret"))))
	slog.New(h).With(gone).Info("m", gone, slog.Int("kept", 1))
	require.NoError(t, h.Close())
	require.Equal(t, "time=1970-01-01T00:00:00.000Z level=INFO msg=m kept=1\n", out.String())
}

// With Defer the wrapped handler's ReplaceAttr sees the types.
func TestDeferKeepsTypes(t *testing.T) {
	for name := range formsWith(nil, nil) {
		var direct, ours bytes.Buffer
		logReplaceable(formsWith(&direct, replaceAll)[name])
		h, err := New(formsWith(&ours, replaceAll)[name], Options{Defer: true})
		require.NoError(t, err)
		logReplaceable(h)
		require.NoError(t, h.Close())
		assert.Equal(t, direct.String(), ours.String(), name)
	}
}

// Values of these types hide themselves, wherever they are and whatever their kind is.
type (
	password  string
	token     struct{ Secret string }
	loginFail struct{ Secret string }
)

func (password) LogValue() slog.Value             { return slog.StringValue("hidden") }
func (*token) LogValue() slog.Value               { return slog.AnyValue(password("top secret")) }
func (*loginFail) LogValue() slog.Value           { return slog.GroupValue(slog.Any("in", &token{"top secret"})) }
func (l *loginFail) Error() string                { return l.Secret }
func (l *loginFail) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", l.Secret), nil }

func TestValuesThatHideThemselves(t *testing.T) {
	same := func(_ []string, a slog.Attr) slog.Attr { return a }
	makes := func(_ []string, a slog.Attr) slog.Attr { return slog.Any(a.Key, &token{"top secret"}) }
	for name := range forms(nil) {
		for _, o := range []Options{{}, {Defer: true}, {ReplaceAttr: same}, {ReplaceAttr: makes}, {ReplaceAttr: same, Defer: true}} {
			for _, v := range []any{password("top secret"), &token{"top secret"}, &loginFail{"top secret"}} {
				var out bytes.Buffer
				h, err := New(forms(&out)[name], o)
				require.NoError(t, err)
				a := slog.Any("v", v)
				l := slog.New(h).With(a).WithGroup("g").With(slog.Group("h", a))
				l.Info("m", a, slog.Group("i", slog.Group("", a)))
				require.NoError(t, h.Close())
				assert.NotContains(t, out.String(), "top secret", "%s, %T, deferred %v", name, v, o.Defer)
				assert.Equal(t, 4, strings.Count(out.String(), "hidden"), "%s, %T, deferred %v", name, v, o.Defer)
			}
		}
	}
}
