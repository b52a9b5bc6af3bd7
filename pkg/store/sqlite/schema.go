package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

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
	for deadline := time.Now().Add(makingTogether); ; time.Sleep(makingPause) {
		err := schema.Prepare(ctx, db, options.Migrate, options.Any, options.Logger)
		if !busy(err) || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
	}
}

// Several who make a new file at the same time can be in each other's way where
// SQLite does not wait for a lock, but says at once that there is one.
const (
	makingTogether = 10 * time.Second
	makingPause    = 50 * time.Millisecond
)

func busy(err error) bool {
	coded, ok := errors.AsType[*sqlite.Error](err)
	return ok && coded.Code()&0xff == sqlite3.SQLITE_BUSY
}
