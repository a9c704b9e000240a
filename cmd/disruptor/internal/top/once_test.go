package top

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

// served returns a target with a ring of which an event is published before each look.
func served(t *testing.T, name string) (source.Target, *atomic.Int64) {
	ring, err := disruptor.New[int](disruptor.Config{Name: name, Capacity: 8})
	require.NoError(t, err)
	p := ring.MultiProducer()
	looks := new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.TrySend(1)
		looks.Add(1)
		fmt.Fprintf(w, `{"ring": %v}`, ring.Var())
	}))
	t.Cleanup(s.Close)
	return parse(t, s.URL), looks
}

func parse(t *testing.T, text string) source.Target {
	target, err := source.Parse(text)
	require.NoError(t, err)
	return target
}

func TestOncePrintsRates(t *testing.T) {
	orders, looks := served(t, "orders")
	quotes, _ := served(t, "quotes")
	for _, asked := range []bool{true, false} {
		var out, hint bytes.Buffer
		before := looks.Load()
		require.NoError(t, Run(t.Context(), Options{Targets: []source.Target{orders, quotes}, Every: Least, Once: asked}, &out, &hint))
		require.EqualValues(t, 2, looks.Load()-before)
		require.Regexp(t, `(?s)^orders @ .*: 8 slots, .* published, [1-9][0-9]*\.[0-9]/s\n.*\nquotes @ `, out.String(), "one event an interval: never 0")
		if asked {
			require.Empty(t, hint.String())
		} else {
			require.Regexp(t, `^disruptor: stdout is no terminal .* -once\n$`, hint.String())
		}
	}
}

func TestOnceSaysWhatIsMissing(t *testing.T) {
	orders, _ := served(t, "orders")
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"cmdline": []}`) }))
	t.Cleanup(empty.Close)
	var out bytes.Buffer
	o := Options{Targets: []source.Target{parse(t, "./none"), orders, parse(t, empty.URL)}, Every: Least, Once: true}
	err := Run(t.Context(), o, &out, nil)
	require.ErrorContains(t, err, "./none: ")
	require.ErrorContains(t, err, "has no ring")
	require.NotContains(t, err.Error(), "\n")
	require.Contains(t, out.String(), "orders @", "what there is, is printed")

	o = Options{Targets: []source.Target{orders}, Every: Least, Once: true, Pick: regexp.MustCompile("^x")}
	require.EqualError(t, Run(t.Context(), o, &out, nil), "-ring ^x matches none of orders")
}

func TestOnceEndsWithItsContext(t *testing.T) {
	orders, looks := served(t, "orders")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Targets: []source.Target{orders}, Every: time.Hour, Once: true}, new(bytes.Buffer), nil)
	}()
	for looks.Load() == 0 {
		time.Sleep(time.Millisecond) // to leave the CPU to others
	}
	cancel()
	select {
	case err := <-ended:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(time.Minute):
		require.Fail(t, "it goes on behind the end of its context")
	}
}
