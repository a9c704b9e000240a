package main

import (
	"strings"
	"testing"
)

func TestPlanReadsTheVersionFromTheChangelogAndTheTags(t *testing.T) {
	for _, c := range []struct{ title, tags, version, before string }{
		{"Unreleased", "", "v0.1.0", ""},
		{"Unreleased", "v0.1.0", "v0.2.0", "v0.1.0"},
		{"Unreleased", "v0.9.1 v0.10.0 v0.2.0", "v0.11.0", "v0.10.0"},
		{"Unreleased", "v1.2.3 vnext", "v1.3.0", "v1.2.3"},
		{"v0.2.0, 2027-01-31", "v0.1.0", "v0.2.0", "v0.1.0"},
		{"v0.1.1", "v0.1.0 v0.1.1", "v0.1.1", "v0.1.0"}, // it is tagged already
		{"v0.1.0", "v0.1.0", "v0.1.0", ""},
	} {
		changelog := "# Changelog\n\n## " + c.title + "\n\n* A line.\n\n## v0.0.1\n\n* Another.\n"
		p, err := planRelease(changelog, strings.Fields(c.tags))
		if err != nil || p.version != c.version || p.before != c.before {
			t.Errorf("%q with the tags %q: %q after %q, %v; want %q after %q", c.title, c.tags, p.version, p.before, err,
				c.version, c.before)
		}
		if strings.TrimSpace(p.notes) != "* A line." {
			t.Errorf("%q: the notes are %q", c.title, p.notes)
		}
	}
	for _, changelog := range []string{"", "# Changelog\n", "## Next\n", "## v1\n", "## \n"} {
		if p, err := planRelease(changelog, nil); err == nil {
			t.Errorf("%q: version %q, want an error", changelog, p.version)
		}
	}
}

func TestIncompatibleChangesTakeAMinorVersionAndALine(t *testing.T) {
	const line = "\n* Incompatible: `Old` is `New`.\n"
	for _, c := range []struct {
		before, version, notes string
		allowed                bool
	}{
		{"v0.1.0", "v0.2.0", line, true},
		{"v0.1.0", "v1.0.0", line, true},
		{"v0.1.0", "v0.2.0", "\n* `Old` is `New`.\n", false},
		{"v0.1.0", "v0.1.1", line, false},
		{"v1.0.0", "v1.1.0", line, false},
		{"v1.0.0", "v2.0.0", line, false},
	} {
		if err := (plan{c.version, c.notes, c.before}).allows(); (err == nil) != c.allowed {
			t.Errorf("%s after %s with %q: %v", c.version, c.before, c.notes, err)
		}
	}
}

func TestFirstBlock(t *testing.T) {
	got, err := firstBlock("# a\n```sh\nls\n```\n\n```go\nx := 1\n```\n\n```go\ny := 2\n```\n")
	if got != "x := 1\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"", "```sh\nls\n```\n", "\n```go\nx := 1\n"} {
		if got, err := firstBlock(text); err == nil {
			t.Errorf("%q: %q, want an error", text, got)
		}
	}
}
