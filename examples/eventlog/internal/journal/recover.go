package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Open opens the journal in a directory for appending. It makes the directory if there is none,
// in a parent that exists, and locks it: Open fails while another Journal has the directory, in
// this process or another.
//
// It calls recovered, if not nil, with each record in order. A payload is valid during the call
// only. Then it cuts what a crash has torn: the bytes behind the last whole record of the last
// segment. When Open returns, all recovered records are durable.
//
// Open fails, and changes nothing, if recovered does, or if the journal is damaged in another way:
// a segment is missing, a record has a wrong sequence, or a bad record was durable once, because a
// later batch or segment follows it. The error names the file and the offset. Only damage to the
// last batch can't be told from a torn end, and is cut.
//
// The oldest segments may be removed from a closed journal: it then begins with the first that is
// left.
func Open(dir string, o Options, recovered func(seq int64, payload []byte) error) (*Journal, error) {
	if o.SegmentBytes < 0 {
		return nil, fmt.Errorf("journal: SegmentBytes is %d", o.SegmentBytes)
	}
	j := &Journal{dir: filepath.Clean(dir), system: o.system, limit: o.SegmentBytes}
	if j.system == nil {
		j.system = osSystem{}
	}
	if j.limit == 0 {
		j.limit = defaultSegment
	}
	err := j.lockDir()
	if err == nil {
		err = j.recover(recovered)
	}
	if err != nil {
		return nil, errors.Join(err, j.release())
	}
	j.stats.Next, j.stats.Bytes = j.next, j.total
	return j, nil
}

func (j *Journal) lockDir() error {
	err := j.system.mkdir(j.dir)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if j.lock, err = j.system.open(j.dir, os.O_RDONLY); err != nil {
		return err
	}
	if err := lock(j.lock.Fd()); err != nil {
		return fmt.Errorf("journal: %s is open elsewhere, its lock can't be taken: %w", j.dir, err)
	}
	return nil
}

// recover reads all segments and opens the last one for appending.
func (j *Journal) recover(recovered func(int64, []byte) error) error {
	segments, err := segmentsIn(j.dir)
	if err != nil {
		return err
	}
	if len(segments) == 0 {
		return j.begin()
	}
	j.next = segments[0].first()
	j.stats.First = j.next
	for i, s := range segments {
		if s.first() != j.next {
			return &damage{j.path(s), 0, fmt.Sprintf("begins with sequence %d, need %d", s.first(), j.next), false}
		}
		j.segments = append(j.segments, s)
		j.stats.Segments++
		if err := j.recoverSegment(j.path(s), i == len(segments)-1, recovered); err != nil {
			return err
		}
	}
	return j.repair(j.path(segments[len(segments)-1]))
}

// begin makes the first segment of a journal. It syncs the parent before: this or an earlier Open
// may have made the directory.
func (j *Journal) begin() error {
	parent, err := j.system.open(filepath.Dir(j.dir), os.O_RDONLY)
	if err != nil {
		return err
	}
	if err := errors.Join(parent.Sync(), parent.Close()); err != nil {
		return err
	}
	return j.create()
}

// recoverSegment reads the segment at path, and leaves in j.size where its last whole record ends.
func (j *Journal) recoverSegment(path string, last bool, recovered func(int64, []byte) error) error {
	in, err := openFrames(j.system, path, mark{seq: j.next})
	if err != nil {
		return err
	}
	defer in.close()
	for {
		at := in.at
		payload, err := in.next()
		if err != nil {
			j.next = at.seq
			j.size = at.offset
			j.total += at.offset
			return in.tornEnd(err, last)
		}
		j.note(at.seq, at.offset)
		if recovered == nil {
			continue
		}
		if err := recovered(at.seq, payload); err != nil {
			return err
		}
	}
}

// tornEnd returns nil if err, of next, says that the segment ends here, or that a crash has torn
// what follows.
func (f *frames) tornEnd(err error, last bool) error {
	if err == io.EOF {
		return nil
	}
	d, ok := errors.AsType[*damage](err)
	if !ok || !d.torn || !last {
		return err
	}
	offset, found, failure := f.laterBatch()
	if found {
		d.what += fmt.Sprintf("; it was durable before the record at offset %d was written", offset)
		return d
	}
	return failure
}

// repair opens the last segment and cuts it behind its last whole record. It syncs the segment
// and the directory even if there is nothing to cut: a process that was killed may have written
// records, and made the segment, without a sync.
func (j *Journal) repair(path string) (err error) {
	if j.file, err = j.system.open(path, os.O_WRONLY|os.O_APPEND); err != nil {
		return err
	}
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > j.size {
		if err := j.file.Truncate(j.size); err != nil {
			return err
		}
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	return j.lock.Sync()
}
