package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/be395dad/disruptor/verification/shm/internal/explore"
)

// kind says what is expected of an entry.
type kind int

const (
	design  kind = iota // holds
	variant             // holds as well, though one might think that it is a bug
	bug                 // must be found, in a configuration that holds without it
)

func (k kind) String() string { return [...]string{"design", "variant", "bug"}[k] }

// entry is a line of the table: a configuration of the design, or one with a seeded bug or a variant.
type entry struct {
	kind   kind
	name   string
	in     string // of a bug or variant: the configuration, a design's name
	quick  bool
	search func(limit int) explore.Result
}

func (e entry) title() string {
	if e.kind == design {
		return e.name
	}
	return e.name + "@" + e.in
}

// run searches, prints e's line, and tells whether it came out as expected.
func (e entry) run(limit int) bool {
	began := time.Now()
	r := e.search(limit)
	verdict := "holds"
	ok := r.Bad == "" && !r.Cut
	switch {
	case r.Cut:
		verdict = fmt.Sprintf("CUT OFF: more than %d states", limit)
	case r.Bad != "" && e.kind == bug:
		verdict = fmt.Sprintf("found in %d steps: %s", r.Length, r.Bad)
		ok = true
	case r.Bad != "":
		verdict = fmt.Sprintf("BROKEN in %d steps: %s", r.Length, r.Bad)
	case e.kind == bug:
		verdict = "NOT FOUND"
		ok = false
	}
	fmt.Printf("%-7s %-36s %10d states %6.1f s  %s\n", e.kind, e.title(), r.States, time.Since(began).Seconds(), verdict)
	return ok
}

// table has all entries, those of one model after the other.
func table() []entry {
	var all []entry
	all = append(all, claimEntries()...)
	all = append(all, memberEntries()...)
	all = append(all, wakeEntries()...)
	all = append(all, holdEntries()...)
	all = append(all, laggingEntries()...)
	all = append(all, stageEntries()...)
	all = append(all, gapEntries()...)
	all = append(all, closeEntries()...)
	return all
}

// broken makes an entry for each of the configurations that are named, separated by spaces: those with a dot before their
// name run in quick as well.
func broken[C any](k kind, name, in string, configs map[string]C, change func(*C), search func(C) func(int) explore.Result) []entry {
	var made []entry
	for _, word := range strings.Fields(in) {
		config, quick := strings.CutPrefix(word, ".")
		c, ok := configs[config]
		if !ok {
			panic("no configuration " + config)
		}
		change(&c)
		if k == design {
			name = config
		}
		made = append(made, entry{k, name, config, quick, search(c)})
	}
	return made
}
