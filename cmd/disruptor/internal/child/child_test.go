//go:build linux

package child

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// The roles of these tests.
func init() {
	Handle("adds", func(p *Parent, job []int) error {
		if err := errors.Join(p.Ready(), p.Await()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.File(0), job[0]+job[1])
		return err
	})
	Handle("finds fault", func(p *Parent, _ int) error {
		return errors.Join(p.Ready(), errors.New("1 of 2 words arrived"))
	})
	Handle("refuses", func(*Parent, int) error { return errors.New("no room") })
	Handle("dies", func(p *Parent, _ int) error {
		_ = p.Ready()
		os.Exit(3)
		return nil
	})
	Handle("hangs", func(p *Parent, _ int) error {
		_ = p.Ready()
		time.Sleep(time.Hour)
		return nil
	})
	Handle("leaves one behind", func(p *Parent, _ int) error {
		var g Group
		hangs, err := g.Start("hangs", 0)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.File(0), hangs.cmd.Process.Pid)
		_ = p.Ready()
		time.Sleep(time.Hour)
		return nil
	})
}

// pipe returns a pipe that a child may write to.
func pipe(t *testing.T) (*bufio.Reader, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return bufio.NewReader(r), w
}

func TestAChildDoesItsJob(t *testing.T) {
	var g Group
	defer g.End()
	r, w := pipe(t)
	p, err := g.Start("adds", []int{3, 4}, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(g.Go(), p.Report(), p.Wait()); err != nil {
		t.Error(err)
	}
	if line, err := r.ReadString('\n'); line != "7\n" || err != nil {
		t.Errorf("3 + 4 is %q, error %v", line, err)
	}
}

func TestWhatAChildFindsIsReported(t *testing.T) {
	var g Group
	defer g.End()
	p, err := g.Start("finds fault", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := Reports([]*Process{p}); err == nil || !strings.Contains(err.Error(), "1 of 2") {
		t.Errorf("error %v", err)
	}
}

func TestAChildThatIsNotReady(t *testing.T) {
	var g Group
	defer g.End()
	if _, err := g.Start("refuses", 0); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("error %v", err)
	}
	if _, err := g.Start("nobody", 0); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("error %v", err)
	}
}

func TestADeathIsNoReport(t *testing.T) {
	var g Group
	defer g.End()
	p, err := g.Start("dies", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Report(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
}

func TestEndLeavesNobody(t *testing.T) {
	var g Group
	var children []*Process
	for range 2 {
		p, err := g.Start("hangs", 0)
		if err != nil {
			t.Fatal(err)
		}
		children = append(children, p)
	}
	g.End()
	for _, p := range children {
		if err := syscall.Kill(p.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is there, error %v", p.cmd.Process.Pid, err)
		}
	}
}

func TestAChildDiesWithItsParent(t *testing.T) {
	var g Group
	defer g.End()
	r, w := pipe(t)
	if _, err := g.Start("leaves one behind", 0, w); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(r, &pid); err != nil {
		t.Fatal(err)
	}
	g.End()
	for !gone(pid) { // or the test runs out of time
		time.Sleep(time.Millisecond)
	}
}

// ticks returns how much of a processor a process has used, in a unit of the system's.
func ticks(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, ok := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if err != nil || !ok || len(fields) < 12 {
		t.Fatalf("process %d: %q, error %v", pid, stat, err)
	}
	used, err := strconv.Atoi(fields[11])
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func TestNeighboursAreBusyUntilTheyAreStopped(t *testing.T) {
	g, err := neighbours(2)
	if err != nil {
		t.Fatal(err)
	}
	defer g.End()
	var pids []int
	for _, p := range g.all {
		pids = append(pids, p.cmd.Process.Pid)
	}
	if len(pids) != 2 {
		t.Fatalf("%d neighbours, not 2", len(pids))
	}
	for _, pid := range pids {
		for begin := ticks(t, pid); ticks(t, pid) < begin+2; { // or the test runs out of time
			time.Sleep(time.Millisecond)
		}
	}
	g.End()
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d is there, error %v", pid, err)
		}
	}
}

// Where no signal tells a child that its parent has died, the end of its input does.
func TestANeighbourEndsWithItsInput(t *testing.T) {
	g, err := neighbours(1)
	if err != nil {
		t.Fatal(err)
	}
	defer g.End()
	if err := g.all[0].in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := g.all[0].Wait(); err != nil { // it has not been killed
		t.Error(err)
	}
}

func TestNoNeighbours(t *testing.T) {
	stop, err := Neighbours(0)
	if err != nil {
		t.Fatal(err)
	}
	stop()
}

// gone reports whether a process has ended, be it that nobody has waited for it.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat), ") ")
	return err != nil || strings.HasPrefix(after, "Z")
}
