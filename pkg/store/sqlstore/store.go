// Package sqlstore is what the backends of package store have in common: the
// work, written in SQL that SQLite and PostgreSQL understand alike. A backend adds
// its connections, its schema and its Dialect.
//
// One write transaction runs at a time, in all processes: that makes the promises
// of package store those of a single writer. What a process has to write at the
// same time shares a transaction.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/store"
)

// Store implements store.Store but for Backup.
type Store struct {
	read    *sql.DB
	write   *writer
	dialect Dialect
	metrics *store.Metrics

	sightings sightings // of leases
}

// New takes both over: write, for one connection, and read. nil metrics measure nothing.
func New(write, read *sql.DB, dialect Dialect, metrics *store.Metrics) *Store {
	return &Store{read: read, write: startWriter(write, dialect, metrics), dialect: dialect, metrics: metrics}
}

// Close commits the writes that wait and closes the connections.
func (s *Store) Close() error {
	return errors.Join(s.write.close(), s.read.Close())
}

// Ping implements store.Store with a write: a full disk answers reads.
func (s *Store) Ping(ctx context.Context) error {
	return s.update(ctx, "ping", func(tx *Tx) error {
		return tx.Run(`INSERT INTO pings VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET n = pings.n + 1`)
	})
}

// update runs fn in a write transaction.
func (s *Store) update(ctx context.Context, op string, fn func(tx *Tx) error) error {
	defer s.metrics.Took(op, time.Now())
	return s.explained(op, s.write.do(ctx, fn))
}

// updateApart runs fn in a write transaction of its own that others do not wait for,
// nor it for them: fn locks what it changes.
func (s *Store) updateApart(ctx context.Context, op string, fn func(tx *Tx) error) error {
	defer s.metrics.Took(op, time.Now())
	return s.explained(op, s.apart(ctx, fn))
}

func (s *Store) apart(ctx context.Context, fn func(tx *Tx) error) (err error) {
	waiting, cancel := s.dialect.limited()
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	conn, err := s.write.db.Conn(waiting)
	if err != nil {
		return err
	}
	tx := newTx(conn, s.dialect)
	committed := false
	defer func() {
		if !committed { // whatever fn did, panic included
			err = errors.Join(err, tx.Run("ROLLBACK"))
		}
		err = errors.Join(err, tx.close())
	}()
	if err := tx.Run("BEGIN"); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.hasFailed(); err != nil {
		return err
	}
	committed = true
	return tx.Run("COMMIT")
}

// explained says what failed, and whether it was the values.
func (s *Store) explained(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case s.dialect.Refused(err):
		return fmt.Errorf("%s: %w: %w", op, store.ErrInvalid, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}
