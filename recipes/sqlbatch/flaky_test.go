package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// The driver flaky is SQLite's, but its connection may be lost after a commit. It notes how many
// rows each transaction has.
var flaked flakyDriver

func init() { sql.Register("flaky", &flaked) }

type flakyDriver struct {
	mu     sync.Mutex
	losses int // how many of the next commits lose the connection
	sizes  []int
}

func (d *flakyDriver) reset(losses int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.losses, d.sizes = losses, nil
}

func (d *flakyDriver) rows() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sizes
}

func (d *flakyDriver) Open(name string) (driver.Conn, error) {
	c, err := new(sqlite.Driver).Open(name)
	return &flakyConn{c}, err
}

type flakyConn struct{ driver.Conn }

func (c *flakyConn) Prepare(query string) (driver.Stmt, error) {
	flaked.mu.Lock()
	defer flaked.mu.Unlock()
	if n := strings.Count(query, "($"); n > 0 {
		flaked.sizes = append(flaked.sizes, n)
	}
	return c.Conn.Prepare(query)
}

func (c *flakyConn) Begin() (driver.Tx, error) {
	tx, err := c.Conn.Begin()
	return flakyTx{tx}, err
}

type flakyTx struct{ driver.Tx }

func (tx flakyTx) Commit() error {
	err := tx.Tx.Commit()
	flaked.mu.Lock()
	defer flaked.mu.Unlock()
	if flaked.losses > 0 {
		flaked.losses--
		return errors.New("connection lost")
	}
	return err
}
