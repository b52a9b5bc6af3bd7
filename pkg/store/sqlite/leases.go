package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/store"
)

// AcquireLease implements store.Leases.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, now time.Time, ttl time.Duration) (store.Lease, error) {
	lease := store.Lease{Name: name, Owner: owner}
	err := s.update(ctx, "acquire_lease", func(tx *tx) (err error) {
		lease.Epoch, err = one(tx.query, value[int64], `
			INSERT INTO leases (name, owner, epoch, expires) VALUES (?1, ?2, 1, ?4)
			ON CONFLICT DO UPDATE SET epoch = epoch + (owner <> excluded.owner), owner = excluded.owner, expires = excluded.expires
			WHERE owner = excluded.owner OR expires <= ?3 OR expires > ?5
			RETURNING epoch`, name, owner, micros(now), micros(now.Add(ttl)), micros(now.Add(2*ttl)))
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("lease %s: %w", name, store.ErrLeaseLost)
		}
		return err
	})
	if err != nil {
		return store.Lease{}, err
	}
	return lease, nil
}

// ReleaseLease implements store.Leases.
func (s *Store) ReleaseLease(ctx context.Context, lease store.Lease) error {
	return s.update(ctx, "release_lease", func(tx *tx) error {
		return tx.run(`UPDATE leases SET owner = '', expires = 0 WHERE name = ? AND owner = ? AND epoch = ?`,
			lease.Name, lease.Owner, lease.Epoch)
	})
}

// held answers nil when lease has not passed to another holder.
func held(tx *tx, lease store.Lease) error {
	_, err := one(tx.query, value[int], `SELECT 1 FROM leases WHERE name = ? AND owner = ? AND epoch = ?`,
		lease.Name, lease.Owner, lease.Epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("lease %s: %w", lease.Name, store.ErrLeaseLost)
	}
	return err
}
