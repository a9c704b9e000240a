package layout_test

import (
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/layout"
)

type inner[T any] struct {
	Price  int64
	Symbol T
}

type outer[T any] struct {
	Quotes [2][3]inner[T]
}

type Event[T any] struct {
	ID    int64
	Outer outer[T]
}

// refusal returns the error of Event[T], up to what to use.
func refusal[T any](t *testing.T) (start, use string) {
	_, err := layout.Of(reflect.TypeFor[Event[T]]())
	require.ErrorIs(t, err, layout.ErrType)
	require.ErrorAs(t, err, new(*layout.FieldError))
	start, use, _ = strings.Cut(err.Error(), "; use ")
	return start, use
}

func TestRefusedInside(t *testing.T) {
	start, use := refusal[string](t)
	require.Equal(t, "type can't be shared between processes: Event.Outer.Quotes[0][0].Symbol (string): it points into one process", start)
	require.Equal(t, "an array of bytes and a length", use)
	_, use = refusal[[]uint16](t)
	require.Equal(t, "an array [N]uint16 and a length", use)
	_, use = refusal[*float64](t)
	require.Equal(t, "float64 itself, or an index", use)
	start, use = refusal[time.Time](t)
	require.Equal(t, "type can't be shared between processes: Event.Outer.Quotes[0][0].Symbol (time.Time): it points to a time zone", start)
	require.Equal(t, "an int64 with UnixNano", use)
	start, use = refusal[[5]any](t)
	require.Equal(t, "type can't be shared between processes: Event.Outer.Quotes[0][0].Symbol[0] (interface {}): it points into one process", start)
	require.Equal(t, "a number for the type and a field for each", use)
	start, use = refusal[atomic.Uintptr](t)
	require.Equal(t, "type can't be shared between processes: Event.Outer.Quotes[0][0].Symbol (atomic.Uintptr): it means nothing in another process", start)
	require.Equal(t, "atomic.Uint64 with an offset or an index", use)
	start, use = refusal[atomic.Pointer[int]](t)
	require.Equal(t, "type can't be shared between processes: Event.Outer.Quotes[0][0].Symbol (atomic.Pointer[int]): it points into one process", start)
	require.Equal(t, "atomic.Int64 with an index", use)
	for _, kind := range []func(*testing.T) (string, string){
		refusal[map[int]int], refusal[chan int], refusal[func()], refusal[error], refusal[uintptr],
		refusal[unsafe.Pointer], refusal[sync.Mutex], refusal[sync.Once],
		refusal[atomic.Value], refusal[[0]func()], refusal[struct{ a, b *int }],
	} {
		start, _ := kind(t)
		require.Contains(t, start, "Event.Outer.Quotes[0][0].Symbol")
	}
}

func TestRefusedItself(t *testing.T) {
	type named struct{ A, B string }
	for _, c := range []struct {
		of   reflect.Type
		text string
	}{
		{nil, "interface (nil): use a type that is not an interface"},
		{reflect.TypeFor[string](), "string (string): it points into one process; use an array of bytes and a length"},
		{reflect.TypeFor[*named](), "ptr (*layout_test.named): it points into one process; use layout_test.named itself, or an index"},
		{reflect.TypeFor[named](), "named.A (string): it points into one process; use an array of bytes and a length"},
		{reflect.TypeFor[[2]named](), "array[0].A (string): it points into one process; use an array of bytes and a length"},
		{reflect.TypeFor[struct{ C chan int }](), "struct.C (chan int): it exists in one process only; leave it out"},
		{reflect.TypeFor[sync.Mutex](), "Mutex (sync.Mutex): it wakes goroutines of one process only; leave it out, or use a type of sync/atomic"},
		{reflect.TypeFor[struct{}](), "struct (struct {}): it has no bytes; use a type that has"},
		{reflect.TypeFor[[0]int](), "array ([0]int): it has no bytes; use a type that has"},
	} {
		_, err := layout.Of(c.of)
		require.EqualError(t, err, "type can't be shared between processes: "+c.text)
	}
}
