// Command site makes a static site of the repository's texts:
//
//	go run ./site
//
// The pages are README.md, the other texts of the root and those in docs and verification. They
// use no scripts and load nothing from other hosts. A link to a file or heading that does not
// exist is an error, and then nothing is written. Files of an earlier build stay unless a file
// of this one takes their place.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "`folder` of the repository")
	out := flag.String("out", "public", "`folder` to write the site to")
	flag.Parse()
	files, err := build(os.DirFS(*root))
	if err == nil {
		err = write(*out, files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d files in %s\n", len(files), *out)
}

// write stores files, which are named by their paths in the site, in the folder out.
func write(out string, files map[string][]byte) error {
	for name, content := range files {
		name = filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
