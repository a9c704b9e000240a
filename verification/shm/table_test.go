package main

import (
	"testing"

	"github.com/be395dad/disruptor/verification/shm/internal/explore"
)

// TestTable sees to it that each line can be named, and that a line with a bug or variant has its configuration in the same
// run: a bug's verdict speaks of the bug only if the configuration holds without it.
func TestTable(t *testing.T) {
	titles := map[string]bool{}
	designs := map[string]entry{}
	for _, e := range table() {
		if titles[e.title()] {
			t.Errorf("two lines are named %s", e.title())
		}
		titles[e.title()] = true
		if e.kind == design {
			designs[e.name] = e
		}
	}
	for _, e := range table() {
		d, ok := designs[e.in]
		if !ok || e.quick && !d.quick {
			t.Errorf("%s has no line for its configuration in the same run", e.title())
		}
	}
}

// TestEntries runs a small configuration of each model and a bug in it.
func TestEntries(t *testing.T) {
	run := map[string]bool{"claim": true, "clear-before-stamp@claim": true, "join": true, "join-looks-first@join": true, "wait": true, "waker-looks-first@wait": true,
		"hold-of-joiner@hold": true, "lag": true, "copy-not-validated@lag": true, "stage": true, "expiry-as-leaving@stage": true, "gap": true,
		"gap-noted-late@gap": true, "close": true, "closed-in-its-own-word@close": true}
	for _, e := range table() {
		if !run[e.title()] {
			continue
		}
		delete(run, e.title())
		if !e.run(100_000) {
			t.Errorf("%s is not as expected", e.title())
		}
	}
	if len(run) > 0 {
		t.Errorf("no lines %v", run)
	}
}

// TestVerdicts runs lines that are not as expected: each must say so.
func TestVerdicts(t *testing.T) {
	broken := func(int) explore.Result { return explore.Result{States: 2, Bad: "broken", Length: 1} }
	holds := func(int) explore.Result { return explore.Result{States: 2} }
	cut := func(int) explore.Result { return explore.Result{States: 2, Cut: true} }
	for _, c := range []struct {
		kind   kind
		search func(int) explore.Result
		want   bool
	}{
		{design, holds, true}, {design, broken, false}, {design, cut, false},
		{variant, holds, true}, {variant, broken, false}, {variant, cut, false},
		{bug, broken, true}, {bug, holds, false}, {bug, cut, false},
	} {
		if got := (entry{kind: c.kind, name: "test", search: c.search}).run(1); got != c.want {
			t.Errorf("%s: %v, want %v", c.kind, got, c.want)
		}
	}
}
