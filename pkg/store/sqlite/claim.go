package sqlite

import (
	"context"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// ClaimItems implements store.Ledger.
func (s *Store) ClaimItems(ctx context.Context, claim store.Claim) (items []news.Item, err error) {
	err = s.update(ctx, "claim_items", func(tx *tx) error {
		items, err = claimItems(tx, claim)
		return err
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

func claimItems(tx *tx, claim store.Claim) ([]news.Item, error) {
	ready, err := all(tx.query, value[int64], `
		SELECT n FROM items WHERE state = 'due' AND download = 0 AND claim_at <= ?1 ORDER BY claim_at, n LIMIT ?2`,
		micros(claim.Now), claim.Limit)
	if err != nil {
		return nil, err
	}
	// Two steps of an index for each host that is ready, whatever waits behind it.
	downloads, err := all(tx.query, value[int64], `
		SELECT (SELECT n FROM items INDEXED BY items_download
			WHERE state = 'due' AND download = 1 AND host = h.host ORDER BY claim_at, n LIMIT 1)
		FROM hosts h INDEXED BY hosts_ready
		WHERE h.wanted_at IS NOT NULL AND h.ready_at <= ?1 ORDER BY h.ready_at, h.host LIMIT ?2`,
		micros(claim.Now), claim.Limit-len(ready))
	if err != nil {
		return nil, err
	}
	items := make([]news.Item, 0, len(ready)+len(downloads))
	until := claim.Now.Add(claim.Lease)
	for i, n := range append(ready, downloads...) {
		item, err := lease(tx, n, claim.Owner, until)
		if err != nil {
			return nil, err
		}
		if i >= len(ready) {
			if err := takeSlot(tx, item.Host, claim.Owner, item.Item, until); err != nil {
				return nil, err
			}
		}
		items = append(items, item)
	}
	return items, nil
}

func lease(tx *tx, n int64, owner string, until time.Time) (news.Item, error) {
	if err := tx.run(`UPDATE items SET claim_at = ?2, lease_owner = ?3 WHERE n = ?1`, n, micros(until), owner); err != nil {
		return news.Item{}, err
	}
	return one(tx.query, scanItem, selectItems+` WHERE i.n = ?`, n)
}

// Postpone implements store.Ledger.
func (s *Store) Postpone(ctx context.Context, ref news.Ref, due time.Time, reason string, slot store.Slot) error {
	return s.update(ctx, "postpone", func(tx *tx) error {
		err := tx.run(`
			UPDATE items SET due_at = ?3, claim_at = ?3, lease_owner = '', reason = ?4, attempts = attempts + 1
			WHERE id = ?1 AND revision = ?2 AND state = 'due'`, ref.Item, ref.Revision, micros(due), reason)
		if err != nil {
			return err
		}
		return giveUpSlot(tx, slot, ref.Item)
	})
}

// Release implements store.Ledger.
func (s *Store) Release(ctx context.Context, owner string) error {
	return s.update(ctx, "release", func(tx *tx) error {
		if owner == "" {
			return nil
		}
		for _, query := range []string{
			`UPDATE items SET claim_at = due_at, lease_owner = '' WHERE lease_owner = ?`,
			`UPDATE sources SET claim_at = next_poll, lease_owner = '' WHERE lease_owner = ?`,
			`UPDATE hosts SET busy_until = 0, owner = '', holder = '' WHERE owner = ?`,
		} {
			if err := tx.run(query, owner); err != nil {
				return err
			}
		}
		return nil
	})
}
