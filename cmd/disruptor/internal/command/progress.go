package command

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar for each workload, on a terminal only. How long the next one takes is not
// known before it begins.
type progress struct {
	out       io.Writer // nil: nobody looks
	bar       *progressbar.ProgressBar
	workloads int
	begun     int
}

func newProgress(out io.Writer, workloads int) *progress {
	if f, ok := out.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		out = nil
	}
	return &progress{out: out, workloads: workloads}
}

func (p *progress) begin(steps int) {
	p.end()
	p.begun++
	if p.out == nil {
		return
	}
	p.bar = progressbar.NewOptions(steps, progressbar.OptionSetWriter(p.out), progressbar.OptionClearOnFinish(),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(30))
}

func (p *progress) step(what string) {
	if p.bar == nil {
		return
	}
	p.bar.Describe(fmt.Sprintf("%d/%d %-50.50s", p.begun, p.workloads, what))
	if p.bar.State().CurrentNum < p.bar.GetMax64() { // a run that is repeated is one more than there should be
		_ = p.bar.Add(1) // a bar that can't be drawn is no reason to stop
	}
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
