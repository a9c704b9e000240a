//go:build !race && !disruptor_debug

package disruptor

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The fast paths, read in the machine code of internal/inlinecheck: each is one call from the user's code, and has no
// other call in it than one assembly store.

// An instruction of a function.
type instruction struct {
	file string // of the source line
	text string
	call string // the function called, without its package
	jump int    // index of the target, or -1
	last bool   // control does not reach the next one
}

// disassemble returns the instructions of each function, by name.
func disassemble(t *testing.T) map[string][]instruction {
	t.Helper()
	check, err := buildInlinecheck()
	require.NoError(t, err)
	functions := map[string][]instruction{}
	for _, text := range strings.Split(check.code, "TEXT ")[1:] {
		lines := strings.Split(text, "\n")
		name := strings.TrimSuffix(strings.Fields(lines[0])[0], "(SB)")
		var code []instruction
		index := map[string]int{}
		for _, line := range lines[1:] {
			if f := strings.Fields(line); len(f) >= 4 {
				index[f[1]] = len(code)
				code = append(code, instruction{file: strings.Split(f[0], ":")[0], text: strings.Join(f[3:], " "), jump: -1})
			}
		}
		for i := range code {
			op, operand, _ := strings.Cut(code[i].text, " ")
			switch {
			case op == "CALL":
				code[i].call = callee(operand)
			case op == "RET" || op == "UD2" || op == "INT":
				code[i].last = true
			case strings.HasPrefix(op, "J"):
				target, here := index[operand]
				if !here { // a tail call, or the loop back to the entry after more stack
					code[i].call, code[i].last = callee(operand), true
					break
				}
				code[i].jump, code[i].last = target, op == "JMP"
			}
		}
		functions[name] = code
	}
	return functions
}

func callee(operand string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(operand, "(SB)"), ".abi0")
	return name[strings.LastIndex(name, "/")+1:]
}

func isStore(call string) bool { return strings.HasPrefix(call, "disruptor.storeRelease") }

// fastPath returns the locked instructions on a way through code that calls nothing but, if store is set, one
// assembly store, and reports false if there is no such way.
func fastPath(code []instruction, store bool) (locked []string, ok bool) {
	type state struct {
		at     int
		stored bool
	}
	seen := map[state]bool{}
	var walk func(s state, locked []string) ([]string, bool)
	walk = func(s state, locked []string) ([]string, bool) {
		if s.at >= len(code) || seen[s] {
			return nil, false
		}
		seen[s] = true
		in := code[s.at]
		if in.call != "" {
			if !store || s.stored || !isStore(in.call) {
				return nil, false
			}
			s.stored = true
		}
		if strings.HasPrefix(in.text, "LOCK") || strings.HasPrefix(in.text, "XCHG") && strings.Contains(in.text, "(") {
			locked = append(append([]string{}, locked...), in.text)
		}
		if strings.HasPrefix(in.text, "RET") && s.stored == store {
			return locked, true
		}
		if !in.last {
			if l, ok := walk(state{s.at + 1, s.stored}, locked); ok {
				return l, true
			}
		}
		if in.jump >= 0 {
			return walk(state{in.jump, s.stored}, locked)
		}
		return nil, false
	}
	return walk(state{}, nil)
}

func TestEachCallOfTheAPICostsAtMostOneCallFromTheUsersCode(t *testing.T) {
	functions := disassemble(t)
	for _, c := range userCalls {
		code := functions["main."+c.function]
		require.NotEmpty(t, code, c.function)
		var calls []string
		for _, in := range code {
			if in.call != "" && !strings.HasPrefix(in.call, "runtime.") && !strings.HasPrefix(in.call, "main.") {
				calls = append(calls, in.call)
			}
		}
		require.LessOrEqual(t, len(calls), 1, "%s: %v", c.function, calls)
	}
}

func TestTheFastPathsCallNothingButOneStore(t *testing.T) {
	const module = "github.com/be395dad/disruptor."
	functions := disassemble(t)
	for _, c := range []struct {
		function string
		store    bool   // in assembly
		locked   string // the one locked instruction that it may have
	}{
		{"(*single).try", false, ""},
		{"(*single).publish", true, ""},
		{"(*multi).try", false, "CMPXCHG"},
		{"(*multi).wait", false, "CMPXCHG"},
		{"(*core).publish", true, ""},
		{"(*reader).done", true, ""},
		{"(*reader).look", false, ""},
	} {
		code := functions[module+c.function]
		require.NotEmpty(t, code, c.function)
		locked, ok := fastPath(code, c.store)
		require.True(t, ok, "%s calls more than that on every way through it", c.function)
		for _, in := range locked {
			require.True(t, c.locked != "" && strings.Contains(in, c.locked), "%s executes %s", c.function, in)
		}
		if c.locked != "" {
			require.Len(t, locked, 1, c.function)
		}
	}
}

func TestTheStoreIsAPlainMove(t *testing.T) {
	found := false
	for name, code := range disassemble(t) {
		if !isStore(callee(name)) {
			continue
		}
		found = true
		moves := 0
		for _, in := range code {
			require.False(t, strings.HasPrefix(in.text, "XCHG") || strings.HasPrefix(in.text, "LOCK") ||
				strings.HasPrefix(in.text, "MFENCE"), "%s: %s", name, in.text)
			if store := regexp.MustCompile(`^MOVQ [A-Z0-9]+, .*\(`); store.MatchString(in.text) {
				moves++
			}
		}
		require.Positive(t, moves, name)
	}
	require.True(t, found)
}

func TestAClaimIsStoredByOnePlainMoveBeforeTheLookAtClosed(t *testing.T) {
	code := disassemble(t)["github.com/be395dad/disruptor.(*single).try"]
	store, stores, load := -1, 0, -1
	for i, in := range code {
		switch {
		case in.file == "atomic_amd64.go" && regexp.MustCompile(`^MOVQ [A-Z0-9]+, .*\(`).MatchString(in.text):
			store = i
			stores++
		case in.file == "type.go" && regexp.MustCompile(`^MOVQ .*\(.*, [A-Z0-9]+$`).MatchString(in.text) && load < 0:
			load = i
		}
	}
	require.Equal(t, 1, stores)
	require.Greater(t, load, store, "the atomic load of closed comes after the store of the claim")
}
