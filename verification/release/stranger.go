package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A user has a home with its own module cache, empty at first, and runs commands.
type user struct {
	home  string
	proxy string
	limit time.Duration // for each command
	dir   string        // working directory
}

// run runs a command, and prints it with its output and its duration. It returns the output.
func (u *user) run(args ...string) (string, error) {
	bin := filepath.Join(u.home, "bin")
	// Killed alone, go run would leave the program behind that it runs; timeout ends both.
	seconds := fmt.Sprintf("%.0f", u.limit.Seconds())
	script := append([]string{"--kill-after=10", seconds}, args...)
	cmd := exec.Command("timeout", script...)
	cmd.Dir = u.dir
	cmd.Env = append(os.Environ(),
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"GOBIN="+bin,
		"GOMODCACHE="+filepath.Join(u.home, "mod"),
		"GOPROXY="+u.proxy,
		"GOENV=off",  // nobody's settings but these,
		"GOPRIVATE=", // and no module that is taken past the proxy
		"GONOPROXY=",
		"GONOSUMDB="+library, // the checksum database has not heard of this version
		"GOFLAGS=-modcacherw",
		"GOWORK=off",
	)
	var out bytes.Buffer
	cmd.Stdout = io.MultiWriter(os.Stdout, &out)
	cmd.Stderr = cmd.Stdout
	line := strings.Join(args, " ")
	fmt.Println("$", line)
	began := time.Now()
	err := cmd.Run()
	fmt.Printf("# %.1f s\n", time.Since(began).Seconds())
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && (exit.ExitCode() == 124 || exit.ExitCode() == 137):
		err = fmt.Errorf("%s: not done after %v", line, u.limit)
	case err != nil:
		err = fmt.Errorf("%s: %w", line, err)
	}
	return out.String(), err
}

// expect is run for a command that succeeds and says what is wanted.
func (u *user) expect(wanted string, args ...string) error {
	out, err := u.run(args...)
	if err == nil && !strings.Contains(out, wanted) {
		err = fmt.Errorf("%s: %q is not in what it says", strings.Join(args, " "), wanted)
	}
	return err
}

// programs are those of a user of the library. In example.go, the first block of Go in README.md
// replaces the line around.
//
//go:embed testdata/*.go
var programs embed.FS

const around = "// README.md\n"

// visit does what a stranger does in the first ten minutes.
func visit(u *user, readme, version string) error {
	example, err := firstBlock(readme)
	if err != nil {
		return err
	}
	u.dir = filepath.Join(u.home, "hello")
	for _, name := range []string{"example", "copied"} {
		source, err := programs.ReadFile("testdata/" + name + ".go")
		if err != nil {
			return err
		}
		text := strings.Replace(string(source), around, example, 1)
		if err := os.MkdirAll(filepath.Join(u.dir, name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(u.dir, name, "main.go"), []byte(text), 0o666); err != nil {
			return err
		}
	}
	tool := library + "/cmd/disruptor"
	if _, err := u.run("go", "mod", "init", "hello"); err != nil {
		return err
	}
	if _, err := u.run("go", "get", library+"@"+version); err != nil {
		return err
	}
	if err := u.expect("332833500", "go", "run", "./example"); err != nil {
		return fmt.Errorf("the example of README.md, in verification/release/testdata/example.go: %w", err)
	}
	if _, err := u.run("go", "vet", "./example"); err != nil {
		return err
	}
	switch out, err := u.run("go", "vet", "./copied"); {
	case err == nil:
		return errors.New("go vet ./copied: it does not mind that a Consumer is copied")
	case !strings.Contains(out, "copies lock value"):
		return err
	}
	const verdict = "100,000 records, the same as were accepted"
	if err := u.expect(verdict, "go", "run", library+"/examples/pipeline@"+version, "-n", "100000"); err != nil {
		return err
	}
	if _, err := u.run("go", "install", tool+"@"+version); err != nil {
		return err
	}
	if err := u.expect(version, "go", "version", "-m", filepath.Join(u.home, "bin", "disruptor")); err != nil {
		return err
	}
	if err := u.expect("disruptor bench", "disruptor", "help"); err != nil {
		return err
	}
	if err := u.expect(version, "disruptor", "version"); err != nil {
		return err
	}
	_, err = u.run("go", "get", library+"/metrics@"+version, library+"/slogring@"+version,
		library+"/bridge/jetstream@"+version)
	return err
}

// firstBlock returns the first block of Go in a text of Markdown.
func firstBlock(text string) (string, error) {
	_, rest, begun := strings.Cut(text, "\n```go\n")
	block, _, ended := strings.Cut(rest, "```\n")
	if !begun || !ended {
		return "", errors.New("README.md: no block of Go")
	}
	return block, nil
}
