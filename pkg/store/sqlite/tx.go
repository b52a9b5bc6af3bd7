package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// tx runs statements inside the writer's transaction. Each is prepared once.
// There is no context: it could leave a transaction half done.
type tx struct {
	db         *sql.DB
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

func (t *tx) prepared(query string) (*sql.Stmt, error) {
	if stmt, ok := t.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := t.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	t.statements[query] = stmt
	return stmt, nil
}

// exec returns how many rows the statement changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	stmt, err := t.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// run is exec for who does not count.
func (t *tx) run(query string, args ...any) error {
	_, err := t.exec(query, args...)
	return err
}

// query is a querier.
func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.Query(args...)
}

func (t *tx) close() error {
	for _, stmt := range t.statements {
		stmt.Close() //nolint:errcheck // the connection goes next
	}
	return errors.Join(t.conn.Close(), t.db.Close())
}

// querier runs a query: in the writer's transaction (tx.query), on a reading
// connection, or in a snapshot.
type querier func(query string, args ...any) (*sql.Rows, error)

// reader reads what is committed at the moment of each query.
func (s *Store) reader(ctx context.Context) querier {
	return func(query string, args ...any) (*sql.Rows, error) { return s.read.QueryContext(ctx, query, args...) }
}

// snapshot runs fn on one consistent state of the store.
func (s *Store) snapshot(ctx context.Context, fn func(q querier) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	return fn(func(query string, args ...any) (*sql.Rows, error) { return tx.QueryContext(ctx, query, args...) })
}

// scanner is a row.
type scanner interface{ Scan(dest ...any) error }

// each calls scan for every row of a query.
func each(q querier, scan func(scanner) error, query string, args ...any) error {
	rows, err := q(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// all collects the rows of a query.
func all[T any](q querier, scan func(scanner) (T, error), query string, args ...any) (out []T, err error) {
	err = each(q, func(row scanner) error {
		v, err := scan(row)
		out = append(out, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// one returns the first row of a query, or sql.ErrNoRows.
func one[T any](q querier, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	var none T
	rows, err := q(query, args...)
	if err != nil {
		return none, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return none, err
		}
		return none, sql.ErrNoRows
	}
	return scan(rows)
}

// read scans the first row of a query into dest, or returns sql.ErrNoRows.
func read(q querier, dest []any, query string, args ...any) error {
	_, err := one(q, func(row scanner) (struct{}, error) { return struct{}{}, row.Scan(dest...) }, query, args...)
	return err
}

// value scans a row of one column.
func value[T any](row scanner) (v T, err error) { return v, row.Scan(&v) }

// notInTransaction reports whether a ROLLBACK had nothing to end.
func notInTransaction(err error) bool {
	return strings.Contains(err.Error(), "no transaction is active")
}
