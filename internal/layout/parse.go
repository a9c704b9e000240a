package layout

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrText: a text is not one that Of writes.
var ErrText = errors.New("text of a layout not valid")

// A Field is what a line of [Layout.Text] says.
type Field struct {
	Path   string  // "" for an event that is not a struct
	Offset int64   // from the beginning of the event
	Dims   []int64 // lengths, if it is an array: [2][8] is 2 and 8
	Kind   string  // of a value or an element: "int32", "struct", "padding"
	Size   int64   // of a value or an element, in bytes
	Fields []Field // of the first element of an array of structs
}

// Count returns the number of elements, 1 for a value.
func (f *Field) Count() int64 {
	n := int64(1)
	for _, d := range f.Dims {
		n *= d
	}
	return n
}

var kinds = map[string]int64{
	"bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
	"float32": 4, "float64": 8, "complex64": 8, "complex128": 16, "padding": 1,
}

// Parse parses the text of a layout and returns the size of the event and its fields. The text
// need not be trusted: each field that Parse returns lies within the event, or within the
// element that it is part of, and behind the field before it.
func Parse(text string) (size int64, fields []Field, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var align int64
	if n, err := fmt.Sscanf(lines[0], "size %d, align %d", &size, &align); n != 2 || err != nil || size <= 0 || align <= 0 {
		return 0, nil, fmt.Errorf("%w: it begins with %q", ErrText, lines[0])
	}
	p := parser{lines: lines[1:]}
	fields, err = p.fields("", 0, size)
	if err == nil && len(p.lines) > 0 {
		err = fmt.Errorf("%w: %q is part of nothing", ErrText, p.lines[0])
	}
	return size, fields, err
}

// A parser has the lines that are left.
type parser struct{ lines []string }

// fields parses lines while their paths begin with prefix, such as "Quotes[]" or "", and checks
// that the fields are inside [from, to).
func (p *parser) fields(prefix string, from, to int64) (fields []Field, err error) {
	for len(p.lines) > 0 {
		f, err := parseLine(p.lines[0])
		if err != nil {
			return nil, err
		}
		if prefix != "" && f.Path != prefix && !strings.HasPrefix(f.Path, prefix+".") {
			break
		}
		if f.Offset < from || f.Size*f.Count() > to-f.Offset {
			return nil, fmt.Errorf("%w: %q is not in [%d, %d)", ErrText, p.lines[0], from, to)
		}
		p.lines = p.lines[1:]
		if f.Kind == "struct" && len(f.Dims) > 0 {
			inside := f.Path + strings.Repeat("[]", len(f.Dims))
			if f.Size*f.Count() == 0 {
				p.skip(inside)
			} else if f.Fields, err = p.fields(inside, f.Offset, f.Offset+f.Size); err != nil {
				return nil, err
			}
		}
		from = f.Offset + f.Size*f.Count()
		fields = append(fields, f)
	}
	return fields, nil
}

// skip skips the fields of the structs in an array of length 0 or with elements of size 0.
func (p *parser) skip(inside string) {
	for len(p.lines) > 0 {
		f, err := parseLine(p.lines[0])
		if err != nil || f.Path != inside && !strings.HasPrefix(f.Path, inside+".") {
			return
		}
		p.lines = p.lines[1:]
	}
}

// parseLine parses "OFFSET [N]KIND PATH".
func parseLine(line string) (f Field, err error) {
	fail := func() (Field, error) { return f, fmt.Errorf("%w: %q", ErrText, line) }
	offset, rest, ok := strings.Cut(line, " ")
	if !ok {
		return fail()
	}
	if f.Offset, err = strconv.ParseInt(offset, 10, 64); err != nil || f.Offset < 0 {
		return fail()
	}
	rest, f.Path, _ = strings.Cut(rest, " ")
	count := int64(1)
	for strings.HasPrefix(rest, "[") {
		number, after, ok := strings.Cut(rest[1:], "]")
		n, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil || n < 0 || n > 0 && count > math.MaxInt32/n {
			return fail()
		}
		count *= n
		f.Dims, rest = append(f.Dims, n), after
	}
	if size, ok := kinds[rest]; ok {
		f.Kind, f.Size = rest, size
		return f, nil
	}
	number, ok := strings.CutPrefix(rest, "struct(")
	if !ok || !strings.HasSuffix(number, ")") {
		return fail()
	}
	f.Kind = "struct"
	f.Size, err = strconv.ParseInt(strings.TrimSuffix(number, ")"), 10, 64)
	if err != nil || f.Size < 0 || f.Size > math.MaxUint32 {
		return fail()
	}
	return f, nil
}
