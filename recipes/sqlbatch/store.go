package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A row is an event of the ring. Its ID is the key under which it is stored: give a row its ID
// where it is made, so that a row that is sent again keeps it. The sequence won't do, because it
// begins at 0 in each process.
type row struct {
	ID   int64
	Body string
}

const (
	maxRows = 500                    // in a transaction
	maxWait = 100 * time.Millisecond // after which fewer are written
)

// A store is a handler that writes rows to a table. It collects them: for the ring, collected
// rows are done.
type store struct {
	db *sql.DB
	// deadLetter gets each row that the database refuses, and those that are left at the end. If it
	// fails, the row is tried again. It is not ConsumerConfig.DeadLetter, which would get the events
	// of the call that has failed, and not the row that has.
	deadLetter func(row, error) error

	rows  []row     // collected and not written
	since time.Time // when the first of them was collected
	next  int64     // the sequence of the first event that is not collected
}

// config describes the consumer of s. After a failure, such as a lost connection, the handler is
// called again until the database is back: meanwhile the ring fills up, and producers wait.
func (s *store) config() disruptor.ConsumerConfig[row] {
	return disruptor.ConsumerConfig[row]{
		Name:      "store",
		MaxBatch:  maxRows,
		Idle:      maxWait,
		OnFailure: disruptor.FailurePolicy{Retries: -1, Backoff: 10 * time.Millisecond, MaxBackoff: 5 * time.Second},
		Stop:      s.stop,
	}
}

// handle writes 500 rows at a time, or what has come when the first row is 100 ms old or nothing
// more has come for 100 ms.
func (s *store) handle(b disruptor.Batch[row]) error {
	for seq, r := range b.All() {
		if seq >= s.next { // after a failure, the handler is called with rows that it has collected
			if len(s.rows) == 0 {
				s.since = time.Now()
			}
			s.rows, s.next = append(s.rows, *r), seq+1
		}
		if len(s.rows) == maxRows {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	if b.Len() == 0 || time.Since(s.since) >= maxWait { // empty: nothing has come, or nothing more will
		return s.flush()
	}
	return nil
}

// flush writes the rows that are collected, in one transaction unless the database refuses a row.
// It keeps those that are not known to be written.
func (s *store) flush() error {
	for n := len(s.rows); n > 0; n = min(n, len(s.rows)) {
		err := s.insert(s.rows[:n])
		if refused(err) && n > 1 { // because of one row, perhaps: look for it
			n /= 2
			continue
		}
		if refused(err) {
			err = s.deadLetter(s.rows[0], err)
		}
		if err != nil {
			return err
		}
		s.rows = slices.Delete(s.rows, 0, n)
		n *= 2
	}
	return nil
}

// insert writes rows in one transaction. A row that has been written already stays as it is: if
// the connection is lost, nobody knows whether Commit succeeded, and the transaction is repeated.
func (s *store) insert(rows []row) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // for a server that hangs
	defer cancel()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	var places strings.Builder
	values := make([]any, 0, 2*len(rows))
	for i, r := range rows {
		if i > 0 {
			places.WriteString(", ")
		}
		fmt.Fprintf(&places, "($%d, $%d)", 2*i+1, 2*i+2)
		values = append(values, r.ID, r.Body)
	}
	statement := "INSERT INTO rows (id, body) VALUES " + places.String() + " ON CONFLICT (id) DO NOTHING"
	if _, err := tx.ExecContext(ctx, statement, values...); err != nil {
		return err
	}
	return tx.Commit()
}

// refused reports whether the database refuses a row and always will: its values are out of range,
// break a constraint or are too large.
func refused(err error) bool {
	if postgres := (*pgconn.PgError)(nil); errors.As(err, &postgres) {
		class := func(c string) bool { return strings.HasPrefix(postgres.Code, c) }
		return class("22") || class("23") || class("54")
	}
	if lite := (*sqlite.Error)(nil); errors.As(err, &lite) {
		return slices.Contains([]int{sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}, lite.Code()&0xff)
	}
	return false
}

// stop hands over the rows that can't be written any more, because the ring has failed or
// Shutdown has run out of time. Rows that are still in the ring are not among them: the error of
// Run says how many there are.
func (s *store) stop(*disruptor.Consumer[row]) {
	for i, r := range s.rows {
		if err := s.deadLetter(r, errors.New("not known to be written at the end")); err != nil {
			panic(fmt.Errorf("%d rows are lost: %w", len(s.rows)-i, err)) // the error of Run wraps it
		}
	}
	s.rows = nil
}
