//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package shm

import (
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// level nests what can't be shared three deep in arrays.
type level[T any] struct {
	A    int64
	Rows [2]struct {
		Cells [3]struct {
			Values [4]T
		}
	}
}

func refusedType[T any](t *testing.T, kind string) {
	t.Helper()
	path := newPath(t)
	_, err := Create[level[T]](path, Config{Capacity: 2})
	require.ErrorIs(t, err, ErrType)
	require.ErrorContains(t, err, "level.Rows[0].Cells[0].Values[0] ("+kind+")")
	require.NoFileExists(t, path)
	_, ring := newRing[tick](t, Config{Capacity: 2})
	_, err = Open[level[T]](ring, Options{})
	require.ErrorIs(t, err, ErrType)
	_, err = CreateAnonymous[level[T]]("refused", Config{Capacity: 2})
	require.ErrorIs(t, err, ErrType)
}

func TestTypesThatCannotBeShared(t *testing.T) {
	refusedType[*int](t, "*int")
	refusedType[string](t, "string")
	refusedType[[]byte](t, "[]uint8")
	refusedType[map[int]int](t, "map[int]int")
	refusedType[any](t, "interface {}")
	refusedType[error](t, "error")
	refusedType[uintptr](t, "uintptr")
	refusedType[unsafe.Pointer](t, "unsafe.Pointer")
	refusedType[chan int](t, "chan int")
	refusedType[func()](t, "func()")
	refusedType[time.Time](t, "time.Time")
	refusedType[sync.Mutex](t, "sync.Mutex")
	_, err := Create[struct{}](newPath(t), Config{Capacity: 2})
	require.ErrorIs(t, err, ErrType)
}

// differing returns the difference that Open of another type reports.
func differing[T any](t *testing.T, path string) string {
	t.Helper()
	files := openFiles(t)
	_, err := Open[T](path, Options{})
	require.ErrorIs(t, err, ErrLayout)
	require.Equal(t, files, openFiles(t))
	require.Regexp(t, "^shm: event layout differs: ", err.Error())
	return err.Error()[len("shm: event layout differs: "):]
}

// C98: events of another size are refused, and so is any other difference.
func TestTypesThatDiffer(t *testing.T) {
	type quote struct {
		Bid, Ask int64
		Size     int32
		Flag     uint16
	}
	type order struct {
		Ask, Bid int64
		Size     int32
		Flag     uint16
	}
	type kinds struct {
		Bid, Ask int64
		Size     uint32
		Flag     uint16
	}
	type longer struct {
		Bid, Ask int64
		Size     int32
		Flag     uint16
		More     uint16
	}
	type moved struct {
		Bid, Ask int64
		Size     int32
		_        [0]int64
		Flag     uint16
	}
	type coarse struct {
		Bid, Ask [8]byte
		Size     int32
		Flag     uint16
		_        uint16
	}
	_, path := newRing[quote](t, Config{Capacity: 2})
	require.Equal(t, "- 0 int64 Ask\n- 8 int64 Bid\n+ 0 int64 Bid\n+ 8 int64 Ask", differing[order](t, path))
	require.Equal(t, "- 16 uint32 Size\n+ 16 int32 Size", differing[kinds](t, path))
	require.Equal(t, "- 22 uint16 More\n+ 22 [2]padding", differing[longer](t, path))
	require.Contains(t, differing[moved](t, path), "_")
	require.Contains(t, differing[coarse](t, path), "- size 24, align 4")
	require.Contains(t, differing[[24]byte](t, path), "- size 24, align 1")
	require.Contains(t, differing[int64](t, path), "- size 8, align 8")
}

// The name of the type and where it is declared don't matter.
func TestTypesOfAnotherName(t *testing.T) {
	r, path := newRing[tick](t, Config{Capacity: 2})
	o := openRing[struct {
		ID    int
		Price float64
		Size  uint32
	}](t, path, Options{})
	c := newConsumer(t, o, ConsumerConfig{})
	require.True(t, newProducer(t, r).TrySend(tick{1, 2.5, 3}))
	b, ok := c.TryNext()
	require.True(t, ok)
	require.Equal(t, 2.5, b.At(0).Price)
}

func TestSchema(t *testing.T) {
	_, path := newRing[tick](t, Config{Capacity: 2, Options: Options{Schema: "prices in cents"}})
	for _, schema := range []string{"", "prices in euros", "prices in cents "} {
		_, err := Open[tick](path, Options{Schema: schema})
		require.ErrorIs(t, err, ErrSchema)
		require.EqualError(t, err, `shm: schema differs: the ring has "prices in cents", and Options.Schema is "`+schema+`"`)
	}
	openRing[tick](t, path, Options{Schema: "prices in cents"})
}

func TestStaleBoot(t *testing.T) {
	path := damaged(t, func(path string) { patch(t, path, func(raw []byte) { clear(raw[56:72]) }) })
	err := refused(t, path)
	require.ErrorIs(t, err, ErrStaleBoot)
	require.Regexp(t, "^shm: ring of an earlier boot: created in boot 0{32}, and this is [0-9a-f]{32}$", err.Error())
	require.NoError(t, Remove(path))
}
