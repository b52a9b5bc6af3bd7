// Package sqlite keeps the store in one SQLite file: nothing to install, one
// machine. All writes go through one connection, which commits what services
// ask for at the same time together; reads have connections of their own.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"marsad/pkg/store"
	"marsad/pkg/store/sqlstore"
)

// Options are what a process gives its store.
type Options struct {
	Migrate bool           // bring the schema up to date; otherwise it must be
	Any     bool           // take an older or newer schema as it is: only Backup may be used then
	Logger  *slog.Logger   // nil: silent
	Metrics *store.Metrics // nil: none
	Readers int            // connections for reading; 0: 4
}

// Store implements store.Store on a SQLite file.
type Store struct {
	*sqlstore.Store
	path    string
	metrics *store.Metrics
}

var _ store.Store = (*Store)(nil)

// Open opens the file at path and, with options.Migrate, creates it and its
// folder if need be. Several processes may have it open. Errors are
// store.ErrNoSchema, store.ErrNewerSchema, or say what is wrong with the file.
func Open(ctx context.Context, path string, options Options) (*Store, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	path, err := prepareFile(path, options.Migrate)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path, writePragmas))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	if err := prepareSchema(ctx, db, options); err != nil {
		return nil, errors.Join(fileError(path, err), db.Close())
	}
	read, err := sql.Open("sqlite", dsn(path, readPragmas))
	if err != nil {
		return nil, errors.Join(fileError(path, err), db.Close())
	}
	readers := options.Readers
	if readers == 0 {
		readers = 4
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &Store{sqlstore.New(db, read, dialect, options.Metrics), path, options.Metrics}, nil
}

// dialect is what SQLite says in its own words.
var dialect = sqlstore.Dialect{
	Begin:    []string{"BEGIN IMMEDIATE"},
	Hold:     "BEGIN IMMEDIATE",
	Snapshot: sql.TxOptions{ReadOnly: true},
	Refused:  refused,
	Ended:    func(err error) bool { return strings.Contains(err.Error(), "no transaction is active") },
	Words:    words,
	Copied: []string{`INSERT INTO index_queue (seq, archived_at, replaces) SELECT seq, archived_at, 0 FROM articles a
		WHERE NOT EXISTS (SELECT 1 FROM articles_fts f WHERE f.rowid = a.seq) ON CONFLICT DO NOTHING`},
}

// refused reports whether SQLite refused the values, not the work.
func refused(err error) bool {
	coded, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch coded.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG:
		return true
	}
	return false
}

// prepareFile returns the absolute path. The file need not exist if create is set.
func prepareFile(path string, create bool) (string, error) {
	if path == "" {
		return "", errors.New("the store needs a file name")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return "", fmt.Errorf("%s is a folder: the store needs a file", path)
	case errors.Is(err, fs.ErrNotExist) && !create:
		return "", fmt.Errorf("%s does not exist: %w", path, store.ErrNoSchema)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("open the store: %w", err)
	}
	if create {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", fmt.Errorf("create the store's folder: %w", err)
		}
	}
	return path, nil
}

var (
	writePragmas = []string{
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-32768)", "temp_store(MEMORY)",
		"wal_autocheckpoint(4000)", "journal_size_limit(67108864)",
	}
	readPragmas = []string{"cache_size(-8192)", "temp_store(MEMORY)", "mmap_size(268435456)", "query_only(1)"}
)

func dsn(path string, pragmas []string) string {
	// The wait covers another process's longest transaction, not only its average.
	query := url.Values{"_pragma": pragmas, "_busy_timeout": {"30000"}, "_dqs": {"0"}}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// fileError says what is wrong with the file itself in plain words.
func fileError(path string, err error) error {
	if coded, ok := errors.AsType[*sqlite.Error](err); ok {
		switch coded.Code() & 0xff {
		case sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%s is not a SQLite database: choose another file", path)
		case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_AUTH:
			return fmt.Errorf("%s cannot be opened for writing: check its permissions and its folder's: %w", path, err)
		}
	}
	return fmt.Errorf("open %s: %w", path, err)
}
