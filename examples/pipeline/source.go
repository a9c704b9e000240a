package main

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An input is text in parts. Each of its lines is a record.
type input struct {
	name   string
	parts  []part
	repeat bool // the first part follows the last one
	again  bool // opened a second time, it reads the same
}

// A part opens one stretch of an input. Each part begins with a new record, even if the part
// before it ends without a newline.
type part func() (io.ReadCloser, error)

// ownRecords is how many lines of this repository's own text make a run: enough to go round the
// ring for many laps, and few enough to take only seconds.
const ownRecords = 1_000_000

// chooseInput takes the files that were named. Without names it takes standard input if that is a
// pipe or a regular file with something in it, and otherwise the repository's own text. A program
// started without a terminal often has the null device or an empty pipe there and is not meant to
// read it.
func chooseInput(ctx context.Context, names []string, stdin *os.File) (*input, error) {
	if len(names) == 0 {
		if r, ok := offered(ctx, stdin); ok {
			return &input{name: "standard input", parts: []part{once(r)}}, nil
		}
		return ownText()
	}
	in := &input{name: strings.Join(names, " "), again: true}
	for _, name := range names {
		if name == "-" {
			in.parts, in.again = append(in.parts, once(breakable(ctx, stdin))), false
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		switch {
		case info.IsDir():
			return nil, fmt.Errorf("%s is a directory", name)
		case info.Mode().IsRegular():
			in.parts = append(in.parts, regular(name, info.Size()))
		default: // a pipe, a device: it can't be read twice
			in.parts, in.again = append(in.parts, func() (io.ReadCloser, error) { return os.Open(name) }), false
		}
	}
	return in, nil
}

// offered waits for the first byte of standard input, and reports whether there is one.
func offered(ctx context.Context, stdin *os.File) (io.Reader, bool) {
	info, err := stdin.Stat()
	if err != nil || !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return nil, false
	}
	r := bufio.NewReader(breakable(ctx, stdin))
	_, err = r.Peek(1)
	return r, err == nil || ctx.Err() != nil
}

// breakable reads r, and takes the end of ctx for the end of r. The Read of a pipe can't be
// interrupted, so it runs on a goroutine that an interrupt leaves behind.
func breakable(ctx context.Context, r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	context.AfterFunc(ctx, func() { pw.Close() })
	go func() {
		_, err := io.Copy(pw, r)
		pw.CloseWithError(err)
	}()
	return pr
}

func once(r io.Reader) part {
	return func() (io.ReadCloser, error) { return io.NopCloser(r), nil }
}

// regular opens a file up to the size that it had at first. Text appended meanwhile, as to a log,
// would make its last line read differently the second time.
func regular(name string, size int64) part {
	return func() (io.ReadCloser, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(f, size), f}, nil
	}
}

// own is the text of this program, for a run outside any module.
//
//go:embed *.go
var own embed.FS

// ownText takes the Go, Markdown and assembly files of the repository around the working
// directory, or else of this program. It reads them now, so that later edits don't change the
// input.
func ownText() (*input, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	in := &input{name: "the sources in " + root, repeat: true, again: true}
	files := os.DirFS(root)
	if root == "" {
		in.name, root, files = "the sources of this program", "this program", own
	}
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case !entry.Type().IsRegular() || !slices.Contains([]string{".go", ".md", ".s"}, filepath.Ext(path)):
			return nil
		}
		text, err := fs.ReadFile(files, path)
		if len(text) > 0 {
			in.parts = append(in.parts, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil })
		}
		return err
	})
	if err == nil && len(in.parts) == 0 {
		err = fmt.Errorf("no .go, .md or .s file under %s", root)
	}
	return in, err
}

// findRoot walks up from the working directory to the nearest go.work, or else the nearest
// go.mod. It returns "" if there is neither.
func findRoot() (root string, err error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && root == "" {
			root = dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return root, nil
}
