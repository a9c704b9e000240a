// Package guides has the programs of the guides in docs/guides. Their examples run like all others. The
// tests here compare the texts with them: the code that a text shows, and the names that a guide uses.
package guides

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	root   = "../../"
	folder = root + "docs/guides/"
)

// A guide is a Markdown file.
type guide struct {
	name   string
	prose  string // the text outside the blocks
	blocks []block
	links  []string // targets of its relative links
}

// A block is a fenced block of code.
type block struct {
	info  string // the word after the opening fence; "go" and "text" blocks are compared with the programs
	lines []string
	at    int // line of its fence
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// checkout skips a test in the module cache: the other modules, which texts link to, are missing there.
func checkout(t *testing.T) {
	t.Helper()
	if !exists(root + "cmd/disruptor/go.mod") {
		t.Skip("not in a checkout of the repository")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// guides reads all guides, in the order of their names.
func guides(t *testing.T) []guide {
	t.Helper()
	checkout(t)
	files, err := filepath.Glob(folder + "*.md")
	require.NoError(t, err)
	require.Greater(t, len(files), 9)
	var all []guide
	for _, file := range files {
		all = append(all, parse(t, filepath.Base(file), read(t, file)))
	}
	return all
}

func parse(t *testing.T, name, text string) guide {
	t.Helper()
	g := guide{name: name}
	var prose strings.Builder
	open := false
	for i, line := range strings.Split(text, "\n") {
		last := len(g.blocks) - 1
		switch info, fence := strings.CutPrefix(line, "```"); {
		case fence && open:
			open = false
		case fence:
			open = true
			g.blocks = append(g.blocks, block{info: info, at: i + 1})
		case open:
			g.blocks[last].lines = append(g.blocks[last].lines, line)
		default:
			prose.WriteString(line + "\n")
		}
	}
	require.False(t, open, "%s: a block without an end", name)
	g.prose = prose.String()
	for _, l := range link.FindAllStringSubmatch(span.ReplaceAllString(g.prose, ""), -1) {
		if !strings.Contains(l[1], "://") {
			g.links = append(g.links, l[1])
		}
	}
	return g
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// in reports whether the block is in a source: as consecutive whole lines, all indented by the same tabs.
// A text block is there as a comment, the expected output of an example.
func (b block) in(source string) bool {
	for tabs := range 5 {
		prefix := strings.Repeat("\t", tabs)
		if b.info == "text" {
			prefix += "// "
		}
		var all strings.Builder
		for _, line := range b.lines {
			all.WriteString("\n" + strings.TrimRight(prefix+line, " \t"))
		}
		if strings.Contains("\n"+source+"\n", all.String()+"\n") {
			return true
		}
	}
	return false
}

// TestGuidesShowTheirPrograms: each block of Go or text in a guide is in a program that the guide links
// to. A "go before" block is in a program that uses another library, in a separate module.
func TestGuidesShowTheirPrograms(t *testing.T) {
	for _, g := range guides(t) {
		var programs, before []string
		for _, l := range g.links {
			switch {
			case strings.HasPrefix(l, "../../internal/guides/"):
				programs = append(programs, read(t, folder+l))
			case strings.HasPrefix(l, "../../cmd/disruptor/internal/before/"):
				before = append(before, read(t, folder+l))
			}
		}
		for _, b := range g.blocks {
			sources := programs
			switch b.info {
			case "go", "text":
			case "go before":
				sources = before
			case "java", "sh":
				continue // in no program
			default:
				assert.Fail(t, "unknown kind of block", "%s:%d: %q", g.name, b.at, b.info)
			}
			found := false
			for _, source := range sources {
				found = found || b.in(source)
			}
			assert.True(t, found, "%s:%d: no program that the guide links to has this block:\n%s", g.name, b.at,
				strings.Join(b.lines, "\n"))
		}
	}
}

// TestProgramsAreShown: for each program, a guide shows a part of it or names it.
func TestProgramsAreShown(t *testing.T) {
	all := guides(t)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	examples := 0
	for _, file := range files {
		if file == "readme_test.go" { // README.md shows it, which is no guide
			continue
		}
		source := read(t, file)
		files := token.NewFileSet()
		syntax, err := parser.ParseFile(files, file, source, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Example") {
				continue
			}
			examples++
			body := source[files.Position(f.Pos()).Offset:files.Position(f.End()).Offset]
			shown := false
			for _, g := range all {
				shown = shown || strings.Contains(g.prose, "`"+f.Name.Name+"`")
				for _, b := range g.blocks {
					shown = shown || b.info == "go" && b.in(body)
				}
			}
			assert.True(t, shown, "%s: no guide shows or names %s", file, f.Name.Name)
		}
	}
	require.Greater(t, examples, 20)
}

// TestIndexOfGuides: the index names each guide, and each is short.
func TestIndexOfGuides(t *testing.T) {
	all := guides(t)
	index := all[0]
	require.Equal(t, "README.md", index.name)
	for _, g := range all[1:] {
		assert.Contains(t, index.links, g.name)
		most := 120
		if g.name == "stuck.md" { // which is searched, not read
			most = 145
		}
		assert.LessOrEqual(t, strings.Count(read(t, folder+g.name), "\n"), most, "lines of %s", g.name)
	}
}
