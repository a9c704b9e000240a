package objectcode

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An Instruction is one instruction of a function. Source lines are left out: releases of Go
// differ in the lines that they name for inlined code.
type Instruction struct {
	Text string
	Call string // the function called, without the path of its package
	Jump int    // index of the target, or -1
	Last bool   // control does not reach the next one
}

// Code is the instructions of a function.
type Code []Instruction

// Functions has the code of each function, by its name with the path of its package.
type Functions map[string]Code

// Of returns the code of a function. It fails the test if there is none: the compiler may have
// inlined the function everywhere.
func (f Functions) Of(t *testing.T, name string) Code {
	t.Helper()
	require.NotEmpty(t, f[name], "%s is no function of the program", name)
	return f[name]
}

// parse reads the output of objdump.
func parse(text string) Functions {
	functions := Functions{}
	for _, text := range strings.Split(text, "TEXT ")[1:] {
		lines := strings.Split(text, "\n")
		name, _, _ := strings.Cut(lines[0], "(SB)")
		var code Code
		index := map[string]int{}
		for _, line := range lines[1:] {
			if f := strings.Fields(line); len(f) >= 4 {
				index[f[1]] = len(code)
				code = append(code, Instruction{Text: strings.Join(f[3:], " "), Jump: -1})
			}
		}
		for i := range code {
			op, operand, _ := strings.Cut(code[i].Text, " ")
			switch {
			case op == "CALL":
				code[i].Call = callee(operand)
			case op == "RET" || op == "UD2" || op == "INT":
				code[i].Last = true
			case strings.HasPrefix(op, "J"):
				target, here := index[operand]
				if !here { // a tail call, or the loop back to the entry after more stack
					code[i].Call, code[i].Last = callee(operand), true
					break
				}
				code[i].Jump, code[i].Last = target, op == "JMP"
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

// Locked reports whether the instruction drains the store buffer.
func (in Instruction) Locked() bool {
	return strings.HasPrefix(in.Text, "LOCK") || strings.HasPrefix(in.Text, "MFENCE") ||
		strings.HasPrefix(in.Text, "XCHG") && strings.Contains(in.Text, "(")
}

// Straight reports whether control always goes on to the next instruction.
func (in Instruction) Straight() bool { return in.Call == "" && in.Jump < 0 && !in.Last }

// Returns reports whether the instruction ends the function.
func (in Instruction) Returns() bool { return strings.HasPrefix(in.Text, "RET") }

// Calls returns the indexes of the calls of a function.
func (c Code) Calls(function string) (at []int) {
	for i, in := range c {
		if in.Call == function {
			at = append(at, i)
		}
	}
	return at
}
