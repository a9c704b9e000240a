package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
)

// A sink is a file or a pipe, whose lines are counted.
type sink struct {
	*os.File
	lines func() (int64, error) // closes the sink
}

func openSink(kind string) (sink, error) {
	if kind == "pipe" {
		r, w, err := os.Pipe()
		if err != nil {
			return sink{}, err
		}
		counted := make(chan int64, 1)
		go func() { counted <- count(r) }()
		return sink{w, func() (int64, error) {
			err := w.Close()
			defer r.Close()
			return <-counted, err
		}}, nil
	}
	f, err := os.CreateTemp("", "slogring")
	if err != nil {
		return sink{}, err
	}
	return sink{f, func() (int64, error) {
		defer os.Remove(f.Name())
		defer f.Close()
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return 0, err
		}
		return count(f), nil
	}}, nil
}

func count(r io.Reader) (lines int64) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := r.Read(buffer)
		lines += int64(bytes.Count(buffer[:n], []byte("\n")))
		if err != nil {
			return lines
		}
	}
}

func newBuffer(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 64<<10) }
