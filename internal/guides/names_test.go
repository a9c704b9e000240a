package guides

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	span   = regexp.MustCompile("`[^`\n]+`")
	member = regexp.MustCompile(`\b([A-Z]\w*)\.([A-Z]\w*)`)
)

// TestNamesInGuides: where the text of a guide says Type.Member of a type of the library, that member
// exists.
func TestNamesInGuides(t *testing.T) {
	declared := members(t)
	names := 0
	for _, g := range guides(t) {
		for _, s := range span.FindAllString(g.prose, -1) {
			for _, m := range member.FindAllStringSubmatch(s, -1) {
				if declared[m[1]] {
					names++
					assert.True(t, declared[m[0]], "%s says %s, and %s has no %s", g.name, s, m[1], m[2])
				}
			}
		}
	}
	require.Greater(t, names, 30)
}

// members returns the types of package disruptor as Type, and their fields and methods as Type.Member.
func members(t *testing.T) map[string]bool {
	t.Helper()
	declared := map[string]bool{}
	files, err := filepath.Glob(root + "*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					declared[typeName(n.Recv.List[0].Type)+"."+n.Name.Name] = true
				}
				return false
			case *ast.TypeSpec:
				declared[n.Name.Name] = true
				var fields *ast.FieldList
				switch u := n.Type.(type) {
				case *ast.StructType:
					fields = u.Fields
				case *ast.InterfaceType:
					fields = u.Methods
				default:
					return false
				}
				for _, f := range fields.List {
					for _, name := range f.Names {
						declared[n.Name.Name+"."+name.Name] = true
					}
				}
				return false
			}
			return true
		})
	}
	return declared
}

// typeName is the name of a receiver's type, without its star and parameters.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
