package guides

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLinks: each relative link in a Markdown file of the repository leads to a file or folder, and its
// fragment to a heading.
func TestLinks(t *testing.T) {
	all := pages(t)
	links := 0
	for file, p := range all {
		for _, l := range p.links {
			links++
			target, fragment, _ := strings.Cut(l, "#")
			path := filepath.Join(filepath.Dir(file), target)
			if target == "" {
				path = file
			}
			if !assert.True(t, exists(path), "%s links to %s: there is no such file", p.name, l) || fragment == "" {
				continue
			}
			assert.Contains(t, anchors(all[path].prose), fragment, "%s links to %s: there is no such heading", p.name, l)
		}
	}
	require.Greater(t, links, 100)
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

var (
	heading     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	punctuation = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// anchors returns the fragments by which GitHub links to the headings of a text.
func anchors(prose string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(prose, -1) {
		name := strings.ReplaceAll(punctuation.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")
		first := name
		for n := 1; all[name]; n++ { // a heading that occurs again
			name = first + "-" + strconv.Itoa(n)
		}
		all[name] = true
	}
	return all
}

func TestAnchors(t *testing.T) {
	prose := "# Back-off\n\n## 100 % CPU\ntext\n## What `Stats` tells\n### Back-off\n"
	assert.Equal(t, map[string]bool{
		"back-off": true, "100--cpu": true, "what-stats-tells": true, "back-off-1": true,
	}, anchors(prose))
}
