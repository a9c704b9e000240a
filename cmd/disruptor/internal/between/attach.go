//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package between

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/be395dad/disruptor/cmd/disruptor/internal/harness"
	"github.com/be395dad/disruptor/shm"
)

// attaches offers to open a ring that lies in a file: with its pages present at once, and each when it is first used.
func attaches(c harness.Case) []harness.Subject {
	var all []harness.Subject
	for _, s := range []struct {
		name string
		opts shm.Options
	}{{"no prefault", shm.Options{NoPrefault: true}}, {"prefault", shm.Options{}}} {
		all = append(all, harness.Subject{Name: "shm", Group: "shm, " + s.name, Setting: s.name,
			Run: func(n int64) (harness.Sample, error) { return measureAttach(c, s.opts, n) }})
	}
	return all
}

// measureAttach takes the time of Open and Detach together.
func measureAttach(c harness.Case, opts shm.Options, n int64) (harness.Sample, error) {
	dir, err := os.MkdirTemp("/dev/shm", "disruptor-bench-")
	if err != nil {
		return harness.Sample{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ring")
	ring, err := shm.Create[event](path, shm.Config{Capacity: c.Capacity})
	if err != nil {
		return harness.Sample{}, err
	}
	defer leave(ring)
	return harness.MeasureCalls(n, func(i int64) (time.Duration, error) {
		begin := time.Now()
		opened, err := shm.Open[event](path, opts)
		if err != nil {
			return 0, fmt.Errorf("open: %w", err)
		}
		if opened.Cap() != c.Capacity {
			err = fmt.Errorf("a ring of %d slots, not %d", opened.Cap(), c.Capacity)
		}
		if derr := opened.Detach(background); derr != nil {
			err = derr
		}
		return time.Since(begin), err
	})
}
