package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// A repository is the one around the working directory.
type repository struct {
	root   string
	commit string   // HEAD
	tags   []string // of the library: those of the other modules begin with a folder
}

func openRepository() (*repository, error) {
	r := &repository{}
	var err error
	if r.root, err = r.git("rev-parse", "--show-toplevel"); err != nil {
		return nil, err
	}
	if r.commit, err = r.git("rev-parse", "--short", "HEAD"); err != nil {
		return nil, err
	}
	changed, err := r.git("status", "--porcelain")
	if err != nil {
		return nil, err
	}
	if changed != "" {
		fmt.Printf("not committed, so not in the release:\n%s\n", changed)
	}
	tags, err := r.git("tag", "--list", "v*")
	r.tags = strings.Fields(tags)
	return r, err
}

// git returns what git says, without the last line's end.
func (r *repository) git(args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.root
	out, err := output(cmd)
	return strings.TrimRight(out, "\n"), err
}

// export writes the files of a commit to a new folder. What git does not track is not in a release.
func (r *repository) export(commit, folder string) error {
	if err := os.Mkdir(folder, 0o777); err != nil {
		return err
	}
	files, err := r.git("archive", "--format=tar", "--output="+folder+".tar", commit)
	if err != nil {
		return fmt.Errorf("%w: %s", err, files)
	}
	_, err = output(exec.Command("tar", "-x", "-f", folder+".tar", "-C", folder))
	return err
}

// output returns what the command writes to standard output. Its error has the command and its
// standard error.
func output(cmd *exec.Cmd) (string, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return string(out), err
}
