// Package journal keeps records on disk, in order and numbered: a record whose Sync has returned
// is there after a crash and after a loss of power.
//
// A journal is a directory of segments, files that only grow. One goroutine appends; any number
// read what is durable.
package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

const (
	// MaxRecord is the size of the largest record, in bytes.
	MaxRecord = 1 << 20

	defaultSegment = 64 << 20
	// writeSize is how much of a batch is gathered before a write. A batch is synced once, at its
	// end.
	writeSize = 1 << 20
)

// Options are the settings of a journal. The zero value is a good one.
type Options struct {
	// SegmentBytes is the size of a full segment: a record that would make the segment larger
	// begins the next one. A larger record has a segment of its own. 0 means 64 MiB.
	SegmentBytes int64

	system system // nil means the operating system
}

// A Journal numbers records and keeps them. Append, Sync, Next and Close are for one goroutine at
// a time, the appender; Read, First and Stats are for any.
type Journal struct {
	dir    string
	system system
	limit  int64 // of the size of a segment
	lock   file  // the directory, locked

	// The appender's.
	file  file   // the last segment
	size  int64  // of the last segment, with buf
	total int64  // bytes of all segments, with buf
	next  int64  // sequence of the next record
	buf   []byte // frames that aren't written yet
	err   error  // why the journal takes no more records

	// The appender alone changes these, holding mu, and reads them without. Records [stats.First,
	// stats.Next) are durable and never change: any goroutine may read them from their files.
	mu       sync.Mutex
	segments []segment
	stats    Stats
}

var errClosed = errors.New("journal: closed")

// Append adds a record to the batch that the next Sync makes durable, and returns its sequence.
// The payload is copied. An Append that fills a segment makes earlier records durable already.
//
// Append refuses an empty payload and one of more than MaxRecord bytes,
// and the journal is as before. After any other error the journal has failed, as Sync says.
func (j *Journal) Append(payload []byte) (seq int64, err error) {
	if j.err != nil {
		return 0, j.err
	}
	if len(payload) == 0 || len(payload) > MaxRecord {
		return 0, fmt.Errorf("journal: record of %d bytes, need 1 to %d", len(payload), MaxRecord)
	}
	length := int64(frameHead + len(payload))
	if j.size > 0 && j.size+length > j.limit {
		if err := j.rotate(); err != nil {
			return 0, j.fail(err)
		}
	}
	seq = j.next
	j.note(seq, j.size)
	j.buf = appendFrame(j.buf, seq, seq == j.stats.Next, payload)
	j.next++
	j.size += length
	j.total += length
	if len(j.buf) >= writeSize {
		if err := j.flush(); err != nil {
			return 0, j.fail(err)
		}
	}
	return seq, nil
}

// Sync makes all appended records durable: one write and one fsync, whatever their number.
//
// After an error the journal has failed: this and each later Append and Sync return the error, and
// nobody knows which records of the batch are durable. To try again would prove nothing, because
// the system may drop what it could not write and then report that all is written.
func (j *Journal) Sync() error {
	if j.err != nil || j.next == j.stats.Next {
		return j.err
	}
	if err := j.commit(); err != nil {
		return j.fail(err)
	}
	return nil
}

func (j *Journal) commit() error {
	if err := j.flush(); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.mu.Lock()
	j.stats.Syncs++
	j.stats.Next = j.next
	j.stats.Bytes = j.total
	j.mu.Unlock()
	return nil
}

func (j *Journal) flush() error {
	_, err := j.file.Write(j.buf)
	j.buf = j.buf[:0]
	return err
}

// fail ends the journal for the appender. Readers go on: what is durable stays so.
func (j *Journal) fail(err error) error {
	j.err = fmt.Errorf("journal failed: %w", err)
	return j.err
}

// rotate begins a segment. The one before is synced first: so only the last segment of a journal
// can have a torn end.
func (j *Journal) rotate() error {
	if j.next != j.stats.Next {
		if err := j.commit(); err != nil {
			return err
		}
	}
	full := j.file
	j.file = nil
	if err := full.Close(); err != nil {
		return err
	}
	return j.create()
}

// create makes the segment of the next record. It syncs the directory: otherwise the file could
// be gone after a loss of power, with all that was synced in it.
func (j *Journal) create() (err error) {
	path := filepath.Join(j.dir, segmentName(j.next))
	j.file, err = j.system.open(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return err
	}
	if err := j.lock.Sync(); err != nil {
		return err
	}
	j.size = 0
	j.mu.Lock()
	j.segments = append(j.segments, newSegment(j.next))
	j.stats.Segments++
	j.mu.Unlock()
	return nil
}

// Next returns the sequence of the record that is appended next.
func (j *Journal) Next() int64 { return j.next }

// Close syncs the journal, closes its files and unlocks its directory. It returns the error of a
// journal that has failed. Appends after Close fail; a second Close does nothing.
func (j *Journal) Close() error {
	if errors.Is(j.err, errClosed) {
		return nil
	}
	err := j.Sync()
	j.err = errClosed
	return errors.Join(err, j.release())
}

func (j *Journal) release() (err error) {
	if j.file != nil {
		err = j.file.Close()
	}
	if j.lock != nil {
		err = errors.Join(err, j.lock.Close())
	}
	return err
}
