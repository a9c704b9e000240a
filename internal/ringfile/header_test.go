package ringfile

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/internal/layout"
)

type event struct {
	ID    int64
	Price float64
}

// ring returns the header of a ring of 8 slots, its text and its geometry.
func ring(t *testing.T) (Header, string, Geometry) {
	l, err := layout.Of(reflect.TypeFor[event]())
	require.NoError(t, err)
	g := Geometry{Capacity: 8, EventSize: int64(l.Size), Processes: 3, Producers: 2, Consumers: 4, TextSize: int64(len(l.Text))}
	g.Place()
	return NewHeader(g, l, "schema", [16]byte{1}, BootID(), 7), l.Text, g
}

func TestHeaderIsReadAsItWasWritten(t *testing.T) {
	h, text, g := ring(t)
	raw := h.Bytes(text)
	got, gotText, gotGeometry, err := ReadHeader(bytes.NewReader(raw), g.Size)
	require.NoError(t, err)
	h.CRC = got.CRC
	require.Equal(t, h, got)
	require.Equal(t, text, gotText)
	require.Equal(t, g, gotGeometry)
	require.NoError(t, got.Joinable())
	require.NoError(t, got.SameBoot())
}

func TestHeaderThatMakesNoSenseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Header)
		err    error
	}{
		"version":        {func(h *Header) { h.Major++ }, ErrVersion},
		"feature":        {func(h *Header) { h.Incompatible = 1 << 63 }, ErrFeature},
		"size of header": {func(h *Header) { h.Size-- }, ErrGeometry},
		"size of text":   {func(h *Header) { h.TextSize = math.MaxUint32 }, ErrGeometry},
		"longer text":    {func(h *Header) { h.TextSize++ }, ErrTruncated},
		"capacity":       {func(h *Header) { h.Capacity = 6 }, ErrGeometry},
		"capacity of 0":  {func(h *Header) { h.Capacity = 0 }, ErrGeometry},
		"large":          {func(h *Header) { h.Capacity, h.EventSize = MaxCapacity, math.MaxUint32 }, ErrGeometry},
		"event of 0":     {func(h *Header) { h.EventSize = 0 }, ErrGeometry},
		"stride wraps":   {func(h *Header) { h.EventSize, h.Stride = math.MaxUint32, 0 }, ErrGeometry},
		"processes":      {func(h *Header) { h.Processes = 65 }, ErrGeometry},
		"offset":         {func(h *Header) { h.Places += 4096 }, ErrGeometry},
		"negative":       {func(h *Header) { h.Slots = 1 << 63 }, ErrGeometry},
		"embedded":       {func(h *Header) { h.Embedded = 2 }, ErrGeometry},
	} {
		h, text, g := ring(t)
		c.change(&h)
		_, _, _, err := ReadHeader(bytes.NewReader(h.Bytes(text)), g.Size)
		require.ErrorIs(t, err, c.err, name)
	}
}

func TestHeaderOfADamagedFile(t *testing.T) {
	h, text, g := ring(t)
	raw := h.Bytes(text)
	for n := range raw {
		_, _, _, err := ReadHeader(bytes.NewReader(raw[:n]), g.Size)
		want := ErrTruncated
		if n < len(Magic) {
			want = ErrNotRing
		}
		require.ErrorIs(t, err, want, "%d bytes", n)
		flipped := bytes.Clone(raw)
		flipped[n] ^= 0x10
		_, _, _, err = ReadHeader(bytes.NewReader(flipped), g.Size)
		require.Error(t, err, "byte %d", n)
	}
	_, _, _, err := ReadHeader(bytes.NewReader(raw), g.Size-1)
	require.ErrorIs(t, err, ErrTruncated)
	_, _, _, err = ReadHeader(bytes.NewReader(raw), g.Size+1)
	require.ErrorIs(t, err, ErrGeometry)
}

func TestRingThatMayOnlyBeWatched(t *testing.T) {
	h, text, g := ring(t)
	h.WriteIncompatible = 4
	h, _, _, err := ReadHeader(bytes.NewReader(h.Bytes(text)), g.Size)
	require.NoError(t, err)
	require.ErrorIs(t, h.Joinable(), ErrFeature)
	h.Boot[0]++
	require.ErrorIs(t, h.SameBoot(), ErrStaleBoot)
}

func TestStrideThatTheHeaderHasNoRoomFor(t *testing.T) {
	g := Geometry{Capacity: 2, EventSize: math.MaxUint32, Processes: 1, Producers: 1, Consumers: 1}
	g.Place()
	require.Equal(t, int64(-1), g.Size)
}

func TestStates(t *testing.T) {
	for _, owner := range []int{Nobody, 0, 63} {
		s := StateOf(1<<40-1, owner, Held)
		require.Equal(t, owner, s.Owner())
		require.Equal(t, Held, s.Phase())
		require.Equal(t, uint64(1<<40-1), s.Epoch())
	}
	require.Equal(t, "unknown", Phase(200).String())
	require.True(t, Published(5).Resolved(5) && Gap(5).Resolved(5) && !Gap(4).Resolved(5))
}
