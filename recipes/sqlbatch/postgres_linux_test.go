package main

import (
	"database/sql"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server is a PostgreSQL of a test, with a folder for its files and its socket.
type server struct {
	bin, folder string
	as          *syscall.SysProcAttr
	process     *exec.Cmd
	db          *sql.DB
}

// startPostgres starts the PostgreSQL of the Debian package. Without one the test is skipped,
// unless DISRUPTOR_POSTGRES is "required".
func startPostgres(t *testing.T) *server {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	require.NoError(t, err)
	if len(found) == 0 {
		require.NotEqual(t, "required", os.Getenv("DISRUPTOR_POSTGRES"), "PostgreSQL is not installed")
		t.Skip("PostgreSQL is not installed")
	}
	// Not t.TempDir: others may not enter it, and its name may be too long for a socket.
	folder, err := os.MkdirTemp("/tmp", "sqlbatch")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	s := &server{bin: filepath.Dir(found[len(found)-1]), folder: folder, as: &syscall.SysProcAttr{}}
	if os.Getuid() == 0 { // as whom it refuses to run
		postgres, err := user.Lookup("postgres")
		require.NoError(t, err)
		uid, err := strconv.Atoi(postgres.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(postgres.Gid)
		require.NoError(t, err)
		s.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		require.NoError(t, os.Chown(folder, uid, gid))
	}
	output, err := s.command("initdb", "-D", s.data(), "-U", "test", "-A", "trust", "--no-sync").CombinedOutput()
	require.NoError(t, err, string(output))
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	s.db, err = open(t.Context(), "host="+folder+" user=test dbname=postgres")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.db.Close()) })
	return s
}

func (s *server) data() string { return filepath.Join(s.folder, "data") }

func (s *server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, name), args...)
	c.Dir, c.SysProcAttr = s.folder, s.as
	return c
}

// start starts the server and waits until it answers.
func (s *server) start(t *testing.T) {
	s.process = s.command("postgres", "-D", s.data(), "-k", s.folder, "-c", "listen_addresses=",
		"-c", "logging_collector=on", "-c", "shared_buffers=16MB")
	require.NoError(t, s.process.Start())
	require.Eventually(t, func() bool {
		return s.command("pg_isready", "-h", s.folder).Run() == nil
	}, 2*soon, 10*time.Millisecond)
}

// stop does what pg_ctl stop -m immediate does: all processes end at once, transactions are left
// open, and the next start recovers.
func (s *server) stop(t *testing.T) {
	require.NoError(t, s.process.Process.Signal(syscall.SIGQUIT))
	_ = s.process.Wait()
}

func TestPostgres(t *testing.T) {
	s := startPostgres(t)
	testStore(t, s.db)

	// Each transaction has an id, and each row that of its transaction.
	var largest, transactions int
	require.NoError(t, s.db.QueryRow(
		"SELECT max(n), count(*) FROM (SELECT count(*) AS n FROM rows GROUP BY xmin::text) AS t").Scan(&largest, &transactions))
	require.LessOrEqual(t, largest, maxRows)
	require.Greater(t, largest, 1)
}

func TestPostgresIsRestartedUnderLoad(t *testing.T) {
	s := startPostgres(t)
	store := newService(t, s.db)
	end := store.run()
	var sending sync.WaitGroup
	var sent atomic.Int64
	var enough atomic.Bool
	for range 4 {
		sending.Go(func() {
			for p := store.ring.MultiProducer(); !enough.Load(); {
				if err := p.Send(t.Context(), row{sent.Add(1) - 1, "body"}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 3 {
		require.Eventually(t, func() bool { // rows are being written
			n, err := count(s.db)
			return err == nil && n > i*10_000
		}, soon, time.Millisecond)
		s.stop(t)
		store.waitForRetries(t, store.ring.Stats().Consumers[0].Retried+1) // the store notices
		s.start(t)
	}
	enough.Store(true)
	sending.Wait()
	require.NoError(t, end(t.Context()))
	requireRows(t, s.db, int(sent.Load()))
	require.Empty(t, store.dead)
}
