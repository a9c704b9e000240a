package command

import (
	"io"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/markdown"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/report"
	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

const tableHelp = `It reads a file that bench -json has written, and prints the comparison as Markdown: a row for each case, and a
column for each family with its best setting.
`

func table(args []string, stdout io.Writer) error {
	f := newFlags("table", "FILE.json", tableHelp)
	html := f.String("html", "", "write a page with charts to this `file` as well")
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
	out, err := openOutputs(target{"-html", *html, report.Write})
	if err != nil {
		return err
	}
	if err := markdown.Write(stdout, r); err != nil {
		out.discard()
		return err
	}
	return out.write(r)
}
