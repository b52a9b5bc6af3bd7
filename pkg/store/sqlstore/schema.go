package sqlstore

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"

	"marsad/pkg/store"
)

// Migrations are the steps in which a backend's schema is made.
type Migrations struct {
	Files   fs.FS // *.sql
	Dialect goose.Dialect
	There   string // selects whether the table ?1 is there
	Options []goose.ProviderOption
}

// Prepare brings the schema up to date if migrate is set, and otherwise checks that
// it is: store.ErrNoSchema, store.ErrNewerSchema. With anyVersion each will do.
func (m Migrations) Prepare(ctx context.Context, db *sql.DB, migrate, anyVersion bool, log *slog.Logger) error {
	provider, err := goose.NewProvider(m.Dialect, db, m.Files,
		append([]goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}, m.Options...)...)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	version, err := m.version(ctx, db)
	switch {
	case err != nil:
		return err
	case anyVersion && version > 0:
		return nil
	case version > known:
		return store.ErrNewerSchema
	case version == known:
		return nil
	case !migrate:
		return store.ErrNoSchema
	}
	if err := m.bringUp(ctx, db, provider, version); err != nil {
		return err
	}
	if version > 0 {
		log.Info("the schema of the store was brought up to date", slog.Int64("from", version), slog.Int64("to", known))
	}
	return nil
}

// bringUp runs the migrations after version. Another process may do the same at
// the same time: while it comes further, who lost a step goes on after it.
func (m Migrations) bringUp(ctx context.Context, db *sql.DB, provider *goose.Provider, version int64) error {
	for {
		_, err := provider.Up(ctx)
		if err == nil {
			return nil
		}
		now, again := m.version(ctx, db)
		if again != nil || now == version {
			return err
		}
		version = now
	}
}

// version is 0 for an empty store. It only reads.
func (m Migrations) version(ctx context.Context, db *sql.DB) (version int64, err error) {
	var there bool
	if err := db.QueryRowContext(ctx, m.There, goose.DefaultTablename).Scan(&there); err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+goose.DefaultTablename+` WHERE is_applied`).Scan(&version)
	return version, err
}
