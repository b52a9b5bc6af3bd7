// Package postgres keeps the store in a PostgreSQL database: for many processes
// on many machines.
package postgres

import (
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"marsad/pkg/store"
	"marsad/pkg/store/sqlstore"
)

// Options are what a process gives its store.
type Options struct {
	Migrate bool           // bring the schema up to date; otherwise it must be
	Any     bool           // take an older or newer schema as it is
	Logger  *slog.Logger   // nil: silent
	Metrics *store.Metrics // nil: none
}

// Store implements store.Store on a PostgreSQL database.
type Store struct{ *sqlstore.Store }

var _ store.Store = (*Store)(nil)

const (
	oldest   = 15 // version of PostgreSQL
	patience = 30 * time.Second
	readers  = 8 // connections for reading, at most
)

// Open connects to the database that dsn names (postgres://user:password@host:port/database?sslmode=…). Errors are store.ErrNoSchema, store.ErrNewerSchema, or say
// what is wrong with the server; none repeats the password.
func Open(ctx context.Context, dsn string, options Options) (*Store, error) {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("store.dsn: %w", err)
	}
	write, read := connect(config, writeSettings), connect(config, readSettings)
	write.SetMaxOpenConns(2) // the writer's, and one for what is written apart
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	read.SetConnMaxIdleTime(2 * time.Minute)
	if err := prepare(ctx, write, options); err != nil {
		return nil, errors.Join(serverError(config, err), write.Close(), read.Close())
	}
	return &Store{sqlstore.New(write, read, newDialect(), options.Metrics)}, nil
}

// Settings of sessions. A process that is frozen within a transaction keeps all
// others from writing: the server ends it.
var (
	writeSettings = map[string]string{"idle_in_transaction_session_timeout": "5s", "tcp_user_timeout": "15000"}
	readSettings  = map[string]string{"default_transaction_read_only": "on"}
)

// connect makes a pool of connections; none is opened yet.
func connect(config *pgx.ConnConfig, settings map[string]string) *sql.DB {
	config = config.Copy()
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	// What is cut off without a word is noticed by probes, on both sides.
	dialer := net.Dialer{Timeout: config.ConnectTimeout, Control: limitUnacknowledged, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 3 * time.Second, Count: 3,
	}}
	maps.Copy(config.RuntimeParams, map[string]string{
		"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "3", "tcp_keepalives_count": "3",
	})
	config.DialFunc = dialer.DialContext
	maps.Copy(config.RuntimeParams, settings)
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "marsad"
	}
	config.RuntimeParams["jit"] = "off" // queries are short
	return stdlib.OpenDB(*config)
}

func prepare(ctx context.Context, db *sql.DB, options Options) error {
	var version int
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int / 10000`).Scan(&version); err != nil {
		return err
	}
	if version < oldest {
		return fmt.Errorf("it is PostgreSQL %d: %d or newer is needed", version, oldest)
	}
	return prepareSchema(ctx, db, options)
}

// backupError is errors.ErrUnsupported with what to do instead.
type backupError string

func (e backupError) Error() string { return string(e) }
func (backupError) Unwrap() error   { return errors.ErrUnsupported }

const errBackup = backupError("a PostgreSQL store is backed up by PostgreSQL's own tools, such as pg_dump")

// Backup implements store.Store.
func (s *Store) Backup(context.Context, string) error {
	return errBackup
}

// newDialect is what PostgreSQL says in its own words.
func newDialect() sqlstore.Dialect {
	return sqlstore.Dialect{
		Translate: new(translator).translate,
		Begin:     []string{"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", lockWriters},
		Sign:      `INSERT INTO signs (writer, sign) VALUES (?, ?) ON CONFLICT (writer) DO UPDATE SET sign = excluded.sign`,
		Signed:    `SELECT sign FROM signs WHERE writer = ?`,
		Hold:      `SELECT pg_advisory_lock(6053970417)`,
		Snapshot:  sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		Refused:   refused,
		Ended:     func(error) bool { return false }, // without a transaction ROLLBACK only warns
		Patience:  patience,
		Words:     words,
		Stored:    stored,
		Bulk:      bulk,
		Copied:    copied,
	}
}

// lockWriters makes transactions that write wait for each other, in all processes,
// until they end. The number is any.
const lockWriters = `SELECT pg_advisory_xact_lock(6053970417)`

// refused reports whether PostgreSQL refused the values, not the work: classes 22
// (data exception), 23 (integrity constraint violation) and 54 (program limit
// exceeded) of its error codes.
func refused(err error) bool {
	coded, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}
	switch coded.Code[:2] {
	case "22", "23", "54":
		return true
	}
	return false
}

// serverError says of which server an error is.
func serverError(config *pgx.ConnConfig, err error) error {
	if errors.Is(err, store.ErrNoSchema) || errors.Is(err, store.ErrNewerSchema) {
		return err
	}
	at := fmt.Sprintf("PostgreSQL at %s, database %s", net.JoinHostPort(config.Host, fmt.Sprint(config.Port)), config.Database)
	if coded, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("%s: %s (%s)", at, coded.Message, coded.Code)
	}
	if failed, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%s: cannot be reached: %w", at, failed.Err)
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Errorf("%s: %w: name its authority's certificate with sslrootcert=FILE in store.dsn, or PGSSLROOTCERT", at, unknown)
	}
	return fmt.Errorf("%s: %s", at, strings.ReplaceAll(err.Error(), "\n", " "))
}
