package layout_test

import (
	"crypto/sha256"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/layout"
)

type quote struct {
	Bid   float64
	Size  uint32
	Live  bool
	Venue [2][3]byte
}

type event struct {
	ID     int64
	Kind   int8
	Count  int
	Seen   atomic.Int64
	Closed atomic.Bool
	Grid   [2][3]complex64
	Quotes [4]quote
	_      [8]byte
	None   struct{}
	Last   uint16
}

func TestText(t *testing.T) {
	got, err := layout.Of(reflect.TypeFor[event]())
	require.NoError(t, err)
	if strconv.IntSize == 32 {
		t.Skip("the offsets below are those of 64-bit systems")
	}
	require.Equal(t, strings.TrimLeft(`
size 200, align 8
0 int64 ID
8 int8 Kind
9 [7]padding
16 int64 Count
24 int64 Seen
32 uint32 Closed
36 [2][3]complex64 Grid
84 [4]padding
88 [4]struct(24) Quotes
88 float64 Quotes[].Bid
96 uint32 Quotes[].Size
100 bool Quotes[].Live
101 [2][3]uint8 Quotes[].Venue
107 [5]padding Quotes[]
184 [8]uint8 _
192 struct(0) None
192 uint16 Last
194 [6]padding
`, "\n"), got.Text)
	require.Equal(t, unsafe.Sizeof(event{}), got.Size)
	require.Equal(t, unsafe.Alignof(event{}), got.Align)
	require.Equal(t, sha256.Sum256([]byte(got.Text)), got.Hash)
	require.Equal(t, uintptr(7+4+4*5+6), got.Padding)
	require.True(t, got.Bools)
}

func TestTextOfOneValue(t *testing.T) {
	for _, c := range []struct {
		of    any
		text  string
		bools bool
	}{
		{int32(0), "size 4, align 4\n0 int32\n", false},
		{[3]uint8{}, "size 3, align 1\n0 [3]uint8\n", false},
		{false, "size 1, align 1\n0 bool\n", true},
		{[2]bool{}, "size 2, align 1\n0 [2]bool\n", true},
		{[2][3]struct{ A int16 }{}, "size 12, align 2\n0 [2][3]struct(2)\n0 int16 [][].A\n", false},
		{struct{ atomic.Uint32 }{}, "size 4, align 4\n0 uint32 Uint32\n", false},
		{time.Second, "size 8, align 8\n0 int64\n", false},
	} {
		got, err := layout.Of(reflect.TypeOf(c.of))
		require.NoError(t, err)
		if got.Align == 4 { // of an int64, on 32-bit systems
			c.text = strings.Replace(c.text, "align 8", "align 4", 1)
		}
		require.Equal(t, c.text, got.Text)
		require.Equal(t, c.bools, got.Bools)
		require.Zero(t, got.Padding)
	}
}

type ten[T any] struct{ A, B, C, D, E, F, G, H, I, J T }

type million[T any] = ten[ten[ten[ten[ten[ten[T]]]]]]

func TestManyFields(t *testing.T) {
	for _, of := range []reflect.Type{
		reflect.TypeFor[million[int8]](), reflect.TypeFor[million[struct{}]](), reflect.TypeFor[[3]million[[0]int]](),
	} {
		_, err := layout.Of(of)
		require.ErrorIs(t, err, layout.ErrFields)
		require.Regexp(t, `^type has too many fields: (ten|array) takes more than 65536 bytes to describe `+
			`\(the limit is before (ten|array\[0\])(\.[A-J]){5,6}\): use arrays instead of many fields$`, err.Error())
	}
	got, err := layout.Of(reflect.TypeFor[[1000][1000]quote]())
	require.NoError(t, err)
	require.Less(t, len(got.Text), 300)
}

// The limit counts the last line too.
func TestLimit(t *testing.T) {
	field := reflect.StructField{Name: strings.Repeat("N", 1000), Type: reflect.TypeFor[int8]()}
	var fields []reflect.StructField
	for {
		field.Name += string(rune('A' + len(fields)%26))
		fields = append(fields, field)
		got, err := layout.Of(reflect.StructOf(fields))
		if err != nil {
			require.EqualError(t, err, "type has too many fields: struct takes more than 65536 bytes to describe "+
				"(the limit is before struct): use arrays instead of many fields")
			require.Greater(t, len(fields), 50)
			return
		}
		require.LessOrEqual(t, len(got.Text), layout.MaxText)
	}
}

func TestMirrors(t *testing.T) {
	type price float64
	type mirrorQuote struct {
		Bid   price
		Size  uint32
		Live  bool
		Venue [2][3]uint8
	}
	type mirror struct {
		ID     int64
		Kind   int8
		Count  int
		Seen   int64
		Closed uint32
		Grid   [2][3]complex64
		Quotes [4]mirrorQuote
		_      [8]byte
		None   struct{}
		Last   uint16
	}
	if strconv.IntSize == 32 {
		t.Skip("an atomic.Int64 has another alignment than an int64 on 32-bit systems")
	}
	a, err := layout.Of(reflect.TypeFor[event]())
	require.NoError(t, err)
	b, err := layout.Of(reflect.TypeFor[mirror]())
	require.NoError(t, err)
	require.Equal(t, a, b)
}

func TestChanges(t *testing.T) {
	type base struct {
		A, B int32
		C    [4]uint16
		D    struct{ E int8 }
		F    float32
	}
	want, err := layout.Of(reflect.TypeFor[base]())
	require.NoError(t, err)
	for _, c := range []struct {
		name, diff string
		of         reflect.Type
	}{
		{"order", "- 0 int32 A\n- 4 int32 B\n+ 0 int32 B\n+ 4 int32 A", reflect.TypeFor[struct {
			B, A int32
			C    [4]uint16
			D    struct{ E int8 }
			F    float32
		}]()},
		{"type", "- 4 int32 B\n+ 4 uint32 B", reflect.TypeFor[struct {
			A int32
			B uint32
			C [4]uint16
			D struct{ E int8 }
			F float32
		}]()},
		{"name", "- 0 int32 A\n+ 0 int32 a", reflect.TypeFor[struct {
			a, B int32
			C    [4]uint16
			D    struct{ E int8 }
			F    float32
		}]()},
		{"length", "- 8 [4]uint16 C\n+ 8 [2][2]uint16 C", reflect.TypeFor[struct {
			A, B int32
			C    [2][2]uint16
			D    struct{ E int8 }
			F    float32
		}]()},
		{"nesting", "- 16 int8 D.E\n+ 16 int8 E", reflect.TypeFor[struct {
			A, B int32
			C    [4]uint16
			E    int8
			F    float32
		}]()},
		{"extra field", "- 17 [3]padding\n+ 17 uint8 G\n+ 18 [2]padding", reflect.TypeFor[struct {
			A, B int32
			C    [4]uint16
			D    struct{ E int8 }
			G    byte
			F    float32
		}]()},
		{"padding of an inner struct", "- 17 [3]padding\n+ 17 [1]padding D\n+ 18 [0]int16 D._\n+ 18 [2]padding D", reflect.TypeFor[struct {
			A, B int32
			C    [4]uint16
			D    struct {
				E int8
				_ [0]int16
			}
			F float32
		}]()},
	} {
		got, err := layout.Of(c.of)
		require.NoError(t, err)
		require.NotEqual(t, want.Hash, got.Hash, c.name)
		require.Equal(t, c.diff, layout.Diff(want.Text, got.Text), c.name)
	}
	aligned, err := layout.Of(reflect.TypeFor[struct {
		_ [0]atomic.Int64
		base
	}]())
	require.NoError(t, err)
	require.NotEqual(t, want.Align, aligned.Align)
	diff := layout.Diff(want.Text, aligned.Text)
	require.Contains(t, diff, "- size 24, align 4\n")
	require.Contains(t, diff, "+ size 24, align 8\n+ 0 [0]int64 _\n")
}
