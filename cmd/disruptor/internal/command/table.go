package command

import (
	"io"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/chart"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/markdown"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/report"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

const tableHelp = `It reads a file that bench -json has written, and prints the comparison as Markdown: a row for each case, and a
column for each family with its best setting. With -brief it prints the times per event only, of this library without
any setting, its best setting, a channel and the best other library.
`

func table(args []string, stdout io.Writer) error {
	f := newFlags("table", "FILE.json", tableHelp)
	html := f.String("html", "", "write a page with charts to this `file` as well")
	svg := f.String("svg", "", "draw the times per event in this `file` as well")
	brief := f.Bool("brief", false, "print one small table")
	if err := f.parse(args, stdout, 1); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return usageError("table needs the file that bench -json has written")
	}
	r, err := result.Read(f.Arg(0))
	if err != nil {
		return err
	}
	out, err := openOutputs(target{"-html", *html, report.Write}, target{"-svg", *svg, chart.Write})
	if err != nil {
		return err
	}
	write := markdown.Write
	if *brief {
		write = markdown.WriteBrief
	}
	if err := write(stdout, r); err != nil {
		out.discard()
		return err
	}
	return out.write(r)
}
