package journal

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A process appends, syncs and stops at any operation: because it is killed, which leaves what it
// wrote, or because power is lost, which leaves what it synced and any part of the rest. The next
// process finds every record for which Sync had returned or that an Open had found, and no other
// than was appended. Then it goes on.
func TestPowerLoss(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		root := t.TempDir()
		w := &world{
			disk: newDisk(), root: root, dir: filepath.Join(root, "journal"), rng: rng,
			limit: []int64{300, 1000, 1 << 20}[rng.IntN(3)],
		}
		for process := range 6 {
			if err := w.process(rng.IntN(60)); err != nil {
				require.NoError(t, err, "seed %d, process %d", seed, process)
			}
			if rng.IntN(3) > 0 {
				w.disk.powerLoss(t, root, rng)
			}
		}
	}
}

// A world outlives its processes.
type world struct {
	disk  *disk
	root  string
	dir   string
	rng   *rand.Rand
	limit int64

	appended model // by the last process, behind what it had found
	durable  int   // so many of them must be found
}

// process opens the journal, appends and syncs, and stops after a number of operations of the
// disk. It returns what is wrong with the journal.
func (w *world) process(operations int) error {
	w.disk.before = func(op, _ string) error {
		if op == "read" {
			return nil
		}
		if operations--; operations < 0 {
			return errPower
		}
		return nil
	}
	var found model
	j, err := Open(w.dir, Options{SegmentBytes: w.limit, system: w.disk}, found.collect(0))
	if err != nil && operations >= 0 {
		return err
	}
	if err != nil {
		return nil
	}
	defer j.release() // as the end of a process closes its files
	if len(found) < w.durable || len(found) > len(w.appended) {
		return fmt.Errorf("found %d records, %d of %d were durable", len(found), w.durable, len(w.appended))
	}
	for i, payload := range found {
		if string(payload) != string(w.appended[i]) {
			return fmt.Errorf("record %d is %q, need %q", i, payload, w.appended[i])
		}
	}
	w.appended, w.durable = found, len(found)
	for {
		for range w.rng.IntN(8) {
			payload := record(int64(w.rng.IntN(1000)))
			w.appended = append(w.appended, payload)
			if _, err := j.Append(payload); err != nil {
				return nil
			}
		}
		if w.rng.IntN(4) == 0 { // a large batch, of which a part is written
			if j.flush() != nil {
				return nil
			}
			continue
		}
		if j.Sync() != nil {
			return nil
		}
		w.durable = len(w.appended)
	}
}
