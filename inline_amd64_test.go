//go:build !race && !disruptor_debug

package disruptor

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The fast paths, read in the machine code of internal/inlinecheck: each is one call from the user's code, and has no
// other call in it.

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

// fastPath returns the locked instructions on a way through code that calls nothing, and reports false if there is no
// such way.
func fastPath(code []instruction) (locked []string, ok bool) {
	seen := map[int]bool{}
	var walk func(at int, locked []string) ([]string, bool)
	walk = func(at int, locked []string) ([]string, bool) {
		if at >= len(code) || seen[at] {
			return nil, false
		}
		seen[at] = true
		in := code[at]
		if in.call != "" {
			return nil, false
		}
		if isLocked(in) {
			locked = append(append([]string{}, locked...), in.text)
		}
		if strings.HasPrefix(in.text, "RET") {
			return locked, true
		}
		if !in.last {
			if l, ok := walk(at+1, locked); ok {
				return l, true
			}
		}
		if in.jump >= 0 {
			return walk(in.jump, locked)
		}
		return nil, false
	}
	return walk(0, nil)
}

func isLocked(in instruction) bool {
	return strings.HasPrefix(in.text, "LOCK") || strings.HasPrefix(in.text, "MFENCE") ||
		strings.HasPrefix(in.text, "XCHG") && strings.Contains(in.text, "(")
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

const ofThePackage = "github.com/be395dad/disruptor."

func TestTheFastPathsCallNothing(t *testing.T) {
	functions := disassemble(t)
	for _, c := range []struct {
		function string
		locked   string // the one locked instruction that it may have
	}{
		{"(*single).try", ""},
		{"(*single).publish", ""},
		{"(*multi).try", "CMPXCHG"},
		{"(*multi).wait", "CMPXCHG"},
		{"(*core).publish", ""},
		{"(*single).handOver", ""},
		{"(*core).handOver", ""},
		{"(*reader).done", ""},
		{"(*reader).look", ""},
	} {
		code := functions[ofThePackage+c.function]
		require.NotEmpty(t, code, c.function)
		locked, ok := fastPath(code)
		require.True(t, ok, "%s calls something on every way through it", c.function)
		for _, in := range locked {
			require.True(t, c.locked != "" && strings.Contains(in, c.locked), "%s executes %s", c.function, in)
		}
		if c.locked != "" {
			require.Len(t, locked, 1, c.function)
		}
	}
}

// storeRelease is a plain store to the compiler. What it made of it in each function that stores a mark, a position or a
// claim: the plain moves, in their order, and after them the look that belongs to the same edge, if there is one.
func TestEachReleaseIsOnePlainMoveWhereTheSourceHasIt(t *testing.T) {
	functions := disassemble(t)
	store := regexp.MustCompile(`^MOVQ [A-Z0-9]+, (0x[0-9a-f]+|0)?\(`)
	load := regexp.MustCompile(`^(MOVQ .*\(.*, [A-Z0-9]+|CMPQ .*\(.*, \$0x0)$`)
	for _, c := range []struct {
		function string
		stores   int
		offsets  []string // of a pair
	}{
		{"(*single).try", 1, nil},                 // claim, then closed
		{"(*single).publish", 1, nil},             // cursor, then alert
		{"(*core).publish", 1, nil},               // mark, then alert
		{"(*single).handOver", 1, nil},            // cursor, then alert
		{"(*core).handOver", 1, nil},              // mark, then alert
		{"(*core).abort", 1, nil},                 // mark, then alert
		{"(*reader).done", 2, []string{"0", "8"}}, // avail, position, then alert
		{"(*core).moved", 2, []string{"0", "8"}},  // the same
	} {
		var at []int
		var offsets []string
		code := functions[ofThePackage+c.function]
		for i, in := range code {
			if in.file != "atomic_amd64.go" {
				continue
			}
			require.False(t, isLocked(in), "%s: %s", c.function, in.text)
			if m := store.FindStringSubmatch(in.text); m != nil {
				at, offsets = append(at, i), append(offsets, strings.TrimPrefix(m[1], "0x"))
			}
		}
		require.Len(t, at, c.stores, "stores in %s", c.function)
		if c.offsets != nil {
			require.Equal(t, c.offsets, offsets, "avail first in %s", c.function)
		}
		// The first atomic load that can follow the last store is the look: nothing lies between them but straight code.
		last := at[len(at)-1]
		found := false
		for _, in := range code[last+1:] {
			require.Empty(t, in.call, "%s: %s between the store and the look", c.function, in.text)
			require.Equal(t, -1, in.jump, "%s: %s between the store and the look", c.function, in.text)
			if found = in.file == "type.go" && load.MatchString(in.text); found {
				break
			}
		}
		require.True(t, found, "%s: the look after the store", c.function)
		for _, in := range code[at[0]:last] {
			require.True(t, in.call == "" && in.jump < 0, "%s: %s between two stores", c.function, in.text)
		}
	}
}
