package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	cited  = regexp.MustCompile(`(?m)^\s*from ([\w.]+): (.+?)\s*$`)
	ranked = regexp.MustCompile(`^\d+: (.*) -> [^>]*$`)
)

// checkTests fails if a litmus test cites an instruction that its function does not have. A citation is a line
//
//	from core.publish: MOVQ r, (r)(r*1)  # c.at(from).storeRelease(to)
//
// in the comment at the top. It must be a line of the sequences of the test's CPU.
func checkTests(folder string, found map[string]string) error {
	have := map[string]map[string]bool{}
	for arch, text := range found {
		have[arch] = map[string]bool{}
		for _, line := range sections(text) {
			function, line, _ := strings.Cut(line, ": ")
			if m := ranked.FindStringSubmatch(line); m != nil {
				have[arch][function+": "+m[1]] = true
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.litmus"))
	if err != nil {
		return err
	}
	var stale []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		arch := "arm64"
		if strings.HasPrefix(string(text), "X86_64") {
			arch = "amd64"
		}
		citations := cited.FindAllStringSubmatch(string(text), -1)
		if len(citations) == 0 {
			stale = append(stale, filepath.Base(file)+" cites nothing")
		}
		for _, c := range citations {
			if line := c[1] + ": " + c[2]; !have[arch][line] {
				stale = append(stale, fmt.Sprintf("%s cites %q, which %s has not", filepath.Base(file), line, arch))
			}
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("litmus tests that speak of other code:\n%s", strings.Join(stale, "\n"))
	}
	return nil
}
