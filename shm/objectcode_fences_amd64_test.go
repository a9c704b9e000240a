//go:build !race && !disruptor_debug

package shm

import (
	"testing"
	"unsafe"

	"github.com/be395dad/disruptor/internal/objectcode"
	"github.com/stretchr/testify/require"
)

// Some looks must not run ahead of earlier stores and reads. These tests check that in the machine
// code: no test of a ring's behaviour finds a missing fence every time.

// The join edge needs a fence between the marks and the second look at members if there are none.
// If there are members it needs the second look, to see a consumer that has joined meanwhile.
func TestTheGateLooksAtTheMembersAgain(t *testing.T) {
	eachBuild(t, func(t *testing.T, b objectcode.Build) {
		code := b.Functions(t).Of(t, ofThePackage+"(*claimer).gate")
		members := word{unsafe.Offsetof(core{}.control), unsafe.Offsetof(control{}.members)}
		type state struct {
			looked, fenced bool
			open           bool // what was found since is not to be returned
		}
		walks, positions, returns := 0, 0, 0
		objectcode.Walk(code, state{}, func(at int, _ bool, s state) []state {
			in := code[at]
			m, accessed := in.Accessed()
			switch {
			case members.in(code, at):
				s = state{looked: true}
			case in.Locked():
				s.fenced = true
			case in.Call == "shm.(*claimer).walk":
				walks++
				require.True(t, s.looked && (s.fenced || !b.Plain), "a walk over marks without a fence: %+v", s)
				s.open = true
			case in.Call == "shm.(*core).corrupt": // what is returned then lets nobody claim
				s.open = false
			case accessed && code.Origin(at, m).Kind == objectcode.Computed: // an address computed from an index
				positions++
				require.True(t, s.looked)
				s.open = true
			case in.Returns():
				returns++
				require.False(t, s.open, "it returns without a second look at members")
			}
			return []state{s}
		})
		require.Positive(t, walks)
		require.Positive(t, positions)
		require.Positive(t, returns)
	})
}

// A copy of slots counts only if the reader still has its place after the copy. A plain load
// could run ahead.
func TestTheLookAtTheOwnPlaceAfterACopyIsLocked(t *testing.T) {
	eachBuild(t, func(t *testing.T, b objectcode.Build) {
		code := b.Functions(t).Of(t, ofThePackage+"(*Consumer[go.shape.int64]).tryNextSpecial.func1")
		ownState := word{unsafe.Offsetof(Consumer[int64]{}.read) + unsafe.Offsetof(reader{}.place), unsafe.Offsetof(place{}.state)}
		copies := 0
		objectcode.Walk(code, false, func(at int, _ bool, copied bool) []bool {
			in := code[at]
			switch {
			case in.Call == "runtime.memmove":
				copies++
				copied = true
			case ownState.in(code, at):
				require.Regexp(t, "^LOCK CMPXCHGQ", in.Text)
				copied = false
			case in.Returns():
				require.False(t, copied, "it returns what was copied without a look at the place")
			}
			return []bool{copied}
		})
		require.Positive(t, copies)
	})
}
