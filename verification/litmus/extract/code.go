package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An instruction is one line of the disassembly.
type instruction struct {
	pc   uint64
	at   place
	text string
	call string // the function called, or jumped to at the end; "" also for a call of a function value
	next []int  // indices of what may be executed next; none: the function returns, or panics
}

// build compiles the program for Linux, as users get it by default.
func build(arch string) (binary string, err error) {
	dir, err := os.MkdirTemp("", "litmus")
	if err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "program")
	_, err = goTool(arch, "build", "-trimpath", "-buildvcs=false", "-o", binary, "./verification/litmus/program")
	if err != nil {
		os.RemoveAll(dir)
	}
	return binary, err
}

func goTool(arch string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off")
	if args[0] == "tool" { // runs here
		cmd.Env = append(os.Environ(), "GOFLAGS=")
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// disassemble returns the instructions of the functions that are listed, by their local names.
func disassemble(binary, arch string) (map[string][]instruction, error) {
	text, err := goTool(arch, "tool", "objdump", "-s", `^(`+regexp.QuoteMeta(module)+`(/internal/\w+)?\.|sync/atomic\.CompareAndSwap)`, binary)
	if err != nil {
		return nil, err
	}
	found := map[string][]instruction{}
	for _, text := range strings.Split(text, "TEXT ")[1:] {
		lines := strings.Split(text, "\n")
		name := local(strings.TrimSuffix(strings.TrimSuffix(strings.Fields(lines[0])[0], "(SB)"), ".abi0"))
		if !slices.Contains(functions, name) { // it may have jumps that connect can't follow
			continue
		}
		var code []instruction
		for _, line := range lines[1:] {
			if f := strings.Fields(line); len(f) >= 4 {
				in, err := parse(f, arch)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				code = append(code, in)
			}
		}
		if err := connect(code); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		found[name] = code
	}
	return found, nil
}

// parse reads "file:line address code mnemonic operands".
func parse(f []string, arch string) (in instruction, err error) {
	file, line, _ := strings.Cut(f[0], ":")
	in.at.file = file
	if in.at.line, err = strconv.Atoi(line); err != nil {
		return in, err
	}
	if in.pc, err = strconv.ParseUint(f[1], 0, 64); err != nil {
		return in, err
	}
	in.text = strings.Join(f[3:], " ")
	if arch == "arm64" && in.text == "?" { // the disassembler knows no atomic instruction of ARMv8.1
		code, err := strconv.ParseUint(f[2], 16, 32)
		if err != nil {
			return in, err
		}
		in.text = decodeLSE(uint32(code))
	}
	return in, nil
}

var target = regexp.MustCompile(`(?:(0x[0-9a-f]+)|(-?\d+)\(PC\))$`)

// connect fills in call and next.
func connect(code []instruction) error {
	index := map[uint64]int{}
	for i, in := range code {
		index[in.pc] = i
	}
	for i := range code {
		in := &code[i]
		op, operands, _ := strings.Cut(in.text, " ")
		if op == "RET" || op == "UD2" || op == "UNDEF" || op == "?" {
			continue
		}
		through := op != "JMP" && op != "B"
		if op == "CALL" || !through && strings.HasSuffix(operands, "(SB)") {
			in.call = strings.TrimSuffix(strings.TrimSuffix(operands, "(SB)"), ".abi0")
			if !strings.HasSuffix(operands, "(SB)") {
				in.call = ""
			}
			// More stack, and from the start again; and what panics.
			if strings.HasPrefix(in.call, "runtime.morestack") || strings.HasPrefix(in.call, "runtime.panic") ||
				strings.HasPrefix(in.call, "runtime.gopanic") || strings.HasPrefix(in.call, "runtime.deferreturn") {
				through = false
			}
		} else if t := jump(in, op, operands, index); t >= 0 {
			in.next = append(in.next, t)
		} else if !through {
			return fmt.Errorf("%s at %#x: a jump to where?", in.text, in.pc)
		}
		if through && i+1 < len(code) {
			in.next = append(in.next, i+1)
		}
	}
	return nil
}

// jump returns the index to which a jump goes, or -1.
func jump(in *instruction, op, operands string, index map[uint64]int) int {
	branch := op[0] == 'J' || op[0] == 'B' && op != "BFI" && op != "BFX" && !strings.HasPrefix(op, "BT") &&
		!strings.HasPrefix(op, "BS") && !strings.HasPrefix(op, "BIC") ||
		strings.HasPrefix(op, "CBZ") || strings.HasPrefix(op, "CBNZ") || strings.HasPrefix(op, "TBZ") ||
		strings.HasPrefix(op, "TBNZ")
	m := target.FindStringSubmatch(operands)
	if !branch || m == nil {
		return -1
	}
	var to uint64
	if m[1] != "" {
		to, _ = strconv.ParseUint(m[1], 0, 64)
	} else {
		n, _ := strconv.ParseInt(m[2], 10, 64)
		to = in.pc + uint64(4*n)
	}
	if i, ok := index[to]; ok {
		return i
	}
	return -1
}

// decodeLSE returns the text of an atomic instruction of ARMv8.1, as Go's assembler calls it, or "?".
func decodeLSE(code uint32) string {
	size := [4]string{"B", "H", "W", "D"}[code>>30]
	order := [4]string{"", "L", "A", "AL"}
	switch {
	case code&0x3fa07c00 == 0x08a07c00:
		return "CAS" + order[code>>22&1<<1|code>>15&1] + size + " r, (m), r"
	case code&0x3f208c00 == 0x38200000:
		name := [8]string{"LDADD", "LDCLR", "LDEOR", "LDOR", "LDSMAX", "LDSMIN", "LDUMAX", "LDUMIN"}[code>>12&7]
		return name + order[code>>22&3] + size + " r, (m), r"
	case code&0x3f20fc00 == 0x38208000:
		return "SWP" + order[code>>22&3] + size + " r, (m), r"
	case code&0x3fe0fc00 == 0x38a0c000:
		return "LDAPR" + size + " (m), r"
	}
	return "?"
}
