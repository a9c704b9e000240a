// Package guides has the programs of the guides in docs/guides. Their examples run like all
// others. The tests here compare the text with them: the code that a guide shows, its links, and
// its terms.
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

// A guide is a file of Markdown.
type guide struct {
	name   string
	prose  string // the text outside blocks
	blocks []block
	links  []string // its links within the repository
}

// A block is the text between two fences.
type block struct {
	info  string // the text behind the opening fence: "go" and "text" are compared with the programs
	lines []string
	at    int // line of its fence
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// guides reads them all. Outside of a checkout, in the cache of modules, the other modules are missing that they link to.
func guides(t *testing.T) []guide {
	t.Helper()
	if _, err := os.Stat(root + "cmd/disruptor/go.mod"); err != nil {
		t.Skip("not in a checkout of the repository")
	}
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

// in reports whether the block is in a source: as consecutive whole lines, all indented by some tabs. A block of text is
// so in a comment, which the example's output is compared with.
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

// TestGuidesShowTheirPrograms: each block of Go in a guide, and each of text, is in a program that the guide links to;
// "go before" is the code of a program that uses another library, in a separate module.
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
				continue // of no program
			default:
				assert.Fail(t, "unknown kind of block", "%s:%d: %q", g.name, b.at, b.info)
			}
			found := false
			for _, source := range sources {
				found = found || b.in(source)
			}
			assert.True(t, found, "%s:%d: this is in no program that the guide links to:\n%s", g.name, b.at,
				strings.Join(b.lines, "\n"))
		}
	}
}

// TestProgramsAreShown: a guide shows a part of each program, or names the program that tests
// its text.
func TestProgramsAreShown(t *testing.T) {
	all := guides(t)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	examples := 0
	for _, file := range files {
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

var heading = regexp.MustCompile(`(?m)^#+ (.*)$`)

// anchors returns the fragments by which the headings of a file are linked to.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		words := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(h[1]), "")
		all[strings.ReplaceAll(words, " ", "-")] = true
	}
	return all
}

func TestLinksOfGuides(t *testing.T) {
	for _, g := range guides(t) {
		for _, l := range g.links {
			file, fragment, _ := strings.Cut(l, "#")
			if file == "" {
				file = g.name
			}
			if _, err := os.Stat(folder + file); !assert.NoError(t, err, "%s links to %s", g.name, l) {
				continue
			}
			if fragment != "" {
				assert.True(t, anchors(read(t, folder+file))[fragment], "%s links to %s, and there is no such heading", g.name, l)
			}
		}
	}
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
