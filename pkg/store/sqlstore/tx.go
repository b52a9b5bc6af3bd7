package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"regexp"
)

// Tx runs statements inside a write transaction. Each is prepared once a
// connection. There is no caller's context: it could leave a transaction half done.
type Tx struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	dialect    Dialect
	failed     error // the first statement that did, since it was last asked
	wrote      bool  // since the transaction began
}

func newTx(conn *sql.Conn, dialect Dialect) *Tx {
	return &Tx{conn: conn, statements: map[string]*sql.Stmt{}, dialect: dialect}
}

func (t *Tx) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := t.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := t.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	t.statements[query] = stmt
	return stmt, nil
}

// Exec returns how many rows the statement changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	query, args = t.dialect.translate(query, args)
	ctx, cancel := t.dialect.limited()
	defer cancel()
	stmt, err := t.prepared(ctx, query) //nolint:sqlclosecheck // it is closed with the connection
	if err != nil {
		return 0, t.note(err)
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, t.note(err)
	}
	changed, err := result.RowsAffected()
	t.wrote = t.wrote || changed > 0
	return changed, err
}

// note remembers that a statement failed, whatever who asked for it makes of that.
func (t *Tx) note(err error) error {
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// hasFailed returns what note remembered, and forgets it.
func (t *Tx) hasFailed() error {
	err := t.failed
	t.failed = nil
	return err
}

// Run is Exec for who does not count.
func (t *Tx) Run(query string, args ...any) error {
	_, err := t.Exec(query, args...)
	return err
}

// reads tells a query that only reads. One that is not so sure counts as writing.
var reads = regexp.MustCompile(`^\s*SELECT\b`)

// Query is a Querier.
func (t *Tx) Query(query string, args ...any) (Rows, error) {
	query, args = t.dialect.translate(query, args)
	ctx, cancel := t.dialect.limited()
	stmt, err := t.prepared(ctx, query) //nolint:sqlclosecheck // it is closed with the connection
	if err != nil {
		cancel()
		return nil, t.note(err)
	}
	rows, err := stmt.QueryContext(ctx, args...) //nolint:rowserrcheck // who reads them does
	if err != nil {
		cancel()
		return nil, t.note(err)
	}
	t.wrote = t.wrote || !reads.MatchString(query)
	return limitedRows{rows, t, cancel}, nil
}

// Raw hands fn the driver's own connection, for what database/sql has no words for.
func (t *Tx) Raw(fn func(ctx context.Context, driver any) error) error {
	ctx, cancel := t.dialect.limited()
	defer cancel()
	if err := t.conn.Raw(func(driver any) error { return fn(ctx, driver) }); err != nil {
		return t.note(err)
	}
	return nil
}

// close gives the connection back.
func (t *Tx) close() error {
	t.closeStatements()
	return t.conn.Close()
}

// discard ends the connection: nobody gets it again.
func (t *Tx) discard() error {
	t.closeStatements()
	return discard(t.conn)
}

func (t *Tx) closeStatements() {
	for _, stmt := range t.statements {
		stmt.Close() //nolint:errcheck // they go with the connection, or nobody asks for them again
	}
}

// discard has the pool close a connection that it would take back.
func discard(conn *sql.Conn) error {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	if err := conn.Close(); !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil
}

// Rows are those of a query.
type Rows interface {
	Row
	Next() bool
	Err() error
	Close() error
}

// limitedRows end the time of their query when they are closed.
type limitedRows struct {
	*sql.Rows
	tx     *Tx
	cancel context.CancelFunc
}

func (r limitedRows) Close() error {
	defer r.cancel()
	err := r.Rows.Close()
	if failed := r.Err(); failed != nil { // also of one whose rows nobody read to the end
		return r.tx.note(failed)
	}
	return err
}

// Querier runs a query: in a write transaction (Tx.Query), on a reading
// connection, or in a snapshot.
type Querier func(query string, args ...any) (Rows, error)

// reader reads what is committed at the moment of each query.
func (s *Store) reader(ctx context.Context) Querier {
	return s.querier(ctx, s.read)
}

// snapshot runs fn on one consistent state of the store.
func (s *Store) snapshot(ctx context.Context, fn func(q Querier) error) error {
	tx, err := s.read.BeginTx(ctx, &s.dialect.Snapshot)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	return fn(s.querier(ctx, tx))
}

// querier translates for a connection or a transaction.
func (s *Store) querier(ctx context.Context, on interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}) Querier {
	return func(query string, args ...any) (Rows, error) {
		query, args = s.dialect.translate(query, args)
		rows, err := on.QueryContext(ctx, query, args...) //nolint:rowserrcheck // who reads them does
		if err != nil {
			return nil, err // not rows: a nil *sql.Rows would be Rows that are not nil
		}
		return rows, nil
	}
}

// Row is a row of a query.
type Row interface{ Scan(dest ...any) error }

// Each calls scan for every row of a query.
func Each(q Querier, scan func(Row) error, query string, args ...any) error {
	rows, err := q(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// All collects the rows of a query.
func All[T any](q Querier, scan func(Row) (T, error), query string, args ...any) (out []T, err error) {
	err = Each(q, func(row Row) error {
		v, err := scan(row)
		out = append(out, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// One returns the first row of a query, or sql.ErrNoRows.
func One[T any](q Querier, scan func(Row) (T, error), query string, args ...any) (T, error) {
	var none T
	rows, err := q(query, args...)
	if err != nil {
		return none, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return none, err
		}
		return none, sql.ErrNoRows
	}
	return scan(rows)
}

// read scans the first row of a query into dest, or returns sql.ErrNoRows.
func read(q Querier, dest []any, query string, args ...any) error {
	_, err := One(q, func(row Row) (struct{}, error) { return struct{}{}, row.Scan(dest...) }, query, args...)
	return err
}

// Value scans a row of one column.
func Value[T any](row Row) (v T, err error) { return v, row.Scan(&v) }
