// Sqlbatch writes the events of a ring to a table with database/sql: 500 rows in a transaction, or
// what has come after 100 ms. Each row is stored once, even if the database is down for a while.
// Rows that the database refuses are set aside.
//
//	cd recipes && GOWORK=off go run ./sqlbatch
//	cd recipes && GOWORK=off go run ./sqlbatch -dsn 'postgres://user@localhost/db'
//
// Without -dsn it writes to SQLite, to a file in a temporary folder.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/be395dad/disruptor"
	_ "github.com/jackc/pgx/v5/stdlib"
)

func main() {
	dsn := flag.String("dsn", "", "a PostgreSQL database, or a file for SQLite")
	n := flag.Int("n", 100_000, "how many rows to write")
	limit := flag.Duration("limit", time.Minute, "how long the end may take")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(interrupted, *dsn, *n, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "sqlbatch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dsn string, n int, limit time.Duration) error {
	if dsn == "" {
		folder, err := os.MkdirTemp("", "sqlbatch")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		dsn = filepath.Join(folder, "rows.db")
	}
	db, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	began, refusals := time.Now(), 0
	s := &store{db: db, deadLetter: func(r row, err error) error { // to another table or a file, say
		refusals++
		fmt.Fprintf(os.Stderr, "row %d: %v\n", r.ID, err)
		return nil
	}}
	if err := write(ctx, s, n, limit); err != nil {
		return err
	}
	stored := 0
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM rows").Scan(&stored)
	fmt.Printf("%d rows stored, %d set aside, %v\n", stored, refusals, time.Since(began).Round(time.Millisecond))
	return err
}

// open opens a database and makes the table.
func open(ctx context.Context, dsn string) (*sql.DB, error) {
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres://") || strings.Contains(dsn, "host=") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	const table = "CREATE TABLE IF NOT EXISTS rows (id bigint PRIMARY KEY, body text NOT NULL CHECK (body <> ''))"
	if _, err := db.ExecContext(ctx, table); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// write sends n rows to a ring that s empties, or fewer if ctx ends. Then all that were sent are
// written, which may take as long as limit.
func write(ctx context.Context, s *store, n int, limit time.Duration) error {
	ring, err := disruptor.New[row](disruptor.Config{Name: "rows", Capacity: 1 << 12})
	if err != nil {
		return err
	}
	ring.HandleWith(s.config(), s.handle)
	ran := make(chan error, 1)
	go func() { // with a context that outlives ctx: what is in the ring is not lost
		ran <- ring.RunWith(context.WithoutCancel(ctx), disruptor.RunConfig{Watchdog: 10 * time.Second})
	}()
	p := ring.MultiProducer()
	for i := range n {
		r := row{int64(i), fmt.Sprint("row ", i)}
		if i == n/2 {
			r.Body = "" // which the table refuses
		}
		if err = p.Send(ctx, r); err != nil {
			break
		}
	}
	if ctx.Err() != nil {
		err = nil // as asked
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	_ = ring.Shutdown(late) // Run returns the same error
	return errors.Join(err, <-ran)
}
