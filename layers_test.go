package disruptor

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file uses declarations of its layer and of lower ones, never of a higher one. So each file
// can be read without knowing the layers above, and the protocol reaches shared memory through
// one door.

type layer int

const (
	machineLayer layer = iota
	positionLayer
	waitingLayer
	ringLayer
	handsLayer
	graphLayer
	above             // uses everything; nothing uses it
	beside layer = -1 // uses nothing; everything may use it
)

func (l layer) String() string {
	return map[layer]string{
		machineLayer: "machine", positionLayer: "position", waitingLayer: "waiting", ringLayer: "ring", handsLayer: "hands",
		graphLayer: "graph", above: "above", beside: "beside",
	}[l]
}

var layers = map[string]layer{
	"doc.go": beside, "errors.go": beside, "debug.go": beside, "debug_on.go": beside, "debug_off.go": beside,

	"pad.go": machineLayer, "fence.go": machineLayer,

	"sequence.go": positionLayer, "tally.go": positionLayer, "marks.go": positionLayer, "aborts.go": positionLayer,

	"wait.go": waitingLayer, "wait_spin.go": waitingLayer, "wait_block.go": waitingLayer,
	"sleepers.go": waitingLayer, "queue.go": waitingLayer, "alert.go": waitingLayer, "timeout.go": waitingLayer,

	"memory.go": ringLayer, "members.go": ringLayer, "state.go": ringLayer, "blocked.go": ringLayer, "pin.go": ringLayer, "core.go": ringLayer, "ends.go": ringLayer, "ring.go": ringLayer, "batch.go": ringLayer,

	"producer.go": handsLayer, "single.go": handsLayer, "multi.go": handsLayer, "runway.go": handsLayer, "singleproducer.go": handsLayer, "multiproducer.go": handsLayer,
	"overflow.go": handsLayer, "failure.go": handsLayer,
	"finder.go": handsLayer, "reader.go": handsLayer, "await.go": handsLayer, "join.go": handsLayer, "consumer.go": handsLayer, "ready.go": handsLayer, "events.go": handsLayer, "channels.go": handsLayer,
	"seats.go": handsLayer, "seats_left.go": handsLayer, "seated.go": handsLayer, "crew.go": handsLayer, "idle.go": handsLayer, "taker.go": handsLayer, "worker.go": handsLayer, "group.go": handsLayer,
	"lossyreader.go": handsLayer, "lossy.go": handsLayer,

	"graph.go": graphLayer, "graph_group.go": graphLayer, "handler.go": graphLayer, "stage.go": graphLayer, "lossystage.go": graphLayer, "profile.go": graphLayer, "thread.go": graphLayer, "shutdown.go": graphLayer,
	"stats.go": above, "snapshot.go": above, "words.go": above, "explain.go": above, "holders.go": above, "watchdog.go": above, "var.go": above, "machine.go": above,
}

// packages are the packages of the module that the files import, each with its layer.
var packages = map[string]layer{
	"internal/history": beside,
	"internal/host":    machineLayer, "internal/machine": machineLayer,
	"internal/waiting": waitingLayer,
}

// upwards are the uses that go up, each with its reason. Methods of Ring and Consumer that would
// go up are declared higher up instead.
var upwards = map[[2]string]string{
	{"ring.go", "graph"}: "a ring has the memory of its handlers in it, and does not look into it",
}

// sourceFiles returns the names of the Go files in a folder that are not tests.
func sourceFiles(t *testing.T, folder string) []string {
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestEveryFileHasALayer(t *testing.T) {
	names := sourceFiles(t, ".")
	for _, name := range names {
		require.Contains(t, layers, name)
	}
	for name := range layers {
		require.Contains(t, names, name)
	}
}

func TestSharedMemoryHasOneDoor(t *testing.T) {
	for _, name := range sourceFiles(t, ".") {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, imported := range file.Imports {
			if p, _ := strconv.Unquote(imported.Path.Value); p == "sync/atomic" {
				require.Equal(t, "sequence.go", name, "imports sync/atomic")
			}
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				require.False(t, strings.HasPrefix(c.Text, "//go:linkname"), name)
			}
		}
	}
}

// The ordering table in doc.go and the comments at the accesses name the same edges.
func TestEveryEdgeIsARowOfTheOrderingTable(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(doc), "//\tedge ")
	require.True(t, found)
	accesses := map[string]int{} // that name each row
	for _, row := range regexp.MustCompile(`(?m)^//\t(\w+) `).FindAllStringSubmatch(table, -1) {
		accesses[row[1]] = 0
	}
	named := regexp.MustCompile(`\b(\w+) edge\b`)
	for _, name := range sourceFiles(t, ".") {
		if name == "doc.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, group := range file.Comments {
			for _, match := range named.FindAllStringSubmatch(group.Text(), -1) {
				edge := match[1]
				if edge == "no" || edge == "its" || edge == "an" {
					continue
				}
				require.Contains(t, accesses, edge, name)
				accesses[edge]++
			}
		}
	}
	for edge, n := range accesses {
		require.Positive(t, n, "no access names the %s edge", edge)
	}
}

func TestAFileUsesOnlyItsOwnLayerAndLowerOnes(t *testing.T) {
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range sourceFiles(t, ".") {
		if built, err := build.Default.MatchFile(".", name); err != nil || !built {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		require.NoError(t, err)
		parsed = append(parsed, file)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: empty{}, Error: func(error) {}} // what other packages declare is of no interest
	pkg, _ := config.Check("disruptor", files, parsed, &info)

	var wrong []string
	needed := map[[2]string]bool{}
	for ident, object := range info.Uses {
		if object.Pkg() != pkg || !object.Pos().IsValid() {
			continue
		}
		user, declarer := files.Position(ident.Pos()), files.Position(object.Pos())
		if layers[declarer.Filename] > layers[user.Filename] {
			use := [2]string{user.Filename, object.Name()}
			if _, allowed := upwards[use]; allowed {
				needed[use] = true
				continue
			}
			wrong = append(wrong, fmt.Sprintf("%s:%d (%s) uses %s of %s (%s)", user.Filename, user.Line,
				layers[user.Filename], object.Name(), declarer.Filename, layers[declarer.Filename]))
		}
	}
	slices.Sort(wrong)
	require.Empty(t, wrong, strings.Join(wrong, "\n"))
	for use := range upwards {
		require.True(t, needed[use], "nothing goes up by %v", use)
	}
	require.Greater(t, len(info.Uses), 1000, "the files were understood")
}

func TestAFileImportsPackagesOfItsOwnLayerAndLowerOnes(t *testing.T) {
	const module = "github.com/be395dad/disruptor"
	requireLower := func(folder, name string, user layer) {
		file, err := parser.ParseFile(token.NewFileSet(), path.Join(folder, name), nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, imported := range file.Imports {
			p, _ := strconv.Unquote(imported.Path.Value)
			p, ours := strings.CutPrefix(p, module)
			if !ours {
				continue
			}
			p = strings.TrimPrefix(p, "/")
			require.Contains(t, packages, p, "%s in %s", name, folder)
			require.LessOrEqual(t, packages[p], user, "%s in %s imports %s", name, folder, p)
		}
	}
	for _, name := range sourceFiles(t, ".") {
		requireLower(".", name, layers[name])
	}
	for folder, l := range packages {
		for _, name := range sourceFiles(t, folder) {
			requireLower(folder, name, l)
		}
	}
}

// empty imports packages without looking into them.
type empty struct{}

func (empty) Import(name string) (*types.Package, error) {
	pkg := types.NewPackage(name, path.Base(name))
	pkg.MarkComplete()
	return pkg, nil
}
