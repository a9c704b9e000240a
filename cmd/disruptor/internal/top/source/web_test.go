package source

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor"
)

// serve returns a target that answers so.
func serve(t *testing.T, answer http.HandlerFunc) Target {
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	target, err := Parse(s.URL)
	require.NoError(t, err)
	return target
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func newRing(t *testing.T, name string) *disruptor.Ring[int] {
	r, err := disruptor.New[int](disruptor.Config{Name: name, Capacity: 4})
	require.NoError(t, err)
	return r
}

func TestRingsAreFoundAmongVariables(t *testing.T) {
	orders, unnamed := newRing(t, "orders"), newRing(t, "")
	first := orders.Consumer("same")
	orders.Consumer("same", first)
	orders.LossyConsumer(disruptor.LossyConfig[int]{Name: "lossy"})
	orders.Group(disruptor.GroupConfig[int]{Name: "group"}).Worker()
	p := orders.MultiProducer()
	require.True(t, p.TrySend(1))
	require.True(t, p.TrySend(2))
	b, ok := first.TryNext()
	require.True(t, ok)
	first.Done(b)
	_, ok = p.TryClaim(1)
	require.True(t, ok)
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/debug/vars" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		fmt.Fprintf(w, `{"cmdline": ["x"], "memstats": {"Alloc": 1, "BySize": [{"Size": 1}]}, "n": 1.5, "none": null,
			"z": %v, "rings": {"a": %v, "deeper": {"b": %v}}, "no ring": {"capacity": 4, "free": 4}}`, unnamed.Var(), orders.Var(), unnamed.Var())
	})
	look, err := target.Read(t.Context())
	require.NoError(t, err)
	require.False(t, look.At.IsZero())
	require.Len(t, look.Rings, 3)
	a, b2, z := look.Rings[0], look.Rings[1], look.Rings[2]
	require.Equal(t, []string{"rings.a", "rings.deeper.b", "z"}, []string{a.Key, b2.Key, z.Key})
	require.Equal(t, []string{"orders", "", ""}, []string{a.Name, b2.Name, z.Name})
	require.EqualValues(t, 4, a.Capacity)
	require.EqualValues(t, 3, a.Claimed)
	require.EqualValues(t, 2, a.Published)
	require.EqualValues(t, 1, a.Free)
	require.Contains(t, a.Explain, `ring "orders"`)
	require.False(t, a.Shared)

	require.Len(t, a.Consumers, 4)
	keys, kinds := map[string]bool{}, []string{}
	for _, c := range a.Consumers {
		keys[c.Key] = true
		kinds = append(kinds, c.Kind)
	}
	require.Len(t, keys, 4, "two have the same name")
	require.Equal(t, []string{"strict", "strict", "lossy", "group of 1"}, kinds)
	c := a.Consumers[0]
	require.EqualValues(t, 2, c.Position)
	require.Equal(t, "busy", c.State)
	require.Equal(t, Batches{Count: 1, Mean: 2, P50: 2, P99: 2, Max: 2}, c.Batches)
	require.Equal(t, []string{"same"}, a.Consumers[1].After)
	require.EqualValues(t, 2, a.Consumers[1].Lag)
}

// TestAVarHasWhatIsRead: no field is read that a Var does not have.
func TestAVarHasWhatIsRead(t *testing.T) {
	r := newRing(t, "orders")
	r.Consumer("c")
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.Var().String()), &got))
	consumer := got["consumers"].([]any)[0].(map[string]any)
	for typ, object := range map[reflect.Type]map[string]any{
		reflect.TypeFor[Ring](): got, reflect.TypeFor[Consumer](): consumer,
		reflect.TypeFor[Batches](): consumer["batches"].(map[string]any),
	} {
		for i := range typ.NumField() {
			if name := typ.Field(i).Tag.Get("json"); name != "-" {
				require.Contains(t, object, name, "%v", typ)
			}
		}
	}
}

func TestAnswersWithoutRings(t *testing.T) {
	for answer, want := range map[string]string{
		"<html>": "the answer has no variables of expvar: invalid character",
		"[1]":    "the answer has no variables of expvar: json: cannot unmarshal array",
		"":       "the answer has no variables of expvar: unexpected end of JSON input",
		`{"orders": {"capacity": "many", "claimed": 1, "published": 1, "free": 1, "consumers": []}}`: `variable "orders" is no Var of a ring: json: cannot unmarshal string`,
		`{"orders": {"capacity": 4, "claimed": 1, "published": 1, "free": 1, "consumers": 3}}`:       `variable "orders" is no Var of a ring: json: cannot unmarshal number`,
	} {
		_, err := serve(t, says(answer)).Read(t.Context())
		require.ErrorContains(t, err, want)
	}
	look, err := serve(t, says(`{"cmdline": ["x"], "zero Var": null}`)).Read(t.Context())
	require.NoError(t, err)
	require.Empty(t, look.Rings)
	_, err = serve(t, http.NotFound).Read(t.Context())
	require.EqualError(t, err, "the answer is 404 Not Found")
	deep := strings.Repeat(`{"x":`, 100) + newRing(t, "").Var().String() + strings.Repeat("}", 100)
	look, err = serve(t, says(deep)).Read(t.Context())
	require.NoError(t, err)
	require.Empty(t, look.Rings)
}

func TestNobodyAnswers(t *testing.T) {
	s := httptest.NewServer(nil)
	target, err := Parse(s.URL)
	require.NoError(t, err)
	s.Close()
	_, err = target.Read(t.Context())
	require.ErrorContains(t, err, "dial tcp")
	require.NotContains(t, err.Error(), "/debug/vars", "who asks knows the address")

	asked := make(chan struct{})
	target = serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		select {
		case <-r.Context().Done(): // the asker has gone
		case <-t.Context().Done():
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := target.Read(ctx)
		failed <- err
	}()
	<-asked
	cancel()
	select {
	case err := <-failed:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(time.Minute):
		require.Fail(t, "Read goes on behind the end of its context")
	}
}
