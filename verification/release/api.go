package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

const apidiff = "golang.org/x/exp/cmd/apidiff@v0.0.0-20261113113407-e3970619a1a4"

// A plan is what CHANGELOG.md and the tags say of the next release.
type plan struct {
	version string
	notes   string // what CHANGELOG.md says of it
	before  string // the last release before it, "" if it is the first
}

var section = regexp.MustCompile(`(?m)^## ([^\s,]*).*$`)

// planRelease reads the first section of CHANGELOG.md. Its title begins with the version, or with
// Unreleased for the next minor version.
func planRelease(changelog string, tags []string) (plan, error) {
	titles := section.FindAllStringSubmatchIndex(changelog, 2)
	if titles == nil {
		return plan{}, errors.New("CHANGELOG.md: no section")
	}
	end := len(changelog)
	if len(titles) > 1 {
		end = titles[1][0]
	}
	p := plan{notes: changelog[titles[0][1]:end]}
	if title := changelog[titles[0][2]:titles[0][3]]; title != "Unreleased" {
		if !semver.IsValid(title) || semver.Canonical(title) != title {
			return plan{}, fmt.Errorf("CHANGELOG.md: the title %q begins neither with Unreleased nor with a version", title)
		}
		p.version = title
	}
	for _, tag := range tags {
		if semver.IsValid(tag) && semver.Compare(tag, p.before) > 0 &&
			(p.version == "" || semver.Compare(tag, p.version) < 0) {
			p.before = tag
		}
	}
	if p.version == "" {
		p.version = nextMinor(p.before)
	}
	return p, nil
}

// nextMinor returns the version v0.1.0 after none.
func nextMinor(version string) string {
	var major, minor int
	_, _ = fmt.Sscanf(version, "v%d.%d", &major, &minor)
	return fmt.Sprintf("v%d.%d.0", major, minor+1)
}

// allows returns an error if the release must not have incompatible changes. Before v1, a new minor
// version may have some, if a line of the notes says so.
func (p plan) allows() error {
	switch {
	case semver.Major(p.before) != "v0":
		return fmt.Errorf("%s after %s: the import path would have to change", p.version, p.before)
	case semver.MajorMinor(p.version) == semver.MajorMinor(p.before):
		return fmt.Errorf("%s after %s: the minor version must change, which is %s", p.version, p.before, nextMinor(p.before))
	case !strings.Contains(p.notes, "\n* Incompatible: "):
		return errors.New(`CHANGELOG.md: no line of the first section begins with "* Incompatible: "`)
	}
	return nil
}

// compare prints how the library's API differs from the last release's, and fails if it must not.
func compare(repo *repository, p plan, tree, temp string) error {
	if p.before == "" {
		fmt.Printf("the API is compared with no release: no tag v* is older than %s (git fetch --tags?)\n", p.version)
		return nil
	}
	old := filepath.Join(temp, "before")
	if err := repo.export(p.before, old); err != nil {
		return err
	}
	was, err := packages(old)
	if err != nil {
		return err
	}
	is, err := packages(tree)
	if err != nil {
		return err
	}
	data := filepath.Join(temp, "api")
	incompatible := false
	for _, path := range was {
		if !slices.Contains(is, path) {
			fmt.Printf("the API has no package %s: %s has it\n", path, p.before)
			incompatible = true
			continue
		}
		if _, err := goIn(old, "run", apidiff, "-w", data, path); err != nil {
			return err
		}
		report, err := goIn(tree, "run", apidiff, data, path)
		if err != nil {
			return err
		}
		lines := slices.Compact(strings.Split(report, "\n")) // methods of generic types are reported several times
		fmt.Printf("the API of %s since %s:\n%s", path, p.before, strings.Join(lines, "\n"))
		incompatible = incompatible || slices.Contains(lines, "Incompatible changes:")
	}
	if !incompatible {
		return nil
	}
	if err := p.allows(); err != nil {
		return fmt.Errorf("the API has incompatible changes: %w", err)
	}
	return nil
}

// packages returns the paths of the packages in the module that others can import.
func packages(module string) ([]string, error) {
	paths, err := goIn(module, "list", "-f", `{{if ne .Name "main"}}{{.ImportPath}}{{end}}`, "./...")
	internal := func(path string) bool { return strings.Contains(path+"/", "/internal/") }
	return slices.DeleteFunc(strings.Fields(paths), internal), err
}

// goIn runs the Go command in a module outside the workspace.
func goIn(dir string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	return output(cmd)
}
