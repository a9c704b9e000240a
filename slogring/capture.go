package slogring

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
)

// capture makes r say later what it says now.
func (c *core) capture(r *slog.Record) {
	frozen := true
	if !c.options.Defer {
		r.Attrs(func(a slog.Attr) bool {
			frozen = isFrozen(a.Value)
			return frozen
		})
	}
	if frozen {
		*r = r.Clone()
		return
	}
	captured := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		captured.AddAttrs(slog.Attr{Key: a.Key, Value: c.freeze.value(a.Value)})
		return true
	})
	*r = captured
}

// isFrozen reports whether nobody can change what v says.
func isFrozen(v slog.Value) bool {
	switch v.Kind() {
	case slog.KindLogValuer:
		return false
	case slog.KindGroup:
		for _, a := range v.Group() {
			if !isFrozen(a.Value) {
				return false
			}
		}
	case slog.KindAny:
		return isPlain(v.Any())
	}
	return true
}

// isPlain reports whether x is a number, a string or the like, also with methods, or a value that
// slog itself makes and nobody changes.
func isPlain(x any) bool {
	switch x.(type) {
	case nil, *slog.Source, frozenError, frozenJSONError, frozenValue:
		return true
	}
	switch reflect.TypeOf(x).Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.String:
		return true
	}
	return false
}

// A freezer formats values as the wrapped handler will want them.
type freezer struct{ json, text bool }

// freezerFor finds out which of the two forms h can ask for: of an unknown handler, both.
func freezerFor(h slog.Handler) freezer {
	switch h.(type) {
	case *slog.JSONHandler:
		return freezer{json: true}
	case *slog.TextHandler:
		return freezer{text: true}
	}
	return freezer{json: true, text: true}
}

func (f freezer) attrs(attrs []slog.Attr) []slog.Attr {
	frozen := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		frozen[i] = slog.Attr{Key: a.Key, Value: f.value(a.Value)}
	}
	return frozen
}

func (f freezer) value(v slog.Value) slog.Value {
	v = v.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		return slog.GroupValue(f.attrs(v.Group())...)
	case slog.KindAny:
		if x := v.Any(); !isPlain(x) {
			return slog.AnyValue(f.any(x))
		}
	}
	return v
}

// any formats x.
func (f freezer) any(x any) any {
	if v := reflect.ValueOf(x); v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		if v.IsNil() {
			return x // its copy would not be nil
		}
		return reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v).Interface() // has the methods of x
	}
	if err, ok := x.(error); ok {
		return f.error(err)
	}
	var v frozenValue
	if f.json {
		v.json = formJSON(x)
	}
	if f.text {
		v.text = formText(x)
	}
	return v
}

// error formats err. What it returns is an error, and a json.Marshaler if err is one.
func (f freezer) error(err error) error {
	if !f.json {
		return frozenError{string(formText(err)), err}
	}
	frozen := frozenError{textOf(err), err}
	if _, ok := err.(json.Marshaler); ok {
		return frozenJSONError{frozen, formJSON(err)}
	}
	return frozen
}

// textOf returns what err.Error returns or, if it panics, what slog.JSONHandler writes then.
func textOf(err error) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = panicText(err, p)
		}
	}()
	return err.Error()
}

func formJSON(x any) []byte {
	return form(x, marshalJSON, func(text string) []byte { quoted, _ := marshalJSON(text); return quoted })
}

func formText(x any) []byte {
	return form(x, marshalText, func(text string) []byte { return []byte(text) })
}

// form returns what marshal makes of x or, written by quote, what slog's handlers write if it fails or
// panics.
func form(x any, marshal func(any) ([]byte, error), quote func(string) []byte) (formed []byte) {
	defer func() {
		if p := recover(); p != nil {
			formed = quote(panicText(x, p))
		}
	}()
	formed, err := marshal(x)
	if err != nil {
		return quote(fmt.Sprintf("!ERROR:%v", err))
	}
	return formed
}

// panicText is what slog's handlers write for x if one of its methods panics with p.
func panicText(x, p any) string {
	if v := reflect.ValueOf(x); v.Kind() == reflect.Pointer && v.IsNil() {
		return "<nil>"
	}
	return fmt.Sprintf("!PANIC: %v", p)
}

// A frozenError says what err said when it was logged. errors.Is and As reach err itself.
type frozenError struct {
	text string
	err  error
}

func (e frozenError) Error() string { return e.text }
func (e frozenError) Unwrap() error { return e.err }

// A frozenJSONError also has the JSON that err made of itself.
type frozenJSONError struct {
	frozenError
	json []byte
}

func (e frozenJSONError) MarshalJSON() ([]byte, error) { return e.json, nil }

// A frozenValue is what slog's handlers would have made of a value: one form or both.
type frozenValue struct{ json, text []byte }

func (v frozenValue) MarshalJSON() ([]byte, error) { return v.json, nil }
func (v frozenValue) MarshalText() ([]byte, error) { return v.text, nil }
func (v frozenValue) String() string {
	if v.text == nil {
		return string(v.json)
	}
	return string(v.text)
}

// marshalJSON is what slog.JSONHandler does.
func marshalJSON(x any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// marshalText is what slog.TextHandler does.
func marshalText(x any) ([]byte, error) {
	if m, ok := x.(encoding.TextMarshaler); ok {
		return m.MarshalText()
	}
	return fmt.Appendf(nil, "%+v", x), nil
}
