// Package objectcode lets tests read what the compiler made of a program that uses this module:
// the log of its decisions, and the machine code for amd64. To the compiler a store-release of
// internal/machine is a plain store. The tests check that it stays where the source has it, in
// the code of the functions that they name.
package objectcode

import (
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Unseen is the first release of Go that does not get the plain store: see atomic_amd64.go in
// internal/machine.
const Unseen = "go1.28"

// A Build is a way to build a program, independent of the way in which the test was built.
type Build struct {
	Name  string
	Plain bool // on amd64 a store-release is a plain store

	account   func() (string, error)
	functions func() (Functions, error)
}

// Builds returns two builds of a program, a folder of this module: the one that users of this
// compiler get, and the one that compilers newer than the tests get. Their functions are those
// whose names match the regular expression symbols.
func Builds(program, symbols string) (users, newer Build) {
	plain := !slices.Contains(build.Default.ReleaseTags, Unseen)
	return newBuild("users", plain, "", program, symbols), newBuild("newer", false, Unseen, program, symbols)
}

// newBuild returns a build that runs once, when a test first needs it.
func newBuild(name string, plain bool, tags, program, symbols string) Build {
	type output struct{ account, code string }
	made := sync.OnceValues(func() (out output, err error) {
		dir, err := os.MkdirTemp("", "objectcode")
		if err != nil {
			return out, err
		}
		defer os.RemoveAll(dir)
		binary := filepath.Join(dir, "program.exe")
		out.account, err = goTool("build", "-buildvcs=false", "-tags="+tags, "-gcflags=-m=2", "-o", binary,
			"github.com/be395dad/disruptor/"+program)
		if err == nil {
			out.code, err = goTool("tool", "objdump", "-s", symbols, binary)
		}
		return out, err
	})
	return Build{
		Name: name, Plain: plain,
		account: func() (string, error) { out, err := made(); return out.account, err },
		functions: sync.OnceValues(func() (Functions, error) {
			out, err := made()
			return parse(out.code), err
		}),
	}
}

func goTool(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return string(out), nil
}

// Account returns the compiler's log for the program's package: what it has inlined, and if not,
// why.
func (b Build) Account(t *testing.T) string {
	t.Helper()
	account, err := b.account()
	require.NoError(t, err)
	return account
}

// Functions returns the machine code.
func (b Build) Functions(t *testing.T) Functions {
	t.Helper()
	functions, err := b.functions()
	require.NoError(t, err)
	return functions
}
