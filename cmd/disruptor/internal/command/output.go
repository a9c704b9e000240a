package command

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/result"
)

// A target is a file to which a flag sends a report, if it has a path.
type target struct {
	flag, path string
	write      func(io.Writer, result.Report) error
}

// An output is an open target. It is opened before the run, so that a bad path costs no
// measurement. The file keeps its content until there is a report to replace it.
type output struct {
	target
	file    *os.File
	info    os.FileInfo
	created bool
}

type outputs []output

// openOutputs opens the targets that have a path. With an error it leaves no new file behind.
func openOutputs(targets ...target) (outputs, error) {
	var all outputs
	for _, t := range targets {
		if t.path == "" {
			continue
		}
		o, err := open(t)
		if err != nil {
			all.discard()
			return nil, fmt.Errorf("%s: %w", t.flag, err)
		}
		for _, other := range all {
			if o.info.Mode().IsRegular() && os.SameFile(o.info, other.info) {
				err = usageError(fmt.Sprintf("%s and %s are the same file, %s", other.flag, t.flag, t.path))
			}
		}
		all = append(all, o)
		if err != nil {
			all.discard()
			return nil, err
		}
	}
	return all, nil
}

func open(t target) (output, error) {
	o := output{target: t}
	_, err := os.Stat(t.path)
	o.created = errors.Is(err, os.ErrNotExist)
	if o.file, err = os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE, 0o666); err != nil {
		return o, err
	}
	if o.info, err = o.file.Stat(); err != nil {
		_ = o.file.Close() // the first error says more
	}
	return o, err
}

// write writes a report to each output and closes it, even if another one fails.
func (all outputs) write(r result.Report) error {
	var errs []error
	for _, o := range all {
		err := o.target.write(o.file, r)
		if o.info.Mode().IsRegular() {
			err = errors.Join(err, o.cut())
		}
		if err = errors.Join(err, o.file.Close()); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", o.path, err))
		}
	}
	return errors.Join(errs...)
}

// cut removes the rest of the file's old content.
func (o output) cut() error {
	end, err := o.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	return o.file.Truncate(end)
}

// discard closes the outputs, to which nothing was written.
func (all outputs) discard() {
	for _, o := range all {
		_ = o.file.Close()
		if o.created {
			_ = os.Remove(o.path)
		}
	}
}
