// Command extract writes the compiled memory accesses of the functions that the litmus tests are
// about to sequences-amd64.txt and sequences-arm64.txt, in verification/litmus. Run it in the
// root of the repository.
//
//	go run ./verification/litmus/extract          writes the two files
//	go run ./verification/litmus/extract -check   fails if they are not what the code compiles to now
//
// It leaves out registers and offsets, and lists the accesses in the order of control, not of
// addresses: another allocation of registers or layout of blocks changes nothing. Each access
// has the Go expression from which it came.
//
// In both modes it then compares each litmus test with these files: an instruction that a test
// cites from a function must be there.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const folder = "verification/litmus"

func main() {
	check := flag.Bool("check", false, "compare with the files instead of writing them")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	source, err := parseSource(packages...)
	if err != nil {
		return err
	}
	found := map[string]string{}
	for _, arch := range []string{"amd64", "arm64"} {
		code, err := sequences(source, arch)
		if err != nil {
			return fmt.Errorf("%s: %w", arch, err)
		}
		found[arch] = code
		file := filepath.Join(folder, "sequences-"+arch+".txt")
		if !check {
			if err := os.WriteFile(file, []byte(code), 0o644); err != nil {
				return err
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if diff := compare(string(want), code); diff != "" {
			return fmt.Errorf("%s is not what the code compiles to:\n%s\nDo the litmus tests still speak of it? "+
				"Then run extract without -check", file, diff)
		}
	}
	return checkTests(folder, found)
}

// sequences returns the text of one CPU's file.
func sequences(source source, arch string) (string, error) {
	binary, err := build(arch)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(filepath.Dir(binary))
	code, err := disassemble(binary, arch)
	if err != nil {
		return "", err
	}
	inlined, err := readFrames(binary)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Accesses to shared memory, and calls, for %s; what may come next is behind the arrow.\n", arch)
	for _, name := range functions {
		if slices.Contains(absent[arch], name) {
			if code[name] != nil {
				return "", fmt.Errorf("%s is in the program", name)
			}
			continue
		}
		body, ok := code[name]
		if !ok {
			return "", fmt.Errorf("%s is not in the program", name)
		}
		fmt.Fprintf(&out, "\n%s\n", short(name))
		events := findEvents(name, body, inlined, source)
		if len(events) == 0 {
			return "", fmt.Errorf("%s accesses no shared memory", name)
		}
		out.WriteString(order(body, events))
	}
	return out.String(), nil
}

// compare returns the lines that differ, each with its function.
func compare(want, got string) string {
	count := map[string]int{}
	for _, line := range sections(want) {
		count[line]++
	}
	var more []string
	for _, line := range sections(got) {
		if count[line]--; count[line] < 0 {
			more = append(more, "+ "+line)
		}
	}
	var less []string
	for _, line := range sections(want) {
		if count[line] > 0 {
			count[line]--
			less = append(less, "- "+line)
		}
	}
	if want != got && len(more)+len(less) == 0 {
		more = append(more, "the order of functions or of accesses")
	}
	return strings.Join(append(less, more...), "\n")
}

// sections returns the lines of a file, each behind the name of its function.
func sections(text string) (lines []string) {
	function := ""
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "\t") {
			function = line
		}
		lines = append(lines, function+": "+strings.TrimSpace(line))
	}
	return lines
}
