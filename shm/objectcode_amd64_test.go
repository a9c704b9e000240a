//go:build !race && !disruptor_debug

package shm

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/be395dad/disruptor/internal/objectcode"
	"github.com/stretchr/testify/require"
)

// To the compiler machine.StoreRelease is a plain store. These tests read what it made of each of
// them in this package, in the machine code of internal/inlinecheck/shm.

var users, newer = objectcode.Builds("internal/inlinecheck/shm", `^main\.|be395dad/disruptor/shm\.`)

const ofThePackage = "github.com/be395dad/disruptor/shm."

// eachBuild tests the build that users of this compiler get, if it is trusted with the plain
// store, and the build that users of a newer one get.
func eachBuild(t *testing.T, test func(t *testing.T, b objectcode.Build)) {
	for _, b := range []objectcode.Build{users, newer} {
		t.Run(b.Name, func(t *testing.T) {
			if b.Name == users.Name && !b.Plain {
				t.Skip("this compiler is not trusted with it")
			}
			test(t, b)
		})
	}
}

// A word of the file as a role's code finds it: behind a pointer in the role or in the core.
type word struct{ pointer, offset uintptr }

var (
	cursorWord   = word{unsafe.Offsetof(claimer{}.cursor), 0}
	fromWord     = word{unsafe.Offsetof(claimer{}.record), unsafe.Offsetof(record{}.from)}
	toWord       = word{unsafe.Offsetof(claimer{}.record), unsafe.Offsetof(record{}.to)}
	positionWord = word{unsafe.Offsetof(reader{}.place), unsafe.Offsetof(place{}.position)}
)

// sleepersAt returns the words of the bits of the eventcount at w.
func sleepersAt(w word) [2]word {
	return [2]word{
		{w.pointer, w.offset + unsafe.Offsetof(eventcount{}.consumers)},
		{w.pointer, w.offset + unsafe.Offsetof(eventcount{}.producers)},
	}
}

// in reports whether the instruction at i accesses the word.
func (w word) in(code objectcode.Code, i int) bool {
	m, ok := code[i].Accessed()
	if !ok || m.Offset != hex(w.offset) {
		return false
	}
	origin := code.Origin(i, m)
	return origin.Kind == objectcode.Loaded && origin.Loaded.Base != "SP" && origin.Loaded.Offset == hex(w.pointer)
}

func hex(n uintptr) string { return fmt.Sprintf("%#x", n) }

// stores returns the indexes of the stores to the word.
func (w word) stores(code objectcode.Code) []int {
	return slices.DeleteFunc(code.SharedStores(), func(i int) bool { return !w.in(code, i) })
}

// A store-release in another function needs a test here, too.
func TestEachFunctionThatStoresAReleaseIsLookedAt(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var found []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			ast.Inspect(decl, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "StoreRelease") {
					f, ok := decl.(*ast.FuncDecl)
					require.True(t, ok, name)
					found = append(found, f.Name.Name)
				}
				return true
			})
		}
	}
	slices.Sort(found)
	require.Equal(t, []string{"attempt", "pass", "publish", "settle"}, slices.Compact(found))
}

func TestTheRecordIsStoredBeforeTheCursorIsSwapped(t *testing.T) {
	eachBuild(t, func(t *testing.T, b objectcode.Build) {
		code := b.Functions(t).Of(t, ofThePackage+"(*claimer).attempt")
		var swaps []int
		for i, in := range code {
			if strings.HasPrefix(in.Text, "LOCK CMPXCHGQ") && cursorWord.in(code, i) {
				swaps = append(swaps, i)
			}
		}
		require.Len(t, swaps, 1)
		swap := swaps[0]

		var before []int
		for _, i := range code.SharedStores() {
			switch {
			case i < swap:
				before = append(before, i)
				require.Equal(t, !b.Plain, code[i].Locked(), code[i].Text)
			default: // the record is taken back, in vain
				require.True(t, toWord.in(code, i) && code[i].Locked(), "%s after the swap", code[i].Text)
			}
		}
		require.Len(t, before, 2, "stores before the swap")
		from, to := before[0], before[1]
		require.True(t, fromWord.in(code, from), code[from].Text)
		require.True(t, toWord.in(code, to), code[to].Text)
		for _, in := range code[from:swap] {
			require.True(t, in.Straight(), "%s between the record and the swap", in.Text)
		}
		for _, in := range code {
			require.False(t, from < in.Jump && in.Jump <= swap, "%s leads around the record", in.Text)
		}
	})
}

func TestEachMarkIsOneStoreBeforeTheClaimIsSettled(t *testing.T) {
	eachBuild(t, func(t *testing.T, b objectcode.Build) {
		code := b.Functions(t).Of(t, ofThePackage+"(*claimer).publish")
		stores := code.SharedStores()
		require.Len(t, stores, 1, "stores to shared memory")
		mark := stores[0]
		require.Equal(t, !b.Plain, code[mark].Locked(), code[mark].Text)

		type state struct {
			marks   int // 2: or more
			settled bool
		}
		most, returns := 0, 0
		objectcode.Walk(code, state{}, func(at int, _ bool, s state) []state {
			in := code[at]
			switch {
			case at == mark:
				require.False(t, s.settled, "a mark after the claim is settled")
				s.marks = min(s.marks+1, 2)
				most = max(most, s.marks)
			case in.Call == "shm.(*claimer).settle":
				s.settled = true
			case in.Call != "":
				require.True(t, s == state{}, "%s after a mark", in.Text)
			case in.Returns():
				returns++
				require.True(t, s.settled, "it returns without a look for sleepers")
			default:
				require.False(t, in.Locked(), in.Text)
			}
			return []state{s}
		})
		require.Equal(t, 2, most, "the mark is stored in a loop")
		require.Positive(t, returns)
	})
}

// The store before a look for sleepers is a locked instruction, or a fence comes between them,
// unless the process leaves that to goroutines about to sleep.
func TestTheLookForSleepersComesAfterTheStore(t *testing.T) {
	for _, c := range []struct {
		function string
		stored   word
		sleepers [2]word
		unfenced string // asks whether the process fences
		partly   bool   // settled in part: it stores nothing
	}{
		{
			"(*claimer).settle", toWord, sleepersAt(word{unsafe.Offsetof(claimer{}.event), 0}),
			"CMPB " + hex(unsafe.Offsetof(claimer{}.unfenced)) + "(AX), $0x0", true,
		},
		{
			"(*reader).pass", positionWord, sleepersAt(word{unsafe.Offsetof(reader{}.place), unsafe.Offsetof(place{}.event)}),
			"CMPB " + hex(unsafe.Offsetof(core{}.unfenced)) + "(CX), $0x0", false,
		},
	} {
		t.Run(c.function, func(t *testing.T) {
			eachBuild(t, func(t *testing.T, b objectcode.Build) {
				code := b.Functions(t).Of(t, ofThePackage+c.function)
				stores := c.stored.stores(code)
				require.Len(t, stores, 2, "one of who fences, and one of who does not")

				type state struct {
					asked, fenced, unfenced bool
					last                    string // "": neither stored nor fenced yet
					looks                   [2]bool
				}
				returns, lasts := 0, map[state]bool{}
				objectcode.Walk(code, state{}, func(at int, jumps bool, s state) []state {
					in := code[at]
					switch {
					case slices.Contains(stores, at) && !in.Locked():
						require.True(t, b.Plain && s.unfenced, in.Text)
						require.Regexp(t, "^MOVQ ", in.Text)
						s.last = "stored"
					case in.Locked():
						require.True(t, !b.Plain || s.fenced, "%s, and nobody asked for it", in.Text)
						s.last = "fenced"
					case in.Text == c.unfenced:
						s.asked = true
					case s.asked && in.Jump >= 0:
						require.Contains(t, []string{"JE", "JNE"}, strings.Fields(in.Text)[0])
						s.unfenced = jumps == strings.HasPrefix(in.Text, "JNE")
						s.fenced, s.asked = !s.unfenced, false
					case in.Returns():
						returns++
						require.Equal(t, [2]bool{true, true}, s.looks, "looks for sleepers before the return")
					}
					for k, bits := range c.sleepers {
						if bits.in(code, at) {
							s.looks[k] = true
							nothing := c.partly && s.last == "" && (s.unfenced || !b.Plain)
							require.True(t, s.last == "fenced" || s.last == "stored" && s.unfenced || nothing,
								"%s without a store or a fence before it: %+v", in.Text, s)
							lasts[state{fenced: s.fenced, unfenced: s.unfenced, last: s.last}] = true
						}
					}
					return []state{s}
				})
				require.Positive(t, returns)
				require.True(t, lasts[state{fenced: true, last: "fenced"}], "%v", lasts)
				require.Equal(t, b.Plain, lasts[state{unfenced: true, last: "stored"}], "%v", lasts)
			})
		})
	}
}
