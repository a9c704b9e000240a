//go:build linux

package main

import (
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

func TestTopOnATerminal(t *testing.T) {
	first := startServer(t, "127.0.0.1:0")
	path := filepath.Join(t.TempDir(), "ticks")
	ring, err := shm.Create[int64](path, shm.Config{Capacity: 8})
	require.NoError(t, err)
	_, err = ring.Consumer(shm.ConsumerConfig{Name: "quotes"})
	require.NoError(t, err)

	term := openTerminal(t, 100, 40, "top -every 100ms "+first.address+" "+path)
	term.wait(`▸ orders @ 127.*[1-9][0-9.]*k?/s published`, `apply +strict`, `stuck\\x1b\[31m @ `, `1 claim blocked for`,
		`ring "stuck\\x1b\[31m" is full \(4 slots\), held by consumer`, `ticks @ /.*8/8 free`, `quotes +process [0-9]+`, `\? help`)
	position := regexp.MustCompile(`apply +strict +([0-9]+)`)
	then := position.FindStringSubmatch(term.screen())[1]
	term.until("figures that change", func(s string) bool { return position.FindStringSubmatch(s)[1] != then })

	term.press("Down")
	term.wait(`▸ stuck`)
	term.press("Enter")
	term.wait(`at most 4 behind`)
	require.NotContains(t, term.screen(), "orders @")
	term.press("Enter")
	term.wait(`orders @`)
	term.press("?")
	term.wait(`q, ctrl-c +quit`)
	term.press("?")
	term.wait(`▸ stuck`)
	term.press("s")
	term.wait(`by lag`)
	term.press("+")
	term.wait(`every 200ms`)
	term.press("Space")
	term.wait(`PAUSED`)
	term.press("Space")
	term.until("no pause", func(s string) bool { return !regexp.MustCompile(`PAUSED`).MatchString(s) })

	term.resize(40, 20)
	term.wait(`^disruptor top .*…\n`, `lines [0-9]+-[0-9]+ of`)
	require.NotContains(t, term.screen(), "position")
	term.press("Up")
	term.press("PPage")
	term.resize(200, 50)
	term.wait(`position +events/s`, `ticks @`)

	first.kill()
	term.wait(`1 of 2 away`, `is away since [0-9:]+ .*connection refused`, `1 claim blocked`)
	require.Regexp(t, `\x1b\[2m[^\x1b]*orders @`, term.styled(), "its figures are dimmed")
	startServer(t, first.address)
	term.wait(`^disruptor top +3 rings`, `orders @ .*[1-9][0-9.]*k?/s published`)
	term.press("q")
	term.ended("status 0")
}

func TestTheTerminalIsLeftClean(t *testing.T) {
	server := startServer(t, "127.0.0.1:0")
	for name, end := range map[string]func(*terminal){
		"ctrl-c":  func(term *terminal) { term.press("C-c") },
		"SIGTERM": func(term *terminal) { require.NoError(t, syscall.Kill(term.pid(), syscall.SIGTERM)) },
		"SIGINT":  func(term *terminal) { require.NoError(t, syscall.Kill(term.pid(), syscall.SIGINT)) },
	} {
		t.Run(name, func(t *testing.T) {
			term := openTerminal(t, 80, 24, "top "+server.address)
			term.wait(`orders`)
			end(term)
			term.ended("status 0")
		})
	}
}

func TestColours(t *testing.T) {
	server := startServer(t, "127.0.0.1:0")
	colour := regexp.MustCompile(`\x1b\[([0-9]+;)*[34][0-7](;[0-9]+)*m`)
	term := openTerminal(t, 80, 24, "top "+server.address)
	term.wait(`full, 0/4 free`)
	require.Regexp(t, colour, term.styled())
	term = openTerminal(t, 80, 24, "top "+server.address, "NO_COLOR=yes")
	term.wait(`full, 0/4 free`)
	require.NotRegexp(t, colour, term.styled())
}

func TestATerminalThatCannotBeDrawnOn(t *testing.T) {
	server := startServer(t, "127.0.0.1:0")
	term := openTerminal(t, 150, 24, "top -every 100ms "+server.address, "TERM=dumb")
	term.wait(`stdout is no terminal that can be drawn on`, `orders @ .*: 64 slots`, `status 0`)
}
