package ringview

import (
	"bytes"
	"fmt"

	"github.com/be395dad/disruptor/internal/ringfile"
)

// regions are the words of a ring but its marks and slots.
type regions struct {
	control, attachments, records, places Words
	locks                                 []string
	recovering                            bool
}

// regions reads them, the control block after the positions, which are never beyond what is claimed. The attachments are
// read on both sides of their locks: a process that has left meanwhile is not dead. An error says which part could not
// be read as a whole.
func (f *File) regions() (r regions, err error) {
	g := &f.Geometry
	var before Words
	for _, part := range []struct {
		name string
		to   *Words
		off  int64
		size int64
	}{
		{"attachments", &before, g.Attachments, int64(g.Processes) * ringfile.AttachmentSize},
		{"records", &r.records, g.Records, int64(g.Producers) * ringfile.RecordSize},
		{"places", &r.places, g.Places, int64(g.Consumers) * ringfile.PlaceSize},
		{"control block", &r.control, g.Control, ringfile.ControlSize},
	} {
		words, readErr := f.read(part.off, part.size)
		if *part.to = words; readErr != nil && err == nil {
			err = fmt.Errorf("%s: %w", part.name, readErr)
		}
	}
	r.locks = make([]string, g.Processes)
	for i := range r.locks {
		r.locks[i] = f.lock(ringfile.AttachmentByte(i))
	}
	r.attachments, _ = f.read(g.Attachments, int64(g.Processes)*ringfile.AttachmentSize)
	for i := range r.locks {
		size := int64(ringfile.AttachmentSize)
		if r.locks[i] == Dead && !bytes.Equal(before.entry(i, size), r.attachments.entry(i, size)) {
			r.locks[i] = Unknown
		}
	}
	r.recovering = f.lock(ringfile.RecoveryByte) == Alive
	return r, err
}

// end returns what was claimed when r was read.
func (r *regions) end() int64 {
	end, _ := ringfile.Cursor(r.control.int64(ringfile.ControlCursor))
	return end
}

// closed reports whether the cursor says that the ring is closed.
func (r *regions) closed() bool {
	_, closed := ringfile.Cursor(r.control.int64(ringfile.ControlCursor))
	return closed
}

// owner returns who is the owner in a state.
func (r *regions) owner(st ringfile.State) Owner {
	i := st.Owner()
	if i < 0 || i >= len(r.locks) {
		return Owner{Process: i}
	}
	a := r.attachments.entry(i, ringfile.AttachmentSize)
	return Owner{Process: i, PID: a.int64(ringfile.AttachmentPID), Lock: r.locks[i]}
}
