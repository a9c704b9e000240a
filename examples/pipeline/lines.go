package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads an input from its beginning, line by line.
type lines struct {
	in   *input
	part int // index of the open part, or of the next one if file is nil
	file io.ReadCloser
	buf  *bufio.Reader
	long []byte // collects a line that is longer than buf
}

func (in *input) open() *lines {
	return &lines{in: in, buf: bufio.NewReaderSize(nil, 64<<10)}
}

// next returns the next line without its newline; it is valid until the next call. At the end of
// the input it returns io.EOF.
func (l *lines) next() ([]byte, error) {
	for {
		if l.file == nil {
			if err := l.openPart(); err != nil {
				return nil, err
			}
		}
		line, err := l.read()
		if !errors.Is(err, io.EOF) {
			return line, err
		}
		l.close()
		l.part++
		if len(line) > 0 {
			return line, nil
		}
	}
}

func (l *lines) openPart() (err error) {
	if l.part == len(l.in.parts) {
		if !l.in.repeat {
			return io.EOF
		}
		l.part = 0
	}
	if l.file, err = l.in.parts[l.part](); err == nil {
		l.buf.Reset(l.file)
	}
	return err
}

// read returns the next line of the open part, or the rest of the part with io.EOF.
func (l *lines) read() ([]byte, error) {
	l.long = l.long[:0]
	for {
		line, err := l.buf.ReadSlice('\n')
		if len(l.long)+len(line) > maxRecord {
			return nil, fmt.Errorf("%s: a line of more than %d bytes", l.in.name, maxRecord)
		}
		if len(l.long) > 0 || errors.Is(err, bufio.ErrBufferFull) {
			l.long = append(l.long, line...)
			line = l.long
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(line, []byte{'\n'}), err
		}
	}
}

// expect reads the next line and compares it with got.
func (l *lines) expect(got []byte) error {
	want, err := l.next()
	if err != nil {
		return fmt.Errorf("the input has no more records: %w", err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("it is %.40q, the input has %.40q", got, want)
	}
	return nil
}

func (l *lines) close() {
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
}
