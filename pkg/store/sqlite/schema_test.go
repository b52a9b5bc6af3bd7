package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
)

// raw opens the file without the store, to look at it or to break it.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	return db
}

func run(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// TestVersion guards against the WAL-reset corruption that SQLite had before 3.51.3.
func TestVersion(t *testing.T) {
	var version string
	if err := raw(t, ":memory:").QueryRow(`SELECT sqlite_version()`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	if slices.Compare(numbers, []int{3, 51, 3}) < 0 {
		t.Errorf("SQLite %s", version)
	}
}

func TestSchemaIsVerified(t *testing.T) {
	path := newPath(t)
	verify := func() error {
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := verify(); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("looking created the file")
	}
	run(t, raw(t, path), `CREATE TABLE other (a)`)
	if err := verify(); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("another program's file: %v", err)
	}
	open(t, path)
	if err := verify(); err != nil {
		t.Errorf("migrated: %v", err)
	}
	open(t, path) // migrating twice is harmless

	run(t, raw(t, path), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	for _, migrate := range []bool{false, true} {
		if _, err := sqlite.Open(t.Context(), path, sqlite.Options{Migrate: migrate}); !errors.Is(err, store.ErrNewerSchema) {
			t.Errorf("newer schema, migrate %v: %v", migrate, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                      "is a folder",
		text:                        "is not a SQLite database",
		filepath.Join(text, "x.db"): "not a directory",
		"":                          "needs a file name",
	} {
		_, err := sqlite.Open(t.Context(), path, sqlite.Options{Migrate: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want %q", path, err, want)
		}
	}
}

// TestMigrateTogether opens a new file from several processes' worth of stores at once.
func TestMigrateTogether(t *testing.T) {
	path := newPath(t)
	errs := make(chan error)
	for range 4 {
		go func() {
			s, err := sqlite.Open(t.Context(), path, sqlite.Options{Migrate: true})
			if err == nil {
				err = s.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestPlans pins the queries whose cost must not grow with the store.
func TestPlans(t *testing.T) {
	path := newPath(t)
	open(t, path)
	db := raw(t, path)
	for name, test := range map[string]struct{ query, want string }{
		"claim ready": {`SELECT n FROM items WHERE state = 'due' AND download = 0 AND claim_at <= 1 ORDER BY claim_at, n LIMIT 1`,
			"SEARCH items USING INDEX items_ready (claim_at<?)"},
		"claim downloads": {`SELECT (SELECT n FROM items INDEXED BY items_download WHERE state = 'due' AND download = 1 AND host = h.host
				ORDER BY claim_at, n LIMIT 1)
			FROM hosts h INDEXED BY hosts_ready WHERE h.wanted_at IS NOT NULL AND h.ready_at <= 1 ORDER BY h.ready_at, h.host LIMIT 1`,
			"SEARCH h USING INDEX hosts_ready (ready_at<?); CORRELATED SCALAR SUBQUERY 1; SEARCH items USING INDEX items_download (host=?)"},
		"known entries": {`SELECT i.n FROM json_each('[]') e CROSS JOIN items i ON i.id = e.value`,
			"SCAN e VIRTUAL TABLE INDEX 1:; SEARCH i USING COVERING INDEX sqlite_autoindex_items_1 (id=?)"},
	} {
		rows, err := db.Query(`EXPLAIN QUERY PLAN ` + test.query)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var steps []string
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			steps = append(steps, step)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(steps, "; "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
