package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	killed   = "killed"
	survived = "SURVIVED"

	// timeout ends a test that hangs. The tests in the table notice a lost wake-up sooner: they
	// count it, or run in a bubble, which fails when all goroutines sleep.
	timeout = "60s"

	// attempts is how often a break is given its chance: some tests find it only while two CPUs are at work at once.
	attempts = 3
)

// testFiles are, by folder, the files with the tests in the table and with the helpers they use.
// Builds leave out the others, to take less time.
var testFiles = map[string][]string{
	".": {
		"helpers_test.go", "wait_test.go", "wait_sync_test.go", "wait_alert_test.go", "wait_learn_test.go",
		"wait_break_litmus_test.go", "sleepers_test.go", "hooks_test.go", "inline_test.go", "inline_amd64_test.go",
		"machine_test.go", "members_test.go", "marks_test.go", "runway_test.go",
		"crew_test.go", "hooks_group_test.go", "hooks_keyed_test.go", "seats_test.go", "seats_litmus_test.go",
		"lossy_hooks_test.go", "pin_test.go", "ready_test.go", "hooks_ready_test.go", "hooks_run_test.go", "fuzz_test.go",
	},
	"internal/behaviour": {
		"main_test.go", "wakes_test.go", "woken_test.go", "twice_test.go", "handedon_test.go", "overflow_test.go", "overflow_wait_test.go",
		"shutdown_test.go", "failure_test.go", "failurepolicy_test.go", "failurepolicy_ends_test.go",
		"group_test.go", "group_leave_test.go", "group_wakes_test.go", "group_handlers_test.go",
		"keyed_test.go", "keyed_wakes_test.go", "keyed_ends_test.go",
		"lossy_test.go", "lossy_wakes_test.go",
	},
	"internal/machine": {"atomic_test.go", "hint_test.go"},
	"internal/waiting": {"wait_test.go", "giveway_test.go", "patience_test.go"},
}

// A workshop builds the tests of a folder with one file of the module changed, and runs them.
type workshop struct {
	root string // of the module
	temp string

	// goenv configures the go command for the tests that start it themselves, to look at machine
	// code. It makes them build the broken source too. They clear GOFLAGS, so its value comes
	// from this file.
	goenv string
}

func newWorkshop() (*workshop, error) {
	root, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/be395dad/disruptor").Output()
	if err != nil {
		return nil, fmt.Errorf("run it inside the module: %w", err)
	}
	temp, err := os.MkdirTemp("", "breaks")
	if err != nil {
		return nil, err
	}
	w := &workshop{root: strings.TrimSpace(string(root)), temp: temp, goenv: filepath.Join(temp, "env")}
	return w, w.writeEnv()
}

// writeEnv writes goenv: the user's own, and the overlay.
func (w *workshop) writeEnv() error {
	name, err := exec.Command("go", "env", "GOENV").Output()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(strings.TrimSpace(string(name)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "GOFLAGS=") {
			lines = append(lines, line)
		}
	}
	lines = append(lines, "GOFLAGS=-overlay="+w.overlay(), "")
	return os.WriteFile(w.goenv, []byte(strings.Join(lines, "\n")), 0o600)
}

func (w *workshop) close() { os.RemoveAll(w.temp) }

// passes returns an error if a test fails on the unbroken source: then it would prove nothing.
func (w *workshop) passes(breaks []breakage) error {
	binaries := map[string]string{}
	seen := map[string]bool{}
	for _, b := range breaks {
		if seen[b.test] {
			continue
		}
		seen[b.test] = true
		build := b.folder() + " " + b.tags()
		if binaries[build] == "" {
			binary, err := w.build(b, nil)
			if err != nil {
				return err
			}
			binaries[build] = binary
		}
		failure, err := w.run(b, binaries[build])
		if err != nil {
			return err
		}
		if failure != "" {
			return fmt.Errorf("%s fails on the unbroken source:\n%s", b.test, failure)
		}
	}
	fmt.Printf("%d patterns of tests pass on the unbroken source\n", len(seen))
	return nil
}

// try returns whether the test of b notices it.
func (w *workshop) try(b breakage) (verdict string, err error) {
	broken, err := w.breakFile(b)
	if err != nil {
		return "", err
	}
	binary, err := w.build(b, broken)
	if err != nil {
		return "", fmt.Errorf("a break must compile: %w", err)
	}
	for range attempts {
		failure, err := w.run(b, binary)
		if err != nil {
			return "", err
		}
		if failure != "" {
			return killed, nil
		}
	}
	return survived, nil
}

// breakFile writes the broken file and returns it as a replacement of the real one.
func (w *workshop) breakFile(b breakage) (replace map[string]string, err error) {
	real := filepath.Join(w.root, b.file)
	source, err := os.ReadFile(real)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(b.old)); n != 1 {
		return nil, fmt.Errorf("%s has this text %d times, and not once:\n%s", b.file, n, b.old)
	}
	broken := filepath.Join(w.temp, filepath.Base(b.file))
	err = os.WriteFile(broken, bytes.Replace(source, []byte(b.old), []byte(b.new), 1), 0o600)
	return map[string]string{real: broken}, err
}

// build compiles the tests that b needs with files replaced.
func (w *workshop) build(b breakage, replace map[string]string) (binary string, err error) {
	folder := b.folder()
	tests, err := filepath.Glob(filepath.Join(w.root, folder, "*_test.go"))
	if err != nil {
		return "", err
	}
	all := map[string]string{}
	maps.Copy(all, replace)
	for _, name := range tests {
		if !slices.Contains(testFiles[folder], filepath.Base(name)) {
			all[name] = "" // to the compiler it does not exist
		}
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": all})
	if err != nil {
		return "", err
	}
	overlay := w.overlay()
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(w.temp, filepath.Base(folder)+b.tags()+".test.exe")
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-tags="+b.tags(), "-overlay="+overlay, "-o", binary, "./"+folder)
	cmd.Dir = w.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
}

func (w *workshop) overlay() string { return filepath.Join(w.temp, "overlay.json") }

// run returns the output of the tests of b if they fail, and "" if they pass.
func (w *workshop) run(b breakage, binary string) (failure string, err error) {
	cmd := exec.Command(binary, "-test.timeout="+timeout, "-test.run="+b.test)
	cmd.Dir = filepath.Join(w.root, b.folder()) // where tests expect to run
	cmd.Env = append(os.Environ(), "GOENV="+w.goenv)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return string(out), nil
	case err != nil:
		return "", err
	case bytes.Contains(out, []byte("no tests to run")):
		return "", fmt.Errorf("no test matches %s", b.test)
	}
	return "", nil
}
