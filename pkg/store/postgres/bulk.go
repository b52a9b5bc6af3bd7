package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"marsad/pkg/store/sqlstore"
)

// bulk writes rows with COPY.
func bulk(tx *sqlstore.Tx, table string, columns []string, rows [][]any) error {
	kept := make([][]any, len(rows))
	for n, row := range rows {
		kept[n] = make([]any, len(row))
		for i, value := range row {
			kept[n][i] = stored(value)
		}
	}
	return tx.Raw(func(ctx context.Context, driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection is a %T", driver)
		}
		_, err := conn.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(kept))
		return err
	})
}

// copied lets new rows have numbers after those that were copied, and the articles be indexed.
var copied = []string{
	`INSERT INTO index_queue (seq, archived_at, replaces) SELECT seq, archived_at, 0 FROM articles a
		WHERE NOT EXISTS (SELECT 1 FROM articles_fts f WHERE f.rowid = a.seq) ON CONFLICT DO NOTHING`,
	`SELECT setval(pg_get_serial_sequence('items', 'n'), coalesce((SELECT max(n) FROM items), 0) + 1, false)`,
	`SELECT setval(pg_get_serial_sequence('polls', 'n'), coalesce((SELECT max(n) FROM polls), 0) + 1, false)`,
	`SELECT setval(pg_get_serial_sequence('source_moves', 'n'), coalesce((SELECT max(n) FROM source_moves), 0) + 1, false)`,
	`SELECT setval(pg_get_serial_sequence('journal', 'n'), coalesce((SELECT max(n) FROM journal), 0) + 1, false)`,
}
