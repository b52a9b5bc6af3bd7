package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"

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
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, folder,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
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
	if err := bringUp(ctx, db, provider, version); err != nil {
		return err
	}
	if version > 0 {
		options.Logger.Info("the schema of the store was brought up to date", slog.Int64("from", version), slog.Int64("to", known))
	}
	return nil
}

// bringUp runs the migrations after version. Another process may do the same at
// the same time: while it comes further, who lost a step goes on after it.
func bringUp(ctx context.Context, db *sql.DB, provider *goose.Provider, version int64) error {
	for {
		_, err := provider.Up(ctx)
		if err == nil {
			return nil
		}
		now, again := schemaVersion(ctx, db)
		if again != nil || now == version {
			return err
		}
		version = now
	}
}

// schemaVersion is 0 for an empty file. It only reads.
func schemaVersion(ctx context.Context, db *sql.DB) (version int64, err error) {
	var tables int
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = ?`, goose.DefaultTablename).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&version)
	return version, err
}
