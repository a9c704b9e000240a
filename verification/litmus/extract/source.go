package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// place is a line of a file, by its name without the folder, or with the last part of it for another package than the root.
type place struct {
	file string
	line int
}

// source is the text of the packages by where it stands: the calls, and the whole lines.
type source struct {
	calls map[place][]call
	lines map[place]string
}

type call struct {
	method string
	text   string
}

// parseSource reads the packages in the folders.
func parseSource(folders ...string) (source, error) {
	s := source{map[place][]call{}, map[place]string{}}
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return source{}, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if err := s.addFile(name); err != nil {
				return source{}, err
			}
		}
	}
	return s, nil
}

func (s source) addFile(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	short := fileName(filepath.ToSlash(name))
	for i, line := range strings.Split(string(text), "\n") {
		s.lines[place{short, i + 1}] = strings.TrimSpace(line)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if e, ok := n.(*ast.CallExpr); ok {
			s.addCall(files, short, e)
		}
		return true
	})
	return nil
}

// fileName returns the name of a file in a place.
func fileName(file string) string {
	for _, folder := range packages {
		if path.Base(path.Dir(file)) == path.Base(folder) && folder != "." {
			return path.Base(folder) + "/" + path.Base(file)
		}
	}
	return path.Base(file)
}

func (s source) addCall(files *token.FileSet, file string, e *ast.CallExpr) {
	var c call
	switch f := e.Fun.(type) {
	case *ast.SelectorExpr:
		c.method = f.Sel.Name
	case *ast.Ident:
		c.method = f.Name
	default:
		return
	}
	var text bytes.Buffer
	if printer.Fprint(&text, files, e) != nil {
		return
	}
	c.text = text.String()
	if i := strings.Index(c.text, "func("); i >= 0 {
		c.text = c.text[:i] + "func)"
	}
	c.text = strings.Join(strings.Fields(c.text), " ")
	// A call of several lines is, to the compiler, on any of these.
	seen := map[int]bool{}
	for _, pos := range []token.Pos{e.Pos(), e.Fun.End(), e.Lparen} {
		if line := files.Position(pos).Line; !seen[line] {
			seen[line] = true
			at := place{file, line}
			s.calls[at] = append(s.calls[at], c)
		}
	}
}

// at returns the calls of a method on a line, or its name if there is none; for "", all calls on the line.
func (s source) at(p place, method string) string {
	var found []string
	for _, c := range s.calls[p] {
		if method == "" || c.method == method {
			found = append(found, c.text)
		}
	}
	if len(found) == 0 {
		return method
	}
	return strings.Join(found, " | ")
}
