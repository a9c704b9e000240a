package journal

import (
	"fmt"
	"io"
)

// Read calls f with each of the records [from, to), in order, and returns the first error of f.
// A payload is valid during the call only. Any goroutine may call Read, while records are appended
// and after the journal has failed.
//
// Read fails if a record of the range isn't durable or is before First, and with the file and the
// offset if a record has been damaged since.
func (j *Journal) Read(from, to int64, f func(seq int64, payload []byte) error) error {
	if s := j.Stats(); from < s.First || from > to || to > s.Next {
		return fmt.Errorf("journal: read of records [%d, %d), durable are [%d, %d)", from, to, s.First, s.Next)
	}
	for from < to {
		path, at, end := j.find(from)
		end = min(end, to)
		if err := readSegment(j.system, path, at, from, end, f); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// readSegment reads records [from, to) of a segment that has them all. It has a descriptor of its
// own, and so disturbs nobody.
func readSegment(sys system, path string, at mark, from, to int64, f func(int64, []byte) error) error {
	in, err := openFrames(sys, path, at)
	if err != nil {
		return err
	}
	defer in.close()
	for seq := at.seq; seq < to; seq++ {
		payload, err := in.next()
		if err == io.EOF {
			return in.failed(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return err
		}
		if seq < from {
			continue
		}
		if err := f(seq, payload); err != nil {
			return err
		}
	}
	return nil
}

// First returns the sequence of the first record that the journal has, or will have.
func (j *Journal) First() int64 { return j.Stats().First }

// Stats are the figures of a journal at one moment.
type Stats struct {
	Bytes    int64 // of durable records, with their frames
	Segments int64
	Syncs    int64 // of segments, since Open
	First    int64 // sequence of the first record
	Next     int64 // sequence of the first record that isn't durable
}

// Stats returns the figures of the journal. Any goroutine may call it.
func (j *Journal) Stats() Stats {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stats
}
