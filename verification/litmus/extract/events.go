package main

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// An event is an access to shared memory that the protocol relies on, or a call.
type event struct {
	text  string  // the instruction, without its registers
	from  string  // the Go expression
	lines []place // where in the source, the outermost function first
}

// key is the same for copies of one access that the compiler has made.
func (e *event) key() string {
	return e.text + "\x00" + e.from + "\x00" + fmt.Sprint(e.lines)
}

// findEvents returns the events of the function name by the index of their instruction.
func findEvents(name string, body []instruction, inlined frames, s source) map[int]*event {
	events := map[int]*event{}
	for i, in := range body {
		chain := inlined.at(in.pc)
		inner := name // the function whose text the instruction comes from
		if len(chain) > 0 {
			inner = local(chain[len(chain)-1].function)
		}
		if folder := folderOf(inner); folder != "." { // the disassembler leaves it out
			in.at.file = path.Base(folder) + "/" + in.at.file
		}
		op, operands, _ := strings.Cut(in.text, " ")
		switch {
		case op == "CALL" && in.call == "":
			events[i] = newEvent("CALL (m)", "", chain, in.at, s)
		case in.call != "":
			if counts(in.call) {
				events[i] = newEvent("CALL "+short(in.call), method(in.call), chain, in.at, s)
			}
		case ordered(op, operands) || plainAccess(op, operands) && inPrimitive(chain):
			events[i] = newEvent(normal(in.text), method(name), chain, in.at, s)
		}
	}
	return events
}

// newEvent names an event by the call of the first primitive of the chain; if there is none in it, by the call of callee
// ("" for a function value) at the place of the instruction.
func newEvent(text, callee string, chain []frame, at place, s source) *event {
	e := &event{text: text}
	within := "" // the inlined function that the expression stands in
	for _, f := range chain {
		e.lines = append(e.lines, f.call)
		if e.from == "" && primitive(f.function) {
			e.from = within + s.at(f.call, method(f.function))
		}
		within = method(f.function) + ": "
	}
	e.lines = append(e.lines, at)
	which := "" // of the two stores of a pair
	for i, f := range chain {
		if f.function == machine+"StoreReleasePair" || f.function == machine+"storeReleasePairGeneric" {
			which = ": " + s.lines[e.lines[i+1]]
		}
	}
	if e.from == "" {
		e.from = within + s.at(at, callee)
	}
	if e.from == "" {
		e.from = "a deferred call"
	}
	e.from = strings.ReplaceAll(e.from+which, "(*", "( *") // which begins a comment in a litmus test
	return e
}

func inPrimitive(chain []frame) bool {
	for _, f := range chain {
		if primitive(f.function) {
			return true
		}
	}
	return false
}

var (
	orderedOp = regexp.MustCompile(`^(LOCK|MFENCE|LFENCE|SFENCE|CMPXCHG\w*|XADD\w*|LDA[PX]?R\w*|LDAXP\w*|STLX?[RP]\w*|` +
		`CAS\w*|SWP\w*|LDADD\w*|LDCLR\w*|LDEOR\w*|LDOR\w*|LDXR\w*|STXR\w*|DMB|DSB|ISB)$`)
	plainOp  = regexp.MustCompile(`^(V?MOV\w*(\.[PW])?|LDP|STP|(CMP|ADD|SUB|AND|OR|XOR|INC|DEC)[BWLQ])$`)
	memory   = regexp.MustCompile(`(-?(0x[0-9a-f]+|\d+)|[\w./]+\.\w+)?\([A-Z0-9]+\)(\([A-Z0-9]+[^)]*\))?`)
	register = regexp.MustCompile(`\b(R\d+[BWL]?|[A-D][XLH]|[SD]IL?|BPL?|ZR)\b`)
)

// ordered reports whether an instruction orders anything by itself.
func ordered(op, operands string) bool {
	return orderedOp.MatchString(op) || strings.HasPrefix(op, "XCHG") && strings.Contains(operands, "(")
}

// plainAccess reports whether an instruction is a plain access to memory other than the stack, and neither a check for a
// nil pointer nor the look whether the CPU has ARMv8.1 (both go by way of R27).
func plainAccess(op, operands string) bool {
	return plainOp.MatchString(op) && memory.MatchString(operands) && !strings.Contains(operands, "SP)") &&
		!strings.Contains(operands, "R27")
}

// normal leaves out registers, and how an address is made up.
func normal(text string) string {
	return register.ReplaceAllString(memory.ReplaceAllString(text, "(m)"), "r")
}
