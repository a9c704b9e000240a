package view

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/rates"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/top/source"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func known(perSecond float64) rates.Rate { return rates.Rate{PerSecond: perSecond, Known: true} }

// ring returns a busy ring of that name.
func ring(name string, consumers ...rates.Consumer) rates.Ring {
	return rates.Ring{
		Ring: source.Ring{
			Key: "key of " + name, Name: name, Capacity: 1024, Claimed: 5012, Published: 5000, Free: 312, OpenFor: 0.31,
			Blocked: 2, BlockedFor: 2.14, Dropped: 40, Inlined: 3, Explain: fmt.Sprintf("what holds up ring %q.", name),
		},
		Publishing: known(1_240_000), Parking: known(12), Waking: known(11), Wasting: known(0.5), Dropping: known(3),
		Consumers: consumers,
	}
}

func consumer(name string, lag int64, perSecond float64) rates.Consumer {
	return rates.Consumer{Consumer: source.Consumer{
		Name: name, Kind: "strict", Position: 5000 - lag, Lag: lag, Available: lag, MaxLag: 900, State: "busy", For: 61,
		Batches: source.Batches{Count: 1000, Mean: 3.44, P50: 1, P99: 63, Max: 127},
	}, Rate: known(perSecond)}
}

func lossy(name string) rates.Consumer {
	c := consumer(name, 2000, 10)
	c.Kind, c.Lossy, c.Missed = "lossy", true, 4711
	return c
}

// state returns the state of one target with rings.
func state(rings ...rates.Ring) State {
	return State{
		Now: noon, Every: time.Second,
		Targets: []Target{{Name: "localhost:6060", Figures: rates.Figures{At: noon, Rings: rings}}},
	}
}

// hostile is a state of which all texts and numbers are as bad as a target can make them.
func hostile() State {
	const text = "\x1b[31m\x1b]0;title\x07\r\n\x9b2J\u009b2J\u202e東京東京東京 and quite a few words behind that"
	c := rates.Consumer{Consumer: source.Consumer{
		Name: text, Kind: "strict", After: []string{text, text}, Position: math.MaxInt64, Lag: math.MaxInt64, Available: math.MinInt64,
		MaxLag: math.MaxInt64, State: text, For: math.MaxFloat64, Lossy: true, Missed: math.MinInt64, Retried: math.MaxInt64,
		Batches: source.Batches{Count: math.MaxInt64, Mean: -math.MaxFloat64, P50: math.MaxInt64, P99: math.MinInt64, Max: math.MaxInt64},
	}}
	r := rates.Ring{Ring: source.Ring{
		Key: text, Name: text, Capacity: math.MinInt64, Claimed: math.MaxInt64, Published: -1, Free: math.MaxInt64, OpenFor: -1,
		Blocked: math.MaxInt64, BlockedFor: math.MaxFloat64, Dropped: math.MinInt64, Explain: text + text + text,
	}, Publishing: known(math.MaxFloat64), Consumers: []rates.Consumer{c, c}}
	empty := rates.Ring{Ring: source.Ring{Shared: true, Lost: math.MaxInt64}}
	s := state(r, empty)
	s.Targets = append(s.Targets, Target{Name: "away", Err: errors.New(text), Since: noon.Add(-time.Minute), Figures: s.Targets[0].Figures},
		Target{Name: "never", Err: errors.New(text)}, Target{Name: "fresh"}, Target{Name: "bare", Figures: rates.Figures{At: noon}})
	return s
}

// lines returns the screen without styles.
func lines(s State, width, height int) []string {
	return strings.Split(ansi.Strip(s.Screen(width, height)), "\n")
}

// text returns a large screen without styles, in one line.
func text(s State, width int) string {
	return strings.Join(strings.Fields(strings.Join(lines(s, width, 200), " ")), " ")
}
