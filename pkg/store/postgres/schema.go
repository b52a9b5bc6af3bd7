package postgres

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"marsad/pkg/store/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

func prepareSchema(ctx context.Context, db *sql.DB, options Options) error {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	schema := sqlstore.Migrations{
		Files: folder, Dialect: goose.DialectPostgres, There: `SELECT to_regclass($1) IS NOT NULL`,
		Options: []goose.ProviderOption{goose.WithSessionLocker(locker)},
	}
	return schema.Prepare(ctx, db, options.Migrate, options.Any, options.Logger)
}
