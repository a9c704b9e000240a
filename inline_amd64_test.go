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

// An instruction of a function. Its source line is of no use here: releases of Go differ in which they name for what was
// inlined.
type instruction struct {
	text string
	call string // the function called, without its package
	jump int    // index of the target, or -1
	last bool   // control does not reach the next one
}

// disassemble returns the instructions of each function, by name.
func disassemble(t *testing.T, b userBuild) map[string][]instruction {
	t.Helper()
	check, err := b.make()
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
				code = append(code, instruction{text: strings.Join(f[3:], " "), jump: -1})
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
	functions := disassemble(t, users)
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
	if !users.plain {
		t.Skip("each release is a locked instruction with this compiler")
	}
	functions := disassemble(t, users)
	for _, c := range []struct {
		function string
		locked   string // the one locked instruction that it may have
	}{
		{"(*single).try", ""},
		{"(*single).publish", ""},
		{"(*multi).try", "CMPXCHG"},
		{"(*multi).wait", "CMPXCHG"},
		{"(*multi).publish", ""},
		{"(*single).handOver", ""},
		{"(*multi).handOver", ""},
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
// claim: the plain moves, in their order, and after them the look that belongs to the same edge.
func TestEachReleaseIsOnePlainMoveWhereTheSourceHasIt(t *testing.T) {
	if !users.plain {
		t.Skip("this compiler is not trusted with it")
	}
	requireReleases(t, users)
}

func TestEachReleaseIsSyncAtomicsWhereTheCompilerIsNew(t *testing.T) { requireReleases(t, newer) }

func requireReleases(t *testing.T, b userBuild) {
	functions := disassemble(t, b)
	one, pair := []string{"0x0"}, []string{"0x0", "0x8"}
	for _, c := range []struct {
		function string
		offsets  []string // of the stores, without an index
	}{
		{"(*single).try", one},      // claim, then closed
		{"(*single).wait", one},     // the same
		{"(*single).publish", one},  // cursor, then alert
		{"(*multi).publish", one},   // mark, then alert
		{"(*single).handOver", one}, // cursor, then alert
		{"(*multi).handOver", one},  // mark, then alert
		{"(*multi).abort", one},     // mark, then alert
		{"(*reader).done", pair},    // avail, position, then alert
		{"(*core).moved", pair},     // the same
	} {
		code := functions[ofThePackage+c.function]
		require.NotEmpty(t, code, c.function)
		var at []int
		var offsets []string
		for i, in := range code {
			m, stores := storeTo(in)
			stores = stores && isShared(code, i, m)
			require.Equal(t, stores && !b.plain, isLocked(in), "%s: %s", c.function, in.text)
			if stores {
				at, offsets = append(at, i), append(offsets, m.offset)
			}
		}
		require.Equal(t, c.offsets, offsets, "stores to shared memory in %s", c.function)
		last := at[len(at)-1]
		for _, in := range code[at[0]:last] {
			require.True(t, in.call == "" && in.jump < 0 && !in.last, "%s: %s between two stores", c.function, in.text)
		}
		requireLook(t, c.function, code, last)
	}
}

// requireLook fails unless the next access to shared memory after the store at last is a load of which the code asks next
// whether it is 0, and nothing lies between them but straight code.
func requireLook(t *testing.T, function string, code []instruction, last int) {
	t.Helper()
	for i := last + 1; i < len(code); i++ {
		in := code[i]
		require.True(t, in.call == "" && in.jump < 0 && !in.last, "%s: %s between the store and the look", function, in.text)
		m, ok := accessed(in)
		if !ok || !isShared(code, i, m) {
			continue
		}
		if compared, zero := strings.CutSuffix(in.text, ", $0x0"); zero && strings.HasPrefix(compared, "CMPQ ") {
			return
		}
		require.Regexp(t, `^MOVQ .*\), [A-Z0-9]+$`, in.text, "%s: the look after the store", function)
		value := written(in)
		for i++; strings.HasPrefix(code[i].text, "NOP"); i++ {
		}
		require.Equal(t, "TESTQ "+value+", "+value, code[i].text, "%s: what becomes of %s", function, in.text)
		return
	}
	require.Fail(t, "no look after the store", function)
}

// The join edge needs a fence between the positions and the second look at the list, in each call: no test of what the
// ring does finds it missing every time.
func TestTheGateFencesBeforeItReadsTheListAgain(t *testing.T) {
	if !users.plain {
		t.Skip("each store is a locked instruction with this compiler")
	}
	code := disassemble(t, users)[ofThePackage+"(*core).slowest"]
	require.NotEmpty(t, code)
	const none = -1 // no fence yet
	type state struct{ at, loads int }
	seen, returns := map[state]bool{}, 0
	var walk func(at, loads int) // loads of shared memory since the last fence
	walk = func(at, loads int) {
		if at >= len(code) || seen[state{at, loads}] {
			return
		}
		seen[state{at, loads}] = true
		in := code[at]
		m, ok := accessed(in)
		switch {
		case isLocked(in):
			loads = 0
		case in.call != "":
			loads = none // of publishedEnd, which has loads of its own
		case ok && m.base != "SP" && loads != none && loads < 3:
			loads++
		}
		if strings.HasPrefix(in.text, "RET") {
			returns++
			require.Equal(t, 1, loads, "loads between the fence and the return: the list, and nothing that was to precede it")
		}
		if in.jump >= 0 {
			walk(in.jump, loads)
		}
		if !in.last {
			walk(at+1, loads)
		}
	}
	walk(0, none)
	require.Positive(t, returns)
}

// What a caller did to the slots stays ahead of the release because that is made in a function of its own: no compiler
// moves accesses to memory across a call of which it knows nothing.
func TestWhatIsWrittenToASlotLiesBeforeTheCallThatReleasesIt(t *testing.T) {
	functions := disassemble(t, users)
	for _, c := range []struct {
		function string
		release  string
		writes   bool // the slot is written in this function, and not by its caller
	}{
		{"main.singlePublish", "(*single).publish", false},
		{"main.multiPublish", "(*multi).publish", false},
		{"main.multiAbort", "(*multi).abort", false},
		{"main.consumerDone", "(*reader).done", false},
		{ofThePackage + "(*SingleProducer[go.shape.int]).TrySend", "(*single).handOver", true},
		{ofThePackage + "(*SingleProducer[go.shape.int]).Send", "(*single).handOver", true},
		{ofThePackage + "(*MultiProducer[go.shape.int]).TrySend", "(*multi).handOver", true},
		{ofThePackage + "(*MultiProducer[go.shape.int]).Send", "(*multi).handOver", true},
	} {
		code := functions[c.function]
		require.NotEmpty(t, code, c.function)
		var released, written []int
		for i, in := range code {
			if in.call == "disruptor."+c.release {
				released = append(released, i)
			}
			if m, ok := storeTo(in); ok && isShared(code, i, m) {
				written = append(written, i)
			}
		}
		require.Len(t, released, 1, "calls of %s in %s", c.release, c.function)
		require.Equal(t, c.writes, len(written) > 0, c.function)
		for _, i := range written {
			require.Less(t, i, released[0], "%s: %s behind the release", c.function, code[i].text)
		}
	}
}

// A memory operand.
type operand struct{ offset, base string }

var memoryOperand = regexp.MustCompile(`(?:^|[ ,])(-?(?:0x[0-9a-f]+|[0-9]+))?\(([A-Z0-9]+)\)(?:\([A-Z0-9]+\*[1248]\))?`)

// accessed returns the memory that an instruction reads or writes.
func accessed(in instruction) (operand, bool) {
	op, _, _ := strings.Cut(in.text, " ")
	m := memoryOperand.FindStringSubmatch(in.text)
	if m == nil || strings.HasPrefix(op, "LEA") || strings.HasPrefix(op, "NOP") {
		return operand{}, false
	}
	offset := m[1]
	if offset == "" || offset == "0" {
		offset = "0x0"
	}
	return operand{offset, m[2]}, true
}

// storeTo returns the memory that a store writes: a move, or the exchange that sync/atomic stores with.
func storeTo(in instruction) (operand, bool) {
	if op, _, _ := strings.Cut(in.text, " "); !strings.HasSuffix(in.text, ")") || !strings.HasPrefix(op, "MOV") && op != "XCHGQ" {
		return operand{}, false
	}
	return accessed(in)
}

// written returns the register that an instruction leaves its result in, or "".
func written(in instruction) string {
	op, operands, _ := strings.Cut(in.text, " ")
	for _, none := range []string{"CMP", "TEST", "PUSH", "NOP", "J", "CALL"} {
		if strings.HasPrefix(op, none) {
			return ""
		}
	}
	to := operands[strings.LastIndex(operands, " ")+1:]
	if strings.Contains(to, "(") {
		return ""
	}
	return to
}

// isShared reports whether m, accessed by the instruction at i, is reached by a pointer that the function has loaded, or of
// which nothing is known. The rest is the stack, and the fields of the receiver and of other arguments, which belong to
// who calls: words that goroutines share are all behind a pointer.
func isShared(code []instruction, i int, m operand) bool {
	base := m.base
	for i--; base != "SP" && i >= 0; i-- {
		in := code[i]
		if in.call != "" && !strings.Contains(in.call, "panic") { // from which control does not come
			return true
		}
		if written(in) != base {
			continue
		}
		op, operands, _ := strings.Cut(in.text, " ")
		from, to, _ := strings.Cut(operands, ", ")
		switch {
		case op == "MOVQ" && !strings.Contains(from, "("):
			base = from
		case op == "MOVQ":
			loaded, _ := accessed(in)
			return loaded.base != "SP"
		case op == "LEAQ":
			base = memoryOperand.FindStringSubmatch(from)[2]
		case op == "ADDQ" && strings.HasPrefix(from, "$"):
			base = to
		default:
			return true
		}
	}
	return false
}
