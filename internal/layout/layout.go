// Package layout describes what two programs must agree on to share values of a type: the size, the alignment, and
// the offset, kind and name of each field. Two types with equal descriptions can be stored by one program and loaded
// by another, whatever they are called and wherever they are declared.
//
// A description does not cover values. One kind of value needs care: a bool is a byte that is 0
// or 1, and compiled Go does undefined things with any other byte. A program that doesn't trust
// the other writers of the memory refuses types with a bool, by [Layout.Bools], and uses a
// uint8.
//
// Stores to fields don't write padding, so it may hold what the memory held before.
// [Layout.Padding] counts it.
package layout

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// MaxText is the most bytes of [Layout.Text]. A description grows with the number of fields in the
// source, not with the lengths of arrays; nested structs can still have millions of fields.
const MaxText = 64 << 10

// The errors of Of. Compare with errors.Is.
var (
	// ErrType: values of the type can't be shared. The error is a [*FieldError].
	ErrType = errors.New("type can't be shared between processes")
	// ErrFields: the type has so many fields that its description is longer than MaxText.
	ErrFields = errors.New("type has too many fields")
)

// A Layout describes a type. Types with equal hashes have equal layouts.
type Layout struct {
	Size, Align uintptr
	// Text has a line "size N, align N", and then a line for each field that is not a struct: its offset, its kind
	// and its path. Kinds are those of Go; int and uint are recorded as int32 and uint32 or as int64 and uint64, and
	// the types of sync/atomic as what they hold. An array is one line, with its length. An array of structs is one
	// line with the size of an element, "[8]struct(24)", and the lines of its first element, at their offsets there:
	// the path of field Bid of array Quotes is "Quotes[].Bid". A gap is a line with kind padding and the path of the
	// struct that has it: "[7]padding". The name of the type and its package are not in the text.
	Text string
	// Hash is the SHA-256 of Text.
	Hash [sha256.Size]byte
	// Padding is the number of bytes in no field.
	Padding uintptr
	// Bools reports whether there is a bool: see the package comment.
	Bools bool
}

// A FieldError is a field that can't be shared. It wraps ErrType.
type FieldError struct {
	Path string // "Event.Quotes[0].Symbol"; the root is the name of the type itself, or its kind
	Type string // of the field, as in Go source
	Use  string // what to use instead
}

// Error returns one line.
func (e *FieldError) Error() string {
	return fmt.Sprintf("%v: %s (%s): %s", ErrType, e.Path, e.Type, e.Use)
}

// Unwrap returns ErrType.
func (e *FieldError) Unwrap() error { return ErrType }

// Of describes t. It fails with ErrType if t has no bytes, or holds a pointer or a type that has one inside (string,
// slice, map, chan, func, interface), an address (uintptr), or a type of package sync, in an array of no elements too.
// It fails with ErrFields if the description is too long.
func Of(t reflect.Type) (Layout, error) {
	if t == nil {
		return Layout{}, &FieldError{"interface", "nil", "use a type that is not an interface"}
	}
	root, _, _ := strings.Cut(t.Name(), "[") // without type arguments
	if root == "" {
		root = t.Kind().String()
	}
	w := walker{root: root}
	w.line("size %d, align %d", t.Size(), t.Align())
	padding, err := w.value(t, 0, "", "")
	if err != nil {
		return Layout{}, err
	}
	if t.Size() == 0 {
		return Layout{}, &FieldError{root, t.String(), "it has no bytes; use a type that has"}
	}
	if err := w.full(""); err != nil {
		return Layout{}, err
	}
	text := string(w.text)
	return Layout{
		Size:    t.Size(),
		Align:   uintptr(t.Align()),
		Text:    text,
		Hash:    sha256.Sum256([]byte(text)),
		Padding: padding,
		Bools:   w.bools,
	}, nil
}
