package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"

	"marsad/pkg/store/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

func prepareSchema(ctx context.Context, db *sql.DB, options Options) error {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	schema := sqlstore.Migrations{
		Files: folder, Dialect: goose.DialectSQLite3, There: `SELECT count(*) FROM sqlite_schema WHERE name = ?`,
	}
	return schema.Prepare(ctx, db, options.Migrate, options.Any, options.Logger)
}
