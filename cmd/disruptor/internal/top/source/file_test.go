//go:build linux

package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/be395dad/disruptor/shm"
)

func TestARingInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ticks")
	target, err := Parse(path)
	require.NoError(t, err)
	_, err = target.Read(t.Context())
	require.EqualError(t, err, "no such file or directory")

	require.NoError(t, os.WriteFile(path, []byte("no ring"), 0o600))
	_, err = target.Read(t.Context())
	require.ErrorContains(t, err, "not a ring")
	require.NoError(t, os.Remove(path))

	ring, err := shm.Create[int64](path, shm.Config{Capacity: 4})
	require.NoError(t, err)
	p, err := ring.Producer("feed")
	require.NoError(t, err)
	first, err := ring.Consumer(shm.ConsumerConfig{Name: "first"})
	require.NoError(t, err)
	_, err = ring.Consumer(shm.ConsumerConfig{Name: "second", After: []string{"first"}})
	require.NoError(t, err)
	for range 2 {
		b, ok := p.TryClaim(1)
		require.True(t, ok)
		p.Publish(b)
	}
	b, ok := first.TryNext()
	require.True(t, ok)
	first.Done(b)
	_, ok = p.TryClaim(2)
	require.True(t, ok)

	look, err := target.Read(t.Context())
	require.NoError(t, err)
	require.Len(t, look.Rings, 1)
	r := look.Rings[0]
	require.Equal(t, "ticks", r.Name)
	require.True(t, r.Shared)
	require.Equal(t, []int64{4, 4, 2, 0}, []int64{r.Capacity, r.Claimed, r.Published, r.Free})
	require.Contains(t, r.Explain, `producers: no room at 4: consumer 1 "second"`)
	require.Len(t, r.Consumers, 2)
	require.Equal(t, []string{"first"}, r.Consumers[1].After)
	require.EqualValues(t, 2, r.Consumers[0].Position)
	require.EqualValues(t, 2, r.Consumers[1].Lag)
	require.Contains(t, r.Consumers[0].Kind, "process ")
	require.Equal(t, "live", r.Consumers[0].State)

	require.NoError(t, os.Remove(path))
	_, err = shm.Create[int64](path, shm.Config{Capacity: 4})
	require.NoError(t, err)
	look, err = target.Read(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, r.Life, look.Rings[0].Life, "another ring of the same path")
}
