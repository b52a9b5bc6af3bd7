package throwaway

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// heldVariable makes the test binary hold a cluster until it is killed.
const heldVariable = "THROWAWAY_HELD"

func TestMain(m *testing.M) {
	if os.Getenv(heldVariable) != "" {
		hold()
	}
	os.Exit(Main(m))
}

func hold() {
	c, err := Start(context.Background(), Options{NoFsync: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(c.Pid())
	select {}
}

func query[T any](t *testing.T, dsn, sql string) (value T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// TestKilledClusterRecovers: what was committed is there after a kill in the
// middle of work, on the same port.
func TestKilledClusterRecovers(t *testing.T) {
	Shared(t) // or skip
	c, err := Start(t.Context(), Options{Dir: reachable(t) + "/cluster"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	dsn, err := c.CreateDatabase(t.Context(), "kept", "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE numbers (n int)"); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "INSERT INTO numbers VALUES ($1)", n); err != nil {
			t.Fatal(err)
		}
		go conn.Exec(context.Background(), "SELECT pg_sleep(60)") //nolint:errcheck // a backend that is busy when it is killed
		if err := c.Kill(); err != nil {
			t.Fatal(err)
		}
		if c.Pid() != 0 {
			t.Error("killed, and a pid")
		}
		if err := c.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := query[int](t, dsn, "SELECT count(*) FROM numbers"); got != n {
			t.Fatalf("after kill %d: %d rows", n, got)
		}
	}
	if err := c.Restart(t.Context()); err != nil { // of one that runs
		t.Fatal(err)
	}
	if got := query[int](t, dsn, "SELECT count(*) FROM numbers"); got != 3 {
		t.Fatalf("after a stop: %d rows", got)
	}
}

func TestDatabasesAreFreshAndTheSameEverywhere(t *testing.T) {
	for range 2 {
		dsn := Copy(t, "words", func(dsn string) error {
			conn, err := pgx.Connect(context.Background(), dsn)
			if err != nil {
				return err
			}
			_, err = conn.Exec(context.Background(), "CREATE TABLE words (w text); INSERT INTO words VALUES ('é'), ('z'), ('E')")
			return errors.Join(err, conn.Close(context.Background()))
		})
		if got := query[string](t, dsn, "SELECT string_agg(w, '' ORDER BY w) FROM words"); got != "Ezé" {
			t.Errorf("words in order are %q: not that of code points", got)
		}
		if query[string](t, dsn, "SHOW server_encoding") != "UTF8" {
			t.Error("not in UTF-8")
		}
	}
	if got := query[int](t, Database(t), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); got != 0 {
		t.Errorf("a fresh database has %d tables", got)
	}
}

// TestListensOnLoopbackOnly: to those who know the password.
func TestListensOnLoopbackOnly(t *testing.T) {
	c := Shared(t)
	if got := query[string](t, c.DSN("postgres"), "SELECT current_setting('listen_addresses') || current_setting('unix_socket_directories')"); got != "127.0.0.1" {
		t.Errorf("listens on %s", got)
	}
	if _, err := pgx.Connect(t.Context(), strings.Replace(c.DSN("postgres"), c.password, "wrong", 1)); err == nil || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("with a wrong password: %v", err)
	}
}

func TestNothingOutlivesAKilledProcess(t *testing.T) {
	Shared(t) // or skip
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("only Linux tells a process of the end of its parent")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), heldVariable+"=1", "TMPDIR="+reachable(t))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 32)
	n, _ := out.Read(line)
	pid, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
	if err != nil || !alive(pid) {
		t.Fatalf("no cluster: %v", err)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	for deadline := time.Now().Add(stopWithin); alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("PostgreSQL outlives the process that started it")
		}
	}
}

// reachable is a temporary folder that another user may pass through.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "throwaway") //nolint:usetesting // there, nobody else may
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNoInstallation(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	before := packaged
	defer func() { packaged = before }()
	packaged = t.TempDir() + "/*/bin"
	if _, err := Start(t.Context(), Options{}); !errors.Is(err, ErrNoPostgreSQL) {
		t.Errorf("without binaries: %v", err)
	}
}
