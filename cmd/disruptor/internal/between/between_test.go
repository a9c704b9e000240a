//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/shm"
)

func TestMain(m *testing.M) {
	child.Main()
	os.Exit(m.Run())
}

func streamOf(producers int, after ...[]int) harness.Case {
	return harness.Case{Kind: harness.Stream, Between: true, Producers: producers, After: after, Batch: 1, Capacity: 64, Words: 1}
}

func TestWhoServesWhat(t *testing.T) {
	echo := streamOf(1, nil)
	echo.Kind = harness.Echo
	parked, wide, elsewhere := echo, echo, echo
	parked.Park, wide.Words, elsewhere.Between = true, 7, false
	for _, tt := range []struct {
		name string
		c    harness.Case
		want []string
		not  string
	}{
		{"stream", streamOf(1, nil), []string{"shm: one process, block", "shm: processes, block, Send", "pipe: "}, "limit"},
		{"three producers", streamOf(3, nil), []string{"shm: processes, yield"}, "pipe: "},
		{"echo", echo, []string{"shm: one process, block", "shm: processes, block", "pipe: ", "unix socket: "}, "Send"},
		{"wide", wide, []string{"shm: processes, block", "unix socket: "}, "Send"},
		{"parked", parked, []string{"shm: processes, block, parks at once", "futex ping-pong: "}, "pipe: "},
		{"elsewhere", elsewhere, nil, ": "},
	} {
		var names []string
		for _, s := range harness.Subjects(Families(), tt.c) {
			names = append(names, s.Name+": "+s.Setting)
		}
		all := strings.Join(names, "\n")
		for _, want := range tt.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, all)
			}
		}
		if strings.Contains(all, tt.not) {
			t.Errorf("%s: %q in\n%s", tt.name, tt.not, all)
		}
	}
}

// lies are what a first producer may do in the place of sending 0 to n-1.
var lies = map[string]func(words []int64) []int64{
	"none":    func(w []int64) []int64 { return w },
	"drop":    func(w []int64) []int64 { return append(w[:50], w[51:]...) },
	"double":  func(w []int64) []int64 { return append(w, w[len(w)-1]) },
	"reorder": func(w []int64) []int64 { w[50], w[51] = w[51], w[50]; return w },
	"damage":  func(w []int64) []int64 { w[50] ^= 1 << 20; return w },
}

func TestALieIsFoundInAnotherProcess(t *testing.T) {
	for name, c := range map[string]harness.Case{
		"one": streamOf(1, nil), "three": streamOf(3, nil), "pipeline": streamOf(1, nil, []int{0}),
	} {
		for lie, spoil := range lies {
			const n = 100
			_, err := streamFrom(setting{Wait: block}, c, n, func(p *shm.Producer[event]) error {
				words := make([]int64, n)
				for i := range words {
					words[i] = int64(i)
				}
				for _, v := range spoil(words) {
					if err := p.Send(background, event{v}); err != nil {
						return err
					}
				}
				return nil
			})
			if (err == nil) != (lie == "none") {
				t.Errorf("%s, lie %q: error %v", name, lie, err)
			}
		}
	}
}

// The roles of these tests: as many answers as they are asked for, but then they die.
func init() {
	child.Handle("answer and die", func(p *child.Parent, job echoJob) error {
		there, err := shm.OpenFile[event](p.File(0), job.Setting.options())
		if err != nil {
			return err
		}
		back, err := shm.OpenFile[event](p.File(1), job.Setting.options())
		if err != nil {
			return err
		}
		questions, answers, err := ends(there, back)
		if err != nil {
			return err
		}
		_ = p.Ready()
		for range job.Turns / 2 {
			b, err := questions.Next(background)
			if err != nil {
				return err
			}
			_ = answers.Send(background, *b.At(0))
			questions.Done(b)
		}
		os.Exit(3)
		return nil
	})
	child.Handle("line and die", func(p *child.Parent, job lineJob) error {
		_ = answerLine[event](p, job.Turns/2)
		os.Exit(3)
		return nil
	})
}

func TestAnEchoOfADeadProcessIsAnError(t *testing.T) {
	c := streamOf(1, nil)
	c.Kind = harness.Echo
	s := setting{Wait: block}
	for name, run := range map[string]func() (harness.Sample, error){
		"shm":  func() (harness.Sample, error) { return echoWith[event]("answer and die", s, c, 100) },
		"line": func() (harness.Sample, error) { return echoLineWith[event]("line and die", c, 100) },
	} {
		if _, err := run(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestNobodyIsLeft(t *testing.T) {
	before := children(t)
	c := streamOf(3, nil)
	sentinel := errors.New("stop")
	_, err := streamFrom(setting{Wait: block}, c, 1<<40, func(*shm.Producer[event]) error { return sentinel })
	if !errors.Is(err, sentinel) {
		t.Errorf("error %v", err)
	}
	if after := children(t); len(after) > len(before) {
		t.Errorf("children %v, before %v", after, before)
	}
}

// children returns the processes that this one has started and that have not ended.
func children(t *testing.T) (pids []string) {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		data, err := os.ReadFile(task)
		if err != nil {
			t.Skip(err) // a kernel without these files
		}
		pids = append(pids, strings.Fields(string(data))...)
	}
	return pids
}
