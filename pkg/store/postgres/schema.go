package postgres

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"marsad/pkg/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// prepareSchema brings the schema up to date, or checks that it is.
func prepareSchema(ctx context.Context, db *sql.DB, options Options) error {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, folder,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()), goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	version, err := schemaVersion(ctx, db)
	switch {
	case err != nil:
		return err
	case options.Any && version > 0:
		return nil
	case version > known:
		return store.ErrNewerSchema
	case version == known:
		return nil
	case !options.Migrate:
		return store.ErrNoSchema
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	if version > 0 {
		options.Logger.Info("the schema of the store was brought up to date", slog.Int64("from", version), slog.Int64("to", known))
	}
	return nil
}

// schemaVersion is 0 for an empty database. It only reads.
func schemaVersion(ctx context.Context, db *sql.DB) (version int64, err error) {
	var there bool
	err = db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, goose.DefaultTablename).Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&version)
	return version, err
}
