package layout

import (
	"fmt"
	"reflect"
	"strings"
)

// A walker writes the text of a type, in the order of the offsets. Each field takes at least one
// line, so the limit on the text also bounds the walk.
type walker struct {
	root  string
	text  []byte
	bools bool
}

func (w *walker) line(format string, args ...any) {
	w.text = append(fmt.Appendf(w.text, format, args...), '\n')
}

// full returns an error if the text is too long, with the path at which it became so.
func (w *walker) full(path string) error {
	if len(w.text) <= MaxText {
		return nil
	}
	return fmt.Errorf("%w: %s takes more than %d bytes to describe (the limit is before %s): use arrays instead of many fields",
		ErrFields, w.root, MaxText, w.at(path, ""))
}

// leaf writes the line of a field, of dims if it is an array.
func (w *walker) leaf(offset uintptr, dims, kind, path string) {
	if path == "" {
		w.line("%d %s%s", offset, dims, kind)
		return
	}
	w.line("%d %s%s %s", offset, dims, kind, path)
}

// value writes a value of type t at offset, or an array of them with the lengths in dims, such as
// "[2][8]". It returns the bytes of padding in one t.
func (w *walker) value(t reflect.Type, offset uintptr, dims, path string) (padding uintptr, err error) {
	if err := w.full(path); err != nil {
		return 0, err
	}
	if use := refused(t); use != "" {
		return 0, &FieldError{w.at(path, dims), t.String(), use}
	}
	if held := atomicKind(t); held != "" {
		w.leaf(offset, dims, held, path)
		return 0, nil
	}
	switch t.Kind() {
	case reflect.Array:
		padding, err = w.value(t.Elem(), offset, fmt.Sprintf("%s[%d]", dims, t.Len()), path)
		return padding * uintptr(t.Len()), err
	case reflect.Struct:
		if dims != "" {
			w.leaf(offset, dims, fmt.Sprintf("struct(%d)", t.Size()), path)
			path += strings.Repeat("[]", strings.Count(dims, "["))
		} else if t.NumField() == 0 {
			w.leaf(offset, "", "struct(0)", path)
		}
		return w.fields(t, offset, path)
	case reflect.Int, reflect.Uint:
		w.leaf(offset, dims, fmt.Sprintf("%s%d", t.Kind(), t.Size()*8), path)
	default:
		w.bools = w.bools || t.Kind() == reflect.Bool
		w.leaf(offset, dims, t.Kind().String(), path)
	}
	return 0, nil
}

// fields writes the fields of a struct at offset, and the gaps between and behind them.
func (w *walker) fields(t reflect.Type, offset uintptr, path string) (padding uintptr, err error) {
	end := uintptr(0)
	gap := func(to uintptr) {
		if to > end {
			w.leaf(offset+end, fmt.Sprintf("[%d]", to-end), "padding", path)
			padding += to - end
		}
	}
	for i := range t.NumField() {
		field := t.Field(i)
		gap(field.Offset)
		name := field.Name
		if path != "" {
			name = path + "." + name
		}
		inside, err := w.value(field.Type, offset+field.Offset, "", name)
		if err != nil {
			return 0, err
		}
		padding += inside
		end = field.Offset + field.Type.Size()
	}
	gap(t.Size())
	return padding, nil
}

// at returns the path for an error: with the root, and with the first element of each array.
func (w *walker) at(path, dims string) string {
	path += strings.Repeat("[]", strings.Count(dims, "["))
	if path != "" && path[0] != '[' {
		path = "." + path
	}
	return w.root + strings.ReplaceAll(path, "[]", "[0]")
}

// refused returns what to use instead of t if t can't be shared, or "".
func refused(t reflect.Type) string {
	switch t.PkgPath() {
	case "sync", "internal/sync":
		return "it wakes goroutines of one process only; leave it out, or use a type of sync/atomic"
	case "sync/atomic":
		switch name := t.Name(); {
		case name == "Uintptr":
			return "it means nothing in another process; use atomic.Uint64 with an offset or an index"
		case atomicKind(t) == "":
			return "it points into one process; use atomic.Int64 with an index"
		}
	case "time":
		if t.Name() == "Time" {
			return "it points to a time zone; use an int64 with UnixNano"
		}
	}
	switch t.Kind() {
	case reflect.String:
		return "it points into one process; use an array of bytes and a length"
	case reflect.Slice:
		return fmt.Sprintf("it points into one process; use an array [N]%s and a length", t.Elem())
	case reflect.Pointer:
		return fmt.Sprintf("it points into one process; use %s itself, or an index", t.Elem())
	case reflect.UnsafePointer:
		return "it points into one process; use a uint64 with an offset or an index"
	case reflect.Uintptr:
		return "it means nothing in another process; use a uint64 with an offset or an index"
	case reflect.Map:
		return "it points into one process; use an array of keys and values and a length"
	case reflect.Chan:
		return "it exists in one process only; leave it out"
	case reflect.Func:
		return "it exists in one process only; use a number that stands for it"
	case reflect.Interface:
		return "it points into one process; use a number for the type and a field for each"
	}
	return ""
}

// atomicKind returns the kind of value that a type of sync/atomic holds, or "". The fields of
// the type itself may differ between releases of Go.
func atomicKind(t reflect.Type) string {
	if t.PkgPath() != "sync/atomic" {
		return ""
	}
	switch t.Name() {
	case "Int32", "Int64", "Uint32", "Uint64":
		return strings.ToLower(t.Name())
	case "Bool":
		return "uint32"
	}
	return ""
}
