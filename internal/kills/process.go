//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package kills

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Killed counts the children that were killed, or killed themselves, and have been waited for.
var Killed atomic.Int64

// A Process is a child as its parent sees it. It dies with the parent.
type Process struct {
	Spec Spec
	PID  int

	cmd   *exec.Cmd
	in    io.WriteCloser
	words chan string // what it says; closed when its output has ended
	mu    sync.Mutex
	text  bytes.Buffer
	once  sync.Once
	heard chan struct{} // closed when its output has ended
	ended chan struct{} // closed when it has been waited for, and all of its output is there
	state error         // the result of Wait, once ended is closed

	joined bool // its role is ready; for storms
}

// Start starts a child, which inherits files as descriptors 3 and so on.
func Start(spec Spec, files ...*os.File) (*Process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Dir = spec.Dir
	if spec.Isolated {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWPID
	}
	cmd.ExtraFiles = files
	p := &Process{Spec: spec, cmd: cmd, words: make(chan string, 16), heard: make(chan struct{}), ended: make(chan struct{})}
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.PID = cmd.Process.Pid
	_ = w.Close()
	go p.listen(out)
	return p, nil
}

// listen collects what the child writes: lines that begin with "> " are words to the parent.
func (p *Process) listen(out *os.File) {
	defer func() { _ = out.Close() }()
	defer close(p.heard)
	defer close(p.words)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.mu.Lock()
		p.text.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		if word, ok := strings.CutPrefix(lines.Text(), "> "); ok {
			p.words <- word
		}
	}
}

// Output returns the spec of the child and what it has written.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("process %d, %+v:\n%s", p.PID, p.Spec, p.text.String())
}

// Hear returns the next word that the child says. It fails if it ends instead.
func (p *Process) Hear(ctx context.Context) (string, error) {
	select {
	case word, ok := <-p.words:
		if !ok {
			return "", fmt.Errorf("a child has ended that should have said something: %s", p.Output())
		}
		return word, nil
	case <-ctx.Done():
		return "", fmt.Errorf("a child says nothing: %w: %s", context.Cause(ctx), p.Output())
	}
}

// Expect fails unless the next word that the child says is want.
func (p *Process) Expect(ctx context.Context, want string) error {
	word, err := p.Hear(ctx)
	if err == nil && word != want {
		err = fmt.Errorf("a child says %q, not %q: %s", word, want, p.Output())
	}
	return err
}

// Tell makes the child go on where it waits to be told.
func (p *Process) Tell() error {
	_, err := io.WriteString(p.in, "\n")
	return err
}

// Signal sends the child a signal.
func (p *Process) Signal(s syscall.Signal) error { return syscall.Kill(p.PID, s) }

// State returns the letter of its state, from proc(5): T if it is stopped, Z if it is a zombie.
func (p *Process) State() string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return after[:1]
}

// Stopped waits until the child, with all of its threads, is stopped.
func (p *Process) Stopped(ctx context.Context) error {
	return Until(ctx, func() bool { return p.State() == "T" }, "the child is stopped", p.Output)
}

// Reap starts a goroutine that waits for the child, so that the child is no zombie when it ends.
// All methods that wait for its end call Reap.
func (p *Process) Reap() {
	p.once.Do(func() {
		go func() {
			p.state = p.cmd.Wait()
			<-p.heard
			close(p.ended)
		}()
	})
}

// WasKilled waits for the end of the child. It fails unless SIGKILL or the signal of its strike
// has ended it.
func (p *Process) WasKilled(ctx context.Context) error {
	killed, err := p.End(ctx)
	if err == nil && !killed {
		err = fmt.Errorf("a child has ended by itself: %s", p.Output())
	}
	return err
}

// HasEnded waits for the end of the child, and fails if it was killed.
func (p *Process) HasEnded(ctx context.Context) error {
	killed, err := p.End(ctx)
	if err == nil && killed {
		err = fmt.Errorf("a child was killed: %s", p.Output())
	}
	return err
}

// End waits for the end of the child. It fails unless the child has exited with status 0 or was
// killed.
func (p *Process) End(ctx context.Context) (killed bool, err error) {
	p.Reap()
	select {
	case <-p.ended:
	case <-ctx.Done():
		return false, fmt.Errorf("a child doesn't end: %w: %s", context.Cause(ctx), p.Output())
	}
	status := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled() && (status.Signal() == syscall.SIGKILL || status.Signal() == p.Spec.Strike.Signal):
		Killed.Add(1)
		return true, nil
	case status.Exited() && status.ExitStatus() == 0:
		return false, nil
	}
	return false, fmt.Errorf("a child has failed: %v: %s", p.state, p.Output())
}

// Kill kills the child and waits for it.
func (p *Process) Kill(ctx context.Context) error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	return p.WasKilled(ctx)
}

// Discard kills the child, whatever it does, and waits for it.
func (p *Process) Discard() {
	p.Reap()
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Until waits until done reports true. If ctx ends first it fails with what and all of details.
func Until(ctx context.Context, done func() bool, what string, details ...func() string) error {
	for !done() {
		if ctx.Err() != nil {
			for _, d := range details {
				what += "\n" + d()
			}
			return fmt.Errorf("%w before %s", context.Cause(ctx), what)
		}
		time.Sleep(time.Millisecond) // leave the CPU to the processes that it waits for
	}
	return nil
}
