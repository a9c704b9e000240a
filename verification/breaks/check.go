package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A checker finds out whether a broken package compiles, without compiling it: it only checks
// types.
type checker struct {
	w        *workshop
	folder   string // of the package
	files    *token.FileSet
	parsed   map[string]*ast.File // of the package as it is, by name
	importer types.Importer
}

// newChecker asks the go command which files a build of the package in the folder with these
// tags has, and for the export data of the packages that these import.
func newChecker(w *workshop, folder, tags string) (*checker, error) {
	cmd := exec.Command("go", "list", "-tags="+tags, "-export", "-deps", "-json=ImportPath,Export,GoFiles,DepOnly", ".")
	cmd.Dir = filepath.Join(w.root, folder)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	c := &checker{w: w, folder: folder, files: token.NewFileSet(), parsed: map[string]*ast.File{}}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			ImportPath, Export string
			GoFiles            []string
			DepOnly            bool
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[pkg.ImportPath] = pkg.Export
		if pkg.DepOnly {
			continue
		}
		for _, name := range pkg.GoFiles {
			if c.parsed[name], err = parser.ParseFile(c.files, filepath.Join(cmd.Dir, name), nil, parser.SkipObjectResolution); err != nil {
				return nil, err
			}
		}
	}
	c.importer = importer.ForCompiler(c.files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return c, c.types("", nil)
}

// types checks the package with the file name replaced.
func (c *checker) types(name string, broken *ast.File) error {
	var all []*ast.File
	for n, file := range c.parsed {
		if n == name {
			file = broken
		}
		all = append(all, file)
	}
	config := types.Config{Importer: c.importer}
	_, err := config.Check(c.folder, c.files, all, nil)
	return err
}

// check returns an error if b can't be tried.
func (c *checker) check(b breakage) error {
	replace, err := c.w.breakFile(b)
	if err != nil {
		return err
	}
	broken, err := parser.ParseFile(c.files, replace[filepath.Join(c.w.root, b.file)], nil, parser.SkipObjectResolution)
	name := path.Base(b.file)
	if err != nil || c.parsed[name] == nil { // the file of another build
		return err
	}
	return c.types(name, broken)
}

// checkTest reports whether the test that b names is in the files from which tests are built.
func (w *workshop) checkTest(b breakage) error {
	test, _, _ := strings.Cut(strings.Trim(b.test, "^$"), "$/")
	for _, name := range testFiles[b.folder()] {
		text, err := os.ReadFile(filepath.Join(w.root, b.folder(), name))
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte("\nfunc "+test+"(")) {
			return nil
		}
	}
	return fmt.Errorf("no %s in the files of tests in %s", test, b.folder())
}

// checkAll checks the breaks and prints those that can't be tried.
func checkAll(w *workshop, chosen []breakage) error {
	type build struct{ folder, tags string }
	of := func(b breakage) build { return build{path.Dir(b.file), b.tags()} }
	checkers := map[build]*checker{}
	for _, b := range chosen {
		if checkers[of(b)] != nil {
			continue
		}
		c, err := newChecker(w, path.Dir(b.file), b.tags())
		if err != nil {
			return fmt.Errorf("the unbroken source: %w", err)
		}
		checkers[of(b)] = c
	}
	bad := slices.DeleteFunc(slices.Clone(chosen), func(b breakage) bool {
		err := errors.Join(checkers[of(b)].check(b), w.checkTest(b))
		if err != nil {
			fmt.Printf("%-48s %v\n", b.name, err)
		}
		return err == nil
	})
	if len(bad) > 0 {
		return fmt.Errorf("%d of %d breaks don't apply to the source as it is", len(bad), len(chosen))
	}
	fmt.Printf("%d breaks apply to the source as it is\n", len(chosen))
	return nil
}
