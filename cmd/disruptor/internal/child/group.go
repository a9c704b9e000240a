package child

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// A Group is the children of one run. Its zero value has none.
type Group struct{ all []*Process }

// A Process is a child.
type Process struct {
	role string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	wait func() error // once, and the same error again
}

// Start starts a child with that role, and waits until it is ready. It inherits the files, which the caller may close
// then. On Linux it dies when this process does.
func (g *Group) Start(role string, job any, files ...*os.File) (*Process, error) {
	p, err := start(role, job, files)
	if err != nil {
		return nil, fmt.Errorf("child %q: %w", role, err)
	}
	g.all = append(g.all, p)
	line, err := p.out.ReadString('\n')
	if err == nil && line != ready {
		err = reported(line)
	}
	if err != nil {
		return nil, fmt.Errorf("child %q before it was ready: %w", role, err)
	}
	return p, nil
}

func start(role string, job any, files []*os.File) (*Process, error) {
	data, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(order{role, data})
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Process{role: role, cmd: exec.Command(program)}
	p.cmd.Env = append(os.Environ(), variable+"="+string(text))
	p.cmd.Stderr, p.cmd.ExtraFiles, p.cmd.SysProcAttr = os.Stderr, files, attributes()
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	p.wait = sync.OnceValue(p.cmd.Wait)
	return p, p.cmd.Start()
}

// Go tells all children that the clock has started.
func (g *Group) Go() error {
	for _, p := range g.all {
		if _, err := io.WriteString(p.in, begin); err != nil {
			return fmt.Errorf("child %q: %w", p.role, err)
		}
	}
	return nil
}

// Report waits until the child has reported, and returns what was wrong.
func (p *Process) Report() error {
	line, err := p.out.ReadString('\n')
	if err == nil {
		err = reported(line)
	} else {
		err = fmt.Errorf("it ended without a report: %w", errors.Join(p.Wait(), err))
	}
	if err != nil {
		return fmt.Errorf("child %q: %w", p.role, err)
	}
	return nil
}

func reported(line string) error {
	var r report
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return fmt.Errorf("%q is no report: %w", line, err)
	}
	if r.Error != "" {
		return errors.New(r.Error)
	}
	return nil
}

// Wait waits until the child has ended, which it does after its report.
func (p *Process) Wait() error { return p.wait() }

// Reports waits until each of the children has reported, and returns what was wrong.
func Reports(children []*Process) error {
	var all []error
	for _, p := range children {
		all = append(all, p.Report())
	}
	return errors.Join(all...)
}

// Watch waits for the report in a new goroutine, and then calls ended, so that a wait for the
// child's answer ends if it dies. The function that it returns waits until ended has been
// called, and returns the child's error.
func (p *Process) Watch(ended func()) (report func() error) {
	done := make(chan error, 1)
	go func() {
		err := p.Report()
		ended()
		done <- err
	}()
	return func() error { return <-done }
}

// End kills the children that have not ended. None is left when it returns.
func (g *Group) End() {
	for _, p := range g.all {
		_ = p.cmd.Process.Kill() // it may have ended
	}
	for _, p := range g.all {
		_ = p.Wait() // killed, which is no error here
	}
	g.all = nil
}
