package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"marsad/pkg/store"
	"marsad/pkg/store/postgres"
	"marsad/pkg/store/postgres/throwaway"
)

// own starts a cluster that a test may kill, with an empty store.
func own(t *testing.T) (*throwaway.Cluster, string) {
	t.Helper()
	throwaway.Shared(t) // skips where there is no PostgreSQL
	cluster, err := throwaway.Start(t.Context(), throwaway.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	dsn, err := cluster.CreateDatabase(t.Context(), "marsad", "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(t.Context(), dsn, postgres.Options{Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return cluster, dsn
}

// TestKilled: what was answered before PostgreSQL was killed is there afterwards,
// what is asked meanwhile fails, and the same store goes on when it is back.
func TestKilled(t *testing.T) {
	cluster, dsn := own(t)
	s := open(t, dsn)
	var answered int
	var writers sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	started := make(chan struct{})
	writers.Go(func() {
		for ctx.Err() == nil {
			n, err := s.RecordStart(t.Context(), "test", "key")
			if err != nil {
				return
			}
			if answered = n; answered == 20 {
				close(started)
			}
		}
	})
	<-started
	if err := cluster.Kill(); err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	stop()
	if err := s.Ping(t.Context()); err == nil {
		t.Error("a store without a server answers")
	}
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, err := s.RecordStart(t.Context(), "test", "key")
	if err != nil {
		t.Fatal(err)
	}
	// The one that was not answered may have been done.
	if n != answered+1 && n != answered+2 {
		t.Errorf("%d starts, %d of them answered", n, answered)
	}
	if _, err := s.Sources(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestFrozen: a process that stands still within a write does not keep others from
// writing for long.
func TestFrozen(t *testing.T) {
	dsn := migrated(t)
	frozen, err := sql.Open("pgx", dsn+"&idle_in_transaction_session_timeout=1s")
	if err != nil {
		t.Fatal(err)
	}
	defer frozen.Close()
	conn, err := frozen.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range postgres.Begin {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dsn)
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := conn.ExecContext(t.Context(), "COMMIT"); err == nil {
		t.Error("what stood still goes on")
	}
}

// TestSchema: a store of another version is one clear line.
func TestSchema(t *testing.T) {
	empty := throwaway.Database(t)
	if _, err := postgres.Open(t.Context(), empty, postgres.Options{}); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("an empty database: %v", err)
	}
	newer := migrated(t)
	db, err := sql.Open("pgx", newer)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`); err != nil {
		t.Fatal(err)
	}
	for _, migrate := range []bool{false, true} {
		if _, err := postgres.Open(t.Context(), newer, postgres.Options{Migrate: migrate}); !errors.Is(err, store.ErrNewerSchema) {
			t.Errorf("a newer schema: %v", err)
		}
	}
	var all sync.WaitGroup // of many that migrate at once, all come through
	for range 4 {
		all.Go(func() {
			s, err := postgres.Open(t.Context(), empty, postgres.Options{Migrate: true})
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	all.Wait()
}

func TestOpenErrors(t *testing.T) {
	dsn := throwaway.Database(t)
	for name, test := range map[string]struct{ dsn, want string }{
		"no server":   {"postgres://marsad:s3cret@127.0.0.1:1/marsad", "cannot be reached"},
		"no database": {strings.Replace(dsn, "?", "_nowhere?", 1), "does not exist"},
		"no TLS":      {strings.Replace(dsn, "disable", "require", 1), "TLS"},
		"not a DSN":   {"postgres://marsad:s3cret@[::1", "store.dsn"},
	} {
		_, err := postgres.Open(t.Context(), test.dsn, postgres.Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
