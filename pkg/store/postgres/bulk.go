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
	for _, row := range rows {
		for i, value := range row {
			row[i] = stored(value)
		}
	}
	return tx.Raw(func(ctx context.Context, driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection is a %T", driver)
		}
		_, err := conn.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// copied lets new rows have numbers after those that were copied.
var copied = []string{
	`SELECT setval(pg_get_serial_sequence('items', 'n'), coalesce((SELECT max(n) FROM items), 0) + 1, false)`,
	`SELECT setval(pg_get_serial_sequence('polls', 'n'), coalesce((SELECT max(n) FROM polls), 0) + 1, false)`,
	`SELECT setval(pg_get_serial_sequence('source_moves', 'n'), coalesce((SELECT max(n) FROM source_moves), 0) + 1, false)`,
	`SELECT setval(pg_get_serial_sequence('journal', 'n'), coalesce((SELECT max(n) FROM journal), 0) + 1, false)`,
}
