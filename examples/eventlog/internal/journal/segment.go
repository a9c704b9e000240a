package journal

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	suffix = ".journal"
	// maxFirst bounds the sequences that names of files can give, so that none overflows.
	maxFirst = math.MaxInt64 / 2
	// markEvery is the least distance between two marks. A reader skips about as much before its
	// first record; the marks of a full segment take 16 KiB.
	markEvery = 64 << 10
)

// A segment is known by marks of some of its records, in order. The first mark is of its first
// record, whether that is written yet or not.
type segment []mark

// A mark says where a record is.
type mark struct {
	seq    int64
	offset int64
}

func newSegment(first int64) segment { return segment{{seq: first}} }

func (s segment) first() int64 { return s[0].seq }

func segmentName(first int64) string { return fmt.Sprintf("%020d%s", first, suffix) }

// segmentsIn returns the segments in dir, in order, each with its first mark only.
func segmentsIn(dir string) (segments []segment, err error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), suffix)
		if !ok {
			continue
		}
		number, err := strconv.ParseUint(digits, 10, 64)
		first := int64(min(number, maxFirst))
		if err != nil || e.Name() != segmentName(first) {
			return nil, fmt.Errorf("journal: %s: not the name of a segment, need %s to %s",
				filepath.Join(dir, e.Name()), segmentName(0), segmentName(maxFirst))
		}
		segments = append(segments, newSegment(first))
	}
	return segments, nil
}

// note marks the record at an offset of the last segment if it is far enough from the last mark.
// A mark may be of a record that isn't durable: readers never ask for it.
func (j *Journal) note(seq, offset int64) {
	last := &j.segments[len(j.segments)-1]
	if offset-(*last)[len(*last)-1].offset < markEvery {
		return
	}
	j.mu.Lock()
	*last = append(*last, mark{seq, offset})
	j.mu.Unlock()
}

// find returns the segment that has record seq, the nearest mark at or before it, and the first
// sequence of the next segment.
func (j *Journal) find(seq int64) (path string, at mark, end int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	i := before(j.segments, seq, segment.first)
	s := j.segments[i]
	end = math.MaxInt64
	if i+1 < len(j.segments) {
		end = j.segments[i+1].first()
	}
	return j.path(s), s[before(s, seq, func(m mark) int64 { return m.seq })], end
}

// before returns the index of the last element whose sequence is at most seq.
func before[E any](list []E, seq int64, sequence func(E) int64) int {
	i, found := slices.BinarySearchFunc(list, seq, func(e E, seq int64) int { return cmp.Compare(sequence(e), seq) })
	if !found {
		i--
	}
	return i
}

func (j *Journal) path(s segment) string { return filepath.Join(j.dir, segmentName(s.first())) }
