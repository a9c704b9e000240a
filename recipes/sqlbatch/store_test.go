package main

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/be395dad/disruptor"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const soon = time.Minute // how long a busy machine may take

// A service is a ring that a store empties.
type service struct {
	ring  *disruptor.Ring[row]
	store *store
	dead  []row // valid after end
}

func newService(t *testing.T, db *sql.DB) *service {
	ring, err := disruptor.New[row](disruptor.Config{Capacity: 1 << 12})
	require.NoError(t, err)
	s := &service{ring: ring}
	s.store = &store{db: db, deadLetter: func(r row, err error) error {
		require.Error(t, err)
		s.dead = append(s.dead, r)
		return nil
	}}
	ring.HandleWith(s.store.config(), s.store.handle)
	return s
}

// run runs the ring. The function that it returns shuts it down.
func (s *service) run() (end func(context.Context) error) {
	ran := make(chan error, 1)
	go func() { ran <- s.ring.Run(context.Background()) }()
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*soon)
		defer cancel()
		_ = s.ring.Shutdown(ctx)
		return <-ran
	}
}

func (s *service) send(t *testing.T, from, to int) {
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	p := s.ring.MultiProducer()
	for i := range to - from {
		if err := p.Send(ctx, row{int64(from + i), "body"}); err != nil {
			t.Error(err)
			return
		}
	}
}

// count fails while SQLite is being written to, and while PostgreSQL is away.
func count(db *sql.DB) (n int, err error) {
	err = db.QueryRow("SELECT count(*) FROM rows").Scan(&n)
	return n, err
}

// requireRows checks that rows 0 to n-1 are stored, but for those set aside.
func requireRows(t *testing.T, db *sql.DB, n int, aside ...int64) {
	rows, err := db.Query("SELECT id FROM rows ORDER BY id")
	require.NoError(t, err)
	defer rows.Close()
	want := int64(0)
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		for len(aside) > 0 && aside[0] == want {
			aside = aside[1:]
			want++
		}
		require.Equal(t, want, id)
		want++
	}
	require.NoError(t, rows.Err())
	require.EqualValues(t, n, int(want)+len(aside))
}

// sqliteFile opens a new database by the driver of that name.
func sqliteFile(t *testing.T, driver string) *sql.DB {
	name := filepath.Join(t.TempDir(), "rows.db")
	db, err := open(t.Context(), name)
	require.NoError(t, err)
	if driver != "sqlite" {
		require.NoError(t, db.Close())
		db, err = sql.Open(driver, name)
		require.NoError(t, err)
	}
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// What is tested of each database.
func testStore(t *testing.T, db *sql.DB) {
	t.Run("a single row is written without another one coming", func(t *testing.T) {
		s := newService(t, db)
		end := s.run()
		s.send(t, 0, 1)
		require.Eventually(t, func() bool { n, err := count(db); return err == nil && n == 1 }, soon, time.Millisecond)
		require.NoError(t, end(t.Context()))
	})
	t.Run("rows that the database refuses are set aside, and the others are written", func(t *testing.T) {
		s := newService(t, db)
		s.send(t, 0, 700) // row 0 is stored already
		p := s.ring.MultiProducer()
		for _, id := range []int64{700, 701} {
			require.True(t, p.TrySend(row{id, ""}))
		}
		s.send(t, 702, 1300)
		require.NoError(t, s.run()(t.Context()))
		require.Equal(t, []row{{700, ""}, {701, ""}}, s.dead)
		requireRows(t, db, 1300, 700, 701)
	})
	t.Run("many producers", func(t *testing.T) {
		s := newService(t, db)
		end := s.run()
		var producers sync.WaitGroup
		for from := 1300; from < 9300; from += 2000 {
			producers.Go(func() { s.send(t, from, from+2000) })
		}
		producers.Wait()
		require.NoError(t, end(t.Context()))
		requireRows(t, db, 9300, 700, 701)
		require.Empty(t, s.dead)
	})
}

func TestSQLite(t *testing.T) { testStore(t, sqliteFile(t, "sqlite")) }

func TestTransactionsOf500Rows(t *testing.T) {
	s := newService(t, sqliteFile(t, "flaky"))
	flaked.reset(0)
	s.send(t, 0, 1200)
	require.NoError(t, s.run()(t.Context()))
	require.Equal(t, []int{500, 500, 200}, flaked.rows())
}

func TestNoRowWaitsFor500(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := sqliteFile(t, "flaky")
		s := newService(t, db)
		flaked.reset(0)
		end := s.run()
		for i := range 9 { // the pauses are too short for Idle
			s.send(t, i, i+1)
			time.Sleep(maxWait / 2)
		}
		require.NoError(t, end(t.Context()))
		require.Equal(t, []int{3, 3, 3}, flaked.rows())
	})
}

// The connection is lost when the transaction has been committed, which the store doesn't learn.
func TestARepeatedTransactionDoublesNothing(t *testing.T) {
	db := sqliteFile(t, "flaky")
	s := newService(t, db)
	flaked.reset(3)
	s.send(t, 0, 1200)
	require.NoError(t, s.run()(t.Context()))
	require.EqualValues(t, 3, s.ring.Stats().Consumers[0].Retried)
	require.Equal(t, []int{500, 500, 500, 500, 500, 200}, flaked.rows())
	require.Empty(t, s.dead)
	requireRows(t, db, 1200)
}

// lock holds the database as another program would, until it is given back.
func lock(t *testing.T, db *sql.DB) (giveBack func()) {
	c, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = c.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
	require.NoError(t, err)
	return sync.OnceFunc(func() {
		_, err := c.ExecContext(context.Background(), "ROLLBACK")
		require.NoError(t, err)
		require.NoError(t, c.Close())
	})
}

func (s *service) waitForRetries(t *testing.T, n int64) {
	require.Eventually(t, func() bool { return s.ring.Stats().Consumers[0].Retried >= n }, soon, time.Millisecond)
}

func TestTheDatabaseIsAwayForAWhile(t *testing.T) {
	db := sqliteFile(t, "sqlite")
	s := newService(t, db)
	giveBack := lock(t, db)
	defer giveBack()
	end := s.run()
	s.send(t, 0, 3)
	s.waitForRetries(t, 2) // with an empty batch
	s.send(t, 3, 2000)
	s.waitForRetries(t, 4)
	giveBack()
	require.NoError(t, end(t.Context()))
	requireRows(t, db, 2000)
	require.Empty(t, s.dead)
}

// What can't be written in time is handed over, or still in the ring.
func TestTheDatabaseIsAwayAtTheEnd(t *testing.T) {
	db := sqliteFile(t, "sqlite")
	s := newService(t, db)
	giveBack := lock(t, db)
	defer giveBack()
	s.send(t, 0, 700)
	end := s.run()
	s.waitForRetries(t, 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	late := errors.New("late")
	cancel(late)
	err := end(ctx)
	require.ErrorIs(t, err, late)
	require.ErrorContains(t, err, `consumer "store" at 0 has 700 left`)
	require.Len(t, s.dead, 500)
	giveBack()
	n, err := count(db)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestDeadLetterFails(t *testing.T) {
	full := errors.New("disk full")
	db := sqliteFile(t, "sqlite")
	ring, err := disruptor.New[row](disruptor.Config{Capacity: 8})
	require.NoError(t, err)
	s := &store{db: db, deadLetter: func(row, error) error { return full }}
	ring.HandleWith(s.config(), s.handle)
	require.True(t, ring.MultiProducer().TrySend(row{1, ""}))
	service := service{ring: ring}
	end := service.run()
	service.waitForRetries(t, 2) // it is tried again
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, end(ctx), "disk full")
}

func TestRun(t *testing.T) {
	require.NoError(t, run(t.Context(), "", 2000, soon))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, "", 1, soon), context.Canceled)
}
