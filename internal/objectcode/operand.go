package objectcode

import (
	"regexp"
	"strings"
)

// An Operand is a memory operand without its index.
type Operand struct{ Offset, Base string }

var memoryOperand = regexp.MustCompile(`(?:^|[ ,])(-?(?:0x[0-9a-f]+|[0-9]+))?\(([A-Z0-9]+)\)(?:\([A-Z0-9]+\*[1248]\))?`)

// Accessed returns the memory that an instruction reads or writes.
func (in Instruction) Accessed() (Operand, bool) {
	op, _, _ := strings.Cut(in.Text, " ")
	m := memoryOperand.FindStringSubmatch(in.Text)
	if m == nil || strings.HasPrefix(op, "LEA") || strings.HasPrefix(op, "NOP") {
		return Operand{}, false
	}
	offset := m[1]
	if offset == "" || offset == "0" {
		offset = "0x0"
	}
	return Operand{offset, m[2]}, true
}

// Stored returns the memory that a store writes: a move, or the exchange that sync/atomic stores with.
func (in Instruction) Stored() (Operand, bool) {
	if op, _, _ := strings.Cut(in.Text, " "); !strings.HasSuffix(in.Text, ")") || !strings.HasPrefix(op, "MOV") && op != "XCHGQ" {
		return Operand{}, false
	}
	return in.Accessed()
}

// Written returns the register in which an instruction leaves its result, or "".
func (in Instruction) Written() string {
	op, operands, _ := strings.Cut(in.Text, " ")
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

// An Origin says where a pointer comes from.
type Origin struct {
	Kind   OriginKind
	Loaded Operand // if it was loaded
}

// OriginKind is a kind of origin.
type OriginKind uint8

const (
	Given    OriginKind = iota // an argument, or the stack
	Loaded                     // from memory
	Computed                   // by other instructions, or unknown
)

// Origin returns where the base of m, the operand of the instruction at i, comes from.
func (c Code) Origin(i int, m Operand) Origin {
	base := m.Base
	for i--; base != "SP" && i >= 0; i-- {
		in := c[i]
		switch {
		case strings.HasPrefix(in.Call, "runtime.gcWriteBarrier"):
			// It returns a buffer of the garbage collector in R11, and changes no other register.
			if base == "R11" {
				return Origin{}
			}
			continue
		case in.Call != "" && !strings.Contains(in.Call, "panic"): // from which control does not come
			return Origin{Kind: Computed}
		}
		if in.Written() != base {
			continue
		}
		op, operands, _ := strings.Cut(in.Text, " ")
		from, to, _ := strings.Cut(operands, ", ")
		switch {
		case op == "MOVQ" && !strings.Contains(from, "("):
			base = from
		case op == "MOVQ":
			loaded, _ := in.Accessed()
			return Origin{Loaded, loaded}
		case op == "LEAQ" && memoryOperand.MatchString(from):
			base = memoryOperand.FindStringSubmatch(from)[2]
		case op == "ADDQ" && strings.HasPrefix(from, "$"):
			base = to
		default:
			return Origin{Kind: Computed}
		}
	}
	return Origin{}
}

// Shared reports whether the function has loaded the pointer that leads to m, the operand of the
// instruction at i, or nothing is known of that pointer. All other operands are on the stack, or
// are fields of the receiver and of other arguments, which belong to the caller: all words that
// goroutines share are behind a pointer.
func (c Code) Shared(i int, m Operand) bool {
	origin := c.Origin(i, m)
	return origin.Kind == Computed || origin.Kind == Loaded && origin.Loaded.Base != "SP"
}

// SharedStores returns the indexes of the stores to shared memory.
func (c Code) SharedStores() (at []int) {
	for i, in := range c {
		if m, ok := in.Stored(); ok && c.Shared(i, m) {
			at = append(at, i)
		}
	}
	return at
}
