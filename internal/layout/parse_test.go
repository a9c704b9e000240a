package layout

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type parsed struct {
	ID     int64
	Flag   bool
	Symbol [8]uint8
	Quotes [2][3]struct {
		Bid float32
		Per [2]struct{ A, B uint8 }
		_   int16
	}
	None  [0]struct{ A int64 }
	Empty [5]struct{}
	C     complex128
	Last  struct{ X, Y uint16 }
}

func TestParseTakesApartWhatOfWrites(t *testing.T) {
	l, err := Of(reflect.TypeFor[parsed]())
	require.NoError(t, err)
	size, fields, err := Parse(l.Text)
	require.NoError(t, err)
	require.EqualValues(t, l.Size, size)
	var quotes *Field
	var paths []string
	for i := range fields {
		if fields[i].Kind != "padding" {
			paths = append(paths, fields[i].Path)
		}
		if fields[i].Path == "Quotes" {
			quotes = &fields[i]
		}
	}
	require.Equal(t, []string{"ID", "Flag", "Symbol", "Quotes", "None", "Empty", "C", "Last.X", "Last.Y"}, paths)
	require.Equal(t, []int64{2, 3}, quotes.Dims)
	require.EqualValues(t, 12, quotes.Size)
	require.EqualValues(t, reflect.TypeFor[parsed]().Field(3).Offset, quotes.Offset)
	require.Len(t, quotes.Fields, 4) // with 2 bytes of padding
	require.Equal(t, "Quotes[][].Per", quotes.Fields[1].Path)
	require.Equal(t, "Quotes[][].Per[].B", quotes.Fields[1].Fields[1].Path)
}

func TestParseOfTypesThatAreNoStructs(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[int32](), reflect.TypeFor[[4]uint8](), reflect.TypeFor[[3]struct{ A, B int64 }](), reflect.TypeFor[bool](),
	} {
		l, err := Of(typ)
		require.NoError(t, err)
		_, fields, err := Parse(l.Text)
		require.NoError(t, err, l.Text)
		require.Len(t, fields, 1)
		require.Equal(t, "", fields[0].Path)
		require.EqualValues(t, typ.Size(), fields[0].Size*fields[0].Count())
	}
}

func TestParseRefusesWhatLiesOutside(t *testing.T) {
	for _, text := range []string{
		"", "\n", "size 8", "size 0, align 8\n", "size -8, align 8\n",
		"size 8, align 8\n8 int64 A\n", "size 8, align 8\n-1 int8 A\n", "size 8, align 8\n1 int64 A\n",
		"size 8, align 8\n0 [9]uint8 A\n", "size 8, align 8\n0 [4294967296][4294967296]uint8 A\n",
		"size 8, align 8\n0 string A\n", "size 8, align 8\n0 [x]int8 A\n", "size 8, align 8\n0 [3int8 A\n",
		"size 8, align 8\n0 struct(-1) A\n", "size 8, align 8\n0 struct(9\n", "size 8, align 8\nint8\n",
		"size 8, align 8\n0 int64 A\n0 int64 B\n",                           // overlap
		"size 8, align 8\n0 [2]struct(4) A\n0 int64 A[].B\n",                // beyond the element
		"size 8, align 8\n0 [2]struct(4) A\n0 int32 A[].B\n4 int32 A[].C\n", // beyond the element
	} {
		_, _, err := Parse(text)
		require.ErrorIs(t, err, ErrText, "%q", text)
	}
}

func FuzzParse(f *testing.F) {
	l, err := Of(reflect.TypeFor[parsed]())
	require.NoError(f, err)
	f.Add(l.Text)
	f.Add("size 8, align 8\n0 [2]struct(4) A\n0 int32 A[].B\n")
	f.Fuzz(func(t *testing.T, text string) {
		size, fields, err := Parse(text)
		if err != nil {
			return
		}
		end := int64(0)
		for _, field := range fields {
			if field.Offset < end || field.Offset+field.Size*field.Count() > size {
				t.Fatalf("%+v in %q", field, text)
			}
			end = field.Offset + field.Size*field.Count()
		}
		if strings.Count(text, "\n")+1 < len(fields) {
			t.Fatalf("%d fields of %q", len(fields), text)
		}
	})
}
