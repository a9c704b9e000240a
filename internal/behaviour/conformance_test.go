package behaviour

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConformanceTable compares docs/conformance.md with the tests. Each of C1 to C105 must have
// a row, in order. A row must name tests, or say why it is different or what it waits for. Each
// named test must exist and name the item.
func TestConformanceTable(t *testing.T) {
	const items = 105
	table, err := os.ReadFile(root + "docs/conformance.md")
	require.NoError(t, err)
	sources := testSources(t)
	row := regexp.MustCompile(`(?m)^\| C(\d+) \|(.*)\|(.*)\|$`)
	name := regexp.MustCompile("`(Test\\w+|Fuzz\\w+|Example\\w*)`")
	rows := row.FindAllStringSubmatch(string(table), -1)
	for i, r := range rows {
		item := "C" + r[1]
		require.Equal(t, "C"+strconv.Itoa(i+1), item, "order of rows")
		tests := name.FindAllStringSubmatch(r[3], -1)
		if len(tests) == 0 || strings.HasPrefix(r[3], " Different") || strings.HasPrefix(r[3], " Later") {
			assert.Regexp(t, `^ (Different|Later): .{20,}`, r[3], item)
		}
		for _, test := range tests {
			source, ok := sources[test[1]]
			if assert.True(t, ok, "%s names %s, which is no test", item, test[1]) {
				assert.Regexp(t, `\b`+item+`\b`, source, "%s does not name %s", test[1], item)
			}
		}
	}
	require.Equal(t, items, len(rows))
}

// root is the folder of package disruptor, whose tests show what can't be seen from outside.
const root = "../../"

// testSources returns the source of each test function of the packages, with its comments, by name.
func testSources(t *testing.T) map[string]string {
	var files []string
	for _, folder := range []string{root + "shm/", root + "shm/internal/behaviour/", root + "internal/kills/", "", root} {
		found, err := filepath.Glob(folder + "*_test.go")
		require.NoError(t, err)
		files = append(files, found...)
	}
	sources := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, text, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "Test") &&
				!strings.HasPrefix(fn.Name.Name, "Fuzz") && !strings.HasPrefix(fn.Name.Name, "Example") {
				continue
			}
			begin := fn.Pos()
			if fn.Doc != nil {
				begin = fn.Doc.Pos()
			}
			sources[fn.Name.Name] = string(text[fset.Position(begin).Offset:fset.Position(fn.End()).Offset])
		}
	}
	return sources
}
