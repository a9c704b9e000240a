// Package child runs parts of a measurement in separate processes: this program, started again.
// It knows no subject. A child reports whether what it was to check was right; what it passes on
// or receives goes through files that it inherits, and not through this package.
package child

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

// variable is where a child finds its order. A process in which it is not set is no child.
const variable = "DISRUPTOR_BENCH_CHILD"

// An order is what a child is started for.
type order struct {
	Role string          `json:"role"`
	Job  json.RawMessage `json:"job"`
}

// A report is the last line that a child writes.
type report struct {
	Error string `json:"error"` // empty: all was right
}

// ready is the first line that a child writes, and begin what it is told then.
const ready, begin = "ready\n", "go\n"

var roles = map[string]func(*Parent, json.RawMessage) error{}

// Handle says what a child with that role does. It must be called by init functions. A job is a
// value that JSON can carry. The error, if any, goes to the parent.
func Handle[J any](role string, do func(p *Parent, job J) error) {
	roles[role] = func(p *Parent, data json.RawMessage) error {
		var job J
		if err := json.Unmarshal(data, &job); err != nil {
			return err
		}
		return do(p, job)
	}
}

// Main does what a child is for and ends the process, if it is a child. A program that starts children calls it first.
func Main() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	signal.Ignore(os.Interrupt) // which a terminal sends to all: the parent ends its children
	var r report
	if err := serve(text); err != nil {
		r.Error = err.Error()
	}
	if json.NewEncoder(os.Stdout).Encode(r) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("order of a child: %w", err)
	}
	do := roles[o.Role]
	if do == nil {
		return fmt.Errorf("no child is called %q", o.Role)
	}
	return do(&Parent{in: bufio.NewReader(os.Stdin)}, o.Job)
}

// A Parent is the process that has started this one, as this one sees it.
type Parent struct{ in *bufio.Reader }

// File returns the i-th file that the child was started with.
func (p *Parent) File(i int) *os.File {
	return os.NewFile(uintptr(3+i), fmt.Sprint("inherited file ", i))
}

// Ready tells the parent that its clock may start.
func (p *Parent) Ready() error {
	_, err := os.Stdout.WriteString(ready)
	return err
}

// Await waits until the clock has started.
func (p *Parent) Await() error {
	if line, err := p.in.ReadString('\n'); err != nil || line != begin {
		return errors.New("the parent ended before it began")
	}
	return nil
}
