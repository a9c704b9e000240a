package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
)

// verify reads the journal back and compares it with the input record by record. If the input
// can't be read twice, it compares the digests.
func (p *pipeline) verify() error {
	frames, err := p.journal.readBack()
	if err != nil {
		return err
	}
	defer frames.close()
	want, written := p.in.open(), newDigest()
	defer want.close()
	for n := range p.accepted {
		at := frames.offset
		line, err := frames.next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("journal ends at offset %d after %d of %d records", at, n, p.accepted)
		}
		if err != nil {
			return fmt.Errorf("journal, record %d: %w", n, err)
		}
		if !p.in.again {
			written.add(line)
		} else if err := want.expect(line); err != nil {
			return fmt.Errorf("journal, record %d at offset %d: %w", n, at, err)
		}
	}
	if frames.offset != frames.size {
		return fmt.Errorf("journal goes on at offset %d after the last of %d records", frames.offset, p.accepted)
	}
	if !p.in.again && !written.equal(p.digest) {
		return fmt.Errorf("journal before offset %d: its %d records differ from those that were accepted", frames.size, p.accepted)
	}
	return nil
}

// A digest stands for a sequence of records that can't be read twice.
type digest struct {
	sum  hash.Hash
	size []byte
}

func newDigest() digest { return digest{sum: sha256.New()} }

// add adds the size first, so that no other division of the same bytes into records gives the
// same digest.
func (d *digest) add(line []byte) {
	d.size = binary.AppendUvarint(d.size[:0], uint64(len(line)))
	d.sum.Write(d.size)
	d.sum.Write(line)
}

func (d *digest) equal(other digest) bool { return bytes.Equal(d.sum.Sum(nil), other.sum.Sum(nil)) }
