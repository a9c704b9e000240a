package ringview

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/be395dad/disruptor/internal/layout"
)

// A Value is a field of an event, decoded.
type Value struct {
	Path   string `json:"path"`
	Offset int64  `json:"offset"` // in the event
	Kind   string `json:"kind"`   // as in the layout: "[8]uint8"
	// Value is a number, a bool, a list of two numbers (a complex one), or a list of these for each dimension of an
	// array; for an array of structs the innermost lists are of Values. A float that is no number is a string, "NaN"
	// or "+Inf"; a bool that is neither 0 nor 1 is a number.
	Value any `json:"value"`
	// Text is what an array of bytes says, if it is printable.
	Text string `json:"text,omitempty"`
}

// Decode decodes an event by the fields of its layout. What lies behind the data is left out.
func Decode(data Words, fields []layout.Field) []Value { return decode(data, fields, 0, "") }

// decode decodes fields at so many bytes behind their offsets, without the prefix of their paths.
func decode(data Words, fields []layout.Field, shift int64, prefix string) []Value {
	all := []Value{}
	for i := range fields {
		f := &fields[i]
		if f.Kind == "padding" || f.Offset+shift+f.Size*f.Count() > int64(len(data)) {
			continue
		}
		at := f.Offset + shift
		v := Value{Path: strings.TrimPrefix(strings.TrimPrefix(f.Path, prefix), "."), Offset: at, Kind: kind(f)}
		if f.Size*f.Count() == 0 {
			v.Value = []any{}
		} else {
			v.Value = array(data, f, at, f.Dims)
		}
		if len(f.Dims) == 1 && (f.Kind == "uint8" || f.Kind == "int8") {
			v.Text = text(data[at : at+f.Count()])
		}
		all = append(all, v)
	}
	return all
}

func kind(f *layout.Field) string {
	var b strings.Builder
	for _, d := range f.Dims {
		fmt.Fprintf(&b, "[%d]", d)
	}
	b.WriteString(f.Kind)
	if f.Kind == "struct" {
		fmt.Fprintf(&b, "(%d)", f.Size)
	}
	return b.String()
}

// array decodes the array of those lengths at an offset, or the element if there are none.
func array(data Words, f *layout.Field, at int64, dims []int64) any {
	if len(dims) == 0 {
		return element(data, f, at)
	}
	size := f.Size
	for _, d := range dims[1:] {
		size *= d
	}
	list := make([]any, dims[0])
	for i := range list {
		list[i] = array(data, f, at+int64(i)*size, dims[1:])
	}
	return list
}

func element(data Words, f *layout.Field, at int64) any {
	b := data[at : at+f.Size]
	var word uint64
	for i := len(b) - 1; i >= 0; i-- {
		word = word<<8 | uint64(b[i])
	}
	switch f.Kind {
	case "bool":
		if word < 2 {
			return word == 1
		}
		return word
	case "int8":
		return int8(word)
	case "int16":
		return int16(word)
	case "int32":
		return int32(word)
	case "int64":
		return int64(word)
	case "float32":
		return float(float64(math.Float32frombits(uint32(word))), 32)
	case "float64":
		return float(math.Float64frombits(word), 64)
	case "complex64":
		return []any{float(float64(math.Float32frombits(uint32(word))), 32), float(float64(math.Float32frombits(uint32(word>>32))), 32)}
	case "complex128":
		return []any{float(math.Float64frombits(data.uint64(at)), 64), float(math.Float64frombits(data.uint64(at+8)), 64)}
	case "struct":
		return decode(data, f.Fields, at-f.Offset, f.Path+strings.Repeat("[]", len(f.Dims)))
	}
	return word
}

// A Float is a float as short as it can be written. JSON has no infinities.
type Float struct {
	Value float64
	bits  int
}

func float(v float64, bits int) Float { return Float{v, bits} }

func (f Float) String() string { return strconv.FormatFloat(f.Value, 'g', -1, f.bits) }

// MarshalJSON returns a number, or a string for what is none.
func (f Float) MarshalJSON() ([]byte, error) {
	if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
		return []byte(strconv.Quote(f.String())), nil
	}
	return []byte(f.String()), nil
}

// text returns the text that fills b up with zeroes, if there is one and it is printable.
func text(b []byte) string {
	s := strings.TrimRight(string(b), "\x00")
	if !utf8.ValidString(s) {
		return ""
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return ""
		}
	}
	return s
}

// Undecoded returns an event of an unknown layout as an array of bytes.
func Undecoded(data Words) []Value {
	n := int64(len(data))
	return Decode(data, []layout.Field{{Dims: []int64{n}, Kind: "uint8", Size: 1}})
}
