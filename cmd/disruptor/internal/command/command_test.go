package command

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/child"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/report"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/subjects"
)

// Neighbours are this program, started again.
func TestMain(m *testing.M) {
	child.Main()
	ping = func() float64 { return 100 }
	os.Exit(m.Run())
}

// fixed is two families: one that takes so long for everything, and one that fails.
var fixed = []harness.Family{
	func(harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "steady", Group: "steady", Setting: "x", Run: func(n int64) (harness.Sample, error) {
			return harness.Sample{Took: time.Duration(n) * 10}, nil
		}}}
	},
	func(harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "liar", Group: "liar", Setting: "x", Run: func(int64) (harness.Sample, error) {
			return harness.Sample{}, errors.New("1 of 2 words arrived")
		}}}
	},
}

// call runs the command line, split at spaces, without families.
func call(line string) (status int, stdout, stderr string) {
	return callWith(context.Background(), nil, strings.Fields(line)...)
}

func callWith(ctx context.Context, families []harness.Family, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(ctx, args, &out, &err, families)
	return status, out.String(), err.String()
}

func TestBenchWritesWhatItIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(file("r"), bytes.Repeat([]byte("older and longer\n"), 1<<12), 0o600))
	status, stdout, stderr := callWith(context.Background(), fixed, "bench", "-quick", "-rounds", "4", "-workload", "W6",
		"-json", file("j"), "-html", file("h"), "-raw", file("r"))
	require.Equal(t, fine, status, stderr)
	require.Empty(t, stderr, "no progress where nobody looks")
	require.Contains(t, stdout, "1 of 2 words arrived")
	r, err := result.Read(file("j"))
	require.NoError(t, err)
	require.Len(t, r.Rows, 2)
	require.Len(t, r.Workloads, 1)
	require.Empty(t, r.Interrupted)
	for _, row := range r.Rows {
		require.Equal(t, "W6", row.Workload)
		require.Equal(t, row.Subject == "steady", row.Verified)
	}
	e := r.Environment
	require.NotZero(t, e.GOMAXPROCS)
	require.NotZero(t, e.PingPongLimit)
	require.Contains(t, e.Command, "-rounds 4")
	require.NotEmpty(t, e.Commit)
	if runtime.GOOS == "linux" {
		require.NotEmpty(t, e.Kernel)
	}
	for _, name := range []string{"h", "r"} {
		data, err := os.ReadFile(file(name))
		require.NoError(t, err)
		require.Contains(t, string(data), "liar")
		require.NotContains(t, string(data), "older", "what was in the file before")
	}
	status, stdout, stderr = call("table -html " + file("again") + " " + file("j"))
	require.Equal(t, fine, status, stderr)
	require.Contains(t, stdout, "| failed |")
	data, err := os.ReadFile(file("again"))
	require.NoError(t, err)
	require.Contains(t, string(data), "<svg")
}

// never is a family that must not be run.
func never(t *testing.T) []harness.Family {
	return []harness.Family{func(harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "x", Group: "x", Run: func(int64) (harness.Sample, error) {
			t.Error("it ran")
			return harness.Sample{}, nil
		}}}
	}}
}

func TestABadPathFailsBeforeTheRun(t *testing.T) {
	dir := t.TempDir()
	kept, fresh := filepath.Join(dir, "kept"), filepath.Join(dir, "fresh")
	require.NoError(t, os.WriteFile(kept, []byte("old"), 0o600))
	for flag, paths := range map[string][]string{
		"-html":                            {"-raw", kept, "-json", fresh, "-html", filepath.Join(dir, "none", "h")},
		"-json":                            {"-raw", kept, "-json", dir},
		"-raw and -html are the same file": {"-raw", kept, "-json", fresh, "-html", filepath.Join(dir, ".", "kept")},
	} {
		status, _, stderr := callWith(context.Background(), never(t), append([]string{"bench", "-workload", "W6"}, paths...)...)
		require.NotEqual(t, fine, status)
		require.Contains(t, stderr, flag)
		data, err := os.ReadFile(kept)
		require.NoError(t, err)
		require.Equal(t, "old", string(data))
		require.NoFileExists(t, fresh)
	}
}

func TestARunWithoutARowKeepsTheFiles(t *testing.T) {
	dir := t.TempDir()
	kept, fresh := filepath.Join(dir, "kept"), filepath.Join(dir, "fresh")
	require.NoError(t, os.WriteFile(kept, []byte("old"), 0o600))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	status, _, _ := callWith(ctx, never(t), "bench", "-workload", "W6", "-json", kept, "-html", fresh)
	require.Equal(t, failed, status)
	data, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, "old", string(data))
	require.NoFileExists(t, fresh)
}

func TestAnInterruptedReportSaysSo(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(context.Background())
	runs := 0
	families := []harness.Family{fixed[0], func(c harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "late", Group: "late", Run: func(int64) (harness.Sample, error) {
			if runs++; c.Workload == "W7" {
				cancel(errors.New("the operator has left"))
			}
			return harness.Sample{Took: 1}, nil
		}}}
	}}
	status, stdout, stderr := callWith(ctx, families, "bench", "-workload", "W6,W7,W10", "-rounds", "3",
		"-json", filepath.Join(dir, "j"), "-html", filepath.Join(dir, "h"))
	require.Equal(t, failed, status)
	const text = "stopped in W7: the operator has left; not begun: W10"
	require.Contains(t, stderr, "the operator has left")
	require.Contains(t, stdout, text)
	html, err := os.ReadFile(filepath.Join(dir, "h"))
	require.NoError(t, err)
	require.Contains(t, string(html), text)
	r, err := result.Read(filepath.Join(dir, "j"))
	require.NoError(t, err)
	require.Equal(t, text, r.Interrupted)
	require.Len(t, r.Rows, 2, "those of W6: of W7 there was only practice")
	require.NotContains(t, stdout, "failed")
	require.NotContains(t, string(html), `class="failed`)
	_, markdown, _ := call("table " + filepath.Join(dir, "j"))
	require.Contains(t, markdown, text)
	_, markdown, _ = call("table -brief -svg " + filepath.Join(dir, "s") + " " + filepath.Join(dir, "j"))
	require.Contains(t, markdown, "| ns/event | default |")
	require.Contains(t, markdown, text)
	require.FileExists(t, filepath.Join(dir, "s"))
}

func TestTheEndOfQuickIsNoError(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	family := func(c harness.Case) []harness.Subject {
		return []harness.Subject{{Name: "x", Group: "x", Run: func(int64) (harness.Sample, error) {
			if c.Workload == "W9-stuck" {
				cancel(errQuick)
			}
			return harness.Sample{CPU: 0.5}, nil
		}}}
	}
	status, stdout, stderr := callWith(ctx, []harness.Family{family}, "bench", "-quick", "-workload", "W9,W9-stuck,W1")
	require.Equal(t, fine, status, stderr)
	require.Contains(t, stdout, "the 1m30s of -quick are over; not begun: ")
}

func TestNeighboursRunBesideEachRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	status, stdout, stderr := callWith(context.Background(), fixed[:1],
		"bench", "-quick", "-rounds", "3", "-workload", "W6", "-neighbour", "1", "-json", path)
	require.Equal(t, fine, status, stderr)
	r, err := result.Read(path)
	require.NoError(t, err)
	require.Equal(t, 1, r.Environment.Neighbours)
	require.Len(t, r.Rows, 1)
	require.GreaterOrEqual(t, r.Rows[0].Total, 3)
	require.Contains(t, stdout, "1 process kept a processor busy")
}

func TestTheQuickPlanIsShort(t *testing.T) {
	p, err := newPlan(options{quick: true, rounds: harness.Fewest}, subjects.All())
	require.NoError(t, err)
	require.LessOrEqual(t, p.nominal(), quickPlan)
	require.Less(t, quickPlan, quickLimit)
	require.Greater(t, p.session.Target, 5*time.Millisecond, "too short a run shows nothing")
	whole, err := newPlan(options{rounds: 9}, subjects.All())
	require.NoError(t, err)
	require.Greater(t, whole.nominal(), 10*time.Minute, "the figures to quote take their time")
	some, err := newPlan(options{quick: true, rounds: harness.Fewest, workload: "W1"}, subjects.All())
	require.NoError(t, err)
	require.Equal(t, 50*time.Millisecond, some.session.Target, "no shorter than it must be")
}

func TestEachFamilyHasAColour(t *testing.T) {
	p, err := newPlan(options{}, subjects.All())
	require.NoError(t, err)
	for _, w := range p.workloads {
		for _, c := range w.cases {
			for _, s := range harness.Subjects(p.families, c) {
				require.True(t, report.Known(s.Group), s.Group)
			}
		}
	}
}

func TestSubjectRestrictsWhatRuns(t *testing.T) {
	subjectsOf := func(names string) (found []string) {
		p, err := newPlan(options{rounds: 1, workload: "W1,W9,S1", subject: names}, subjects.All())
		require.NoError(t, err)
		for _, w := range p.workloads {
			for _, c := range w.cases {
				for _, s := range harness.Subjects(p.families, c) {
					found = append(found, w.Name+" "+s.Name)
				}
			}
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	require.Equal(t, []string{"W1 channel", "W1 mutex and cond", "W9 channel", "W9-stuck channel"}, subjectsOf("Channel, mutex and cond"))
	family := slices.DeleteFunc(subjectsOf("xsync"), func(s string) bool { return s == "W1 xsync SPSC" }) // not with the race detector
	require.Equal(t, []string{"W1 xsync MPMC", "W1 xsync UMPSC"}, family, "and no workload without a subject")
	_, err := newPlan(options{workload: "W1", subject: "channel,smrty"}, subjects.All())
	require.ErrorContains(t, err, `"smrty"`)
	require.ErrorContains(t, err, "smarty/go-disruptor; ")
}

func TestList(t *testing.T) {
	status, stdout, _ := call("bench -list")
	require.Equal(t, fine, status)
	require.GreaterOrEqual(t, strings.Count(stdout, "\n"), 20)
	require.Contains(t, stdout, "W10")
}

func TestBadArguments(t *testing.T) {
	for line, want := range map[string]string{
		"":                        "no command",
		"benhc":                   `unknown command "benhc"`,
		"help bench table":        "help takes one command",
		"help benhc":              `unknown command "benhc"`,
		"table":                   "needs the file",
		"table a b":               `unexpected argument "b"`,
		"table -x a":              "not defined: -x",
		"doctor extra":            `unexpected argument "extra"`,
		"version extra":           `unexpected argument "extra"`,
		"bench W1":                `unexpected argument "W1"`,
		"bench -workload W0":      "disruptor bench -list",
		"bench -list -workload Q": "disruptor bench -list",
		"bench -rounds 0":         "-rounds of 0",
		"top":                     "top needs a target",
		"top -once":               "top needs a target",
		"top missing":             `target "missing" is neither a file nor HOST:PORT`,
		"top :6060 http://":       `target "http://" has no host`,
		"top -every 99ms :6060":   "-every of 99ms; at least 100ms is needed",
		"top :6060 -every x":      `invalid value "x" for flag -every`,
		"top :6060 -ring a(":      "-ring: error parsing regexp: missing closing ): `a(`",
		"top :6060 -x":            "not defined: -x",
		"bench -rounds -1":        "-rounds of -1",
		"bench -neighbour -1":     "-neighbour of -1",
		"bench -wrokload W1":      "not defined: -wrokload",
		"bench -subject x":        `unknown subject "x"`,
	} {
		status, stdout, stderr := call(line)
		require.Equal(t, misuse, status, line)
		require.Empty(t, stdout, line)
		require.Equal(t, 1, strings.Count(stderr, want), "%s: %s", line, stderr)
	}
	status, _, stderr := call("table no-such-file")
	require.Equal(t, failed, status)
	require.Contains(t, stderr, "no-such-file")
}

func TestHelp(t *testing.T) {
	for line, want := range map[string]string{
		"help": "disruptor version", "-h": "disruptor version", "-help": "disruptor version", "--help": "disruptor version",
		"bench -h": "-workload", "help bench": "-workload", "table -h": "FILE.json", "doctor -h": "usage: disruptor doctor\n",
		"version --help": "usage: disruptor version\n", "top -h": "-ring", "help top": "TARGET...", "top :6060 -h": "-once",
		"help shm": "disruptor shm stat", "shm -h": "disruptor shm stat",
		"shm tail -h": "usage: disruptor shm tail",
	} {
		status, stdout, stderr := call(line)
		require.Equal(t, fine, status, line)
		require.Contains(t, stdout, want, line)
		require.Empty(t, stderr, line)
	}
}

func TestVersion(t *testing.T) {
	status, stdout, _ := call("version")
	require.Equal(t, fine, status)
	for _, want := range []string{"disruptor  ", "library  ", "commit  ", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, "CPU  "} {
		require.Contains(t, stdout, want)
	}
}

func TestACheckoutOfTheLibraryHasACommit(t *testing.T) {
	require.Empty(t, checkout(t.TempDir()))
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	other := t.TempDir() // of something else
	for _, args := range [][]string{
		{"init", "-q"}, {"-c", "user.name=x", "-c", "user.email=x", "commit", "-q", "--allow-empty", "-m", "x"},
	} {
		require.NoError(t, exec.Command("git", append([]string{"-C", other}, args...)...).Run())
	}
	require.NoError(t, os.WriteFile(filepath.Join(other, "go.mod"), []byte("module example.com/other\n"), 0o600))
	require.Empty(t, checkout(other))
	require.NoError(t, os.WriteFile(filepath.Join(other, "go.mod"), []byte("module "+library+"\n"), 0o600))
	require.Regexp(t, "^[0-9a-f]{12}$", checkout(other))
}
