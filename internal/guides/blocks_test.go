package guides

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBlocksAreCompiled: each paragraph of a block of Go, in any text but the guides, is in a program here. The line …
// ends a paragraph, too: it stands for what is left out. Alignment doesn't count, as gofmt changes it with its context.
func TestBlocksAreCompiled(t *testing.T) {
	var programs strings.Builder
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, file := range files {
		programs.WriteString(words(read(t, file)))
	}
	paragraphs := 0
	for file, page := range pages(t) {
		assert.NotRegexp(t, otherFence, read(t, file), "%s: a block is fenced by ``` at the start of a line", file)
		if strings.HasPrefix(file, filepath.FromSlash(folder)) { // TestGuidesShowTheirPrograms asks more of guides
			continue
		}
		for _, b := range page.blocks {
			switch b.info {
			case "go":
			case "java", "sh", "text":
				continue
			default:
				assert.Fail(t, "unknown kind of block", "%s:%d: %q", file, b.at, b.info)
				continue
			}
			for _, p := range gap.Split(strings.Join(b.lines, "\n"), -1) {
				paragraphs++
				found := strings.Contains(programs.String(), words(p))
				assert.True(t, found, "%s:%d: this is in no program:\n%s", file, b.at, p)
			}
		}
	}
	require.GreaterOrEqual(t, paragraphs, 6)
}

var (
	otherFence = regexp.MustCompile("(?m)^(?:[ \t>]+```|[ \t>]*~~~)")
	gap        = regexp.MustCompile(`\n(?:\s*…?\n)+`)
)

// words returns a text with each run of spaces and tabs made one space, and none at the ends of lines.
func words(text string) string {
	var all strings.Builder
	for line := range strings.Lines("\n" + text + "\n") {
		all.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return all.String()
}

// pages reads the Markdown files of the repository, by path.
func pages(t *testing.T) map[string]guide {
	t.Helper()
	checkout(t)
	all := map[string]guide{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir // .git and the like
		}
		if err == nil && filepath.Ext(path) == ".md" {
			name, _ := filepath.Rel(root, path)
			all[filepath.Clean(path)] = parse(t, name, read(t, path))
		}
		return err
	})
	require.NoError(t, err)
	return all
}
