// Package open picks the store's backend by its DSN.
package open

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"marsad/pkg/store"
	"marsad/pkg/store/postgres"
	"marsad/pkg/store/sqlite"
)

// Options are what every backend is given.
type Options struct {
	Migrate bool           // bring the schema up to date; otherwise it must be
	Any     bool           // take an older or newer schema as it is: only Backup may be used then
	Filling bool           // take one that a copy has not finished filling
	Logger  *slog.Logger   // nil: silent
	Metrics *store.Metrics // nil: none
}

// Open opens the store at dsn: a bare path, sqlite:///absolute/path,
// sqlite://relative/path or postgres://user:password@host:port/database. No error
// repeats what may be a password.
func Open(ctx context.Context, dsn string, options Options) (store.Store, error) {
	if err := Check(dsn); err != nil {
		return nil, err
	}
	path, isFile, err := File(dsn)
	if err != nil {
		return nil, err
	}
	var s store.Store
	if isFile {
		s, err = openSQLite(ctx, path, options)
	} else {
		s, err = openPostgres(ctx, dsn, options)
	}
	if err != nil || options.Any || options.Filling {
		return s, err
	}
	if err := inner(s).Whole(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Check reports whether there is a backend for dsn, without opening anything.
func Check(dsn string) error {
	_, isFile, err := File(dsn)
	if isFile || err != nil {
		return err
	}
	scheme, _, _ := strings.Cut(dsn, "://")
	switch strings.ToLower(scheme) {
	case "postgres", "postgresql":
		return nil
	}
	return fmt.Errorf("store scheme %q is not known: use sqlite://PATH or postgres://…", scheme)
}

// pairs are what libpq takes for an address too: a file of that name would hold a
// password in it.
var pairs = regexp.MustCompile(`(^|\s)(host|user|dbname|password)\s*=`)

var wrongScheme = regexp.MustCompile(`^(?i:sqlite|postgres|postgresql):`)

// File returns the path of the file that dsn names, if it names one.
func File(dsn string) (path string, ok bool, err error) {
	scheme, rest, ok := strings.Cut(dsn, "://")
	switch {
	case !ok && pairs.MatchString(dsn):
		return "", false, errors.New("write the address of a PostgreSQL store as postgres://USER:PASSWORD@HOST/DATABASE, not as pairs")
	case !ok && wrongScheme.MatchString(dsn):
		return "", false, errors.New("the address of a store has two slashes after its scheme: sqlite://PATH, postgres://…")
	case !ok:
		return dsn, true, nil
	case strings.EqualFold(scheme, "sqlite"):
		path, err = sqlitePath(rest)
		return path, err == nil, err
	}
	return "", false, nil
}

func openSQLite(ctx context.Context, path string, options Options) (store.Store, error) {
	s, err := sqlite.Open(ctx, path, sqlite.Options{Migrate: options.Migrate, Any: options.Any, Logger: options.Logger, Metrics: options.Metrics})
	if err != nil {
		return nil, err // not s: a nil *sqlite.Store would be a Store that is not nil
	}
	return s, nil
}

func openPostgres(ctx context.Context, dsn string, options Options) (store.Store, error) {
	s, err := postgres.Open(ctx, dsn, postgres.Options{Migrate: options.Migrate, Any: options.Any, Logger: options.Logger, Metrics: options.Metrics})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// sqlitePath decodes what follows sqlite://. Parameters would be passed over in
// silence, so there must be none.
func sqlitePath(rest string) (string, error) {
	if strings.Contains(rest, "?") {
		return "", errors.New("a sqlite:// address takes no parameters; write a ? that belongs to the file name as %3F")
	}
	path, err := url.PathUnescape(rest)
	if err != nil {
		return "", errors.New("the sqlite:// address is not well formed: write % as %25")
	}
	return path, nil
}
