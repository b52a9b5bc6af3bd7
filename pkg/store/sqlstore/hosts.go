package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// takeSlot takes a host's politeness slot for an item or a source.
func takeSlot(tx *Tx, host, owner string, holder news.ID, until time.Time) error {
	return tx.Run(`
		INSERT INTO hosts (host, busy_until, owner, holder) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (host) DO UPDATE SET busy_until = excluded.busy_until, owner = excluded.owner, holder = excluded.holder`,
		host, micros(until), owner, holder)
}

// giveUpSlot frees the host at slot.FreeAt. Someone who took it after the lease
// of holder ran out keeps it.
func giveUpSlot(tx *Tx, slot store.Slot, holder news.ID) error {
	if slot.Host == "" {
		return nil
	}
	return tx.Run(`
		INSERT INTO hosts (host, next_at) VALUES (?1, ?2)
		ON CONFLICT (host) DO UPDATE SET next_at = max(hosts.next_at, excluded.next_at),
			busy_until = iif(hosts.holder IN (?3, ''), 0, hosts.busy_until),
			owner = iif(hosts.holder IN (?3, ''), '', hosts.owner),
			holder = iif(hosts.holder = ?3, '', hosts.holder)`,
		slot.Host, micros(slot.FreeAt), holder)
}

// TakeSlot implements store.Ledger.
func (s *Store) TakeSlot(ctx context.Context, claim store.Claim, host string, holder news.ID) (freeAt time.Time, err error) {
	err = s.update(ctx, "take_slot", func(tx *Tx) error {
		freeAt = time.Time{}
		err := read(tx.Query, []any{asTime{&freeAt}}, `
			SELECT max(next_at, iif(owner = ?2 AND holder = ?3, 0, busy_until)) FROM hosts WHERE host = ?1`, host, claim.Owner, holder)
		switch {
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		case freeAt.After(claim.Now):
			return nil
		}
		freeAt = time.Time{}
		return takeSlot(tx, host, claim.Owner, holder, claim.Now.Add(claim.Lease))
	})
	return freeAt, err
}

// GiveUpSlot implements store.Ledger.
func (s *Store) GiveUpSlot(ctx context.Context, holder news.ID, slot store.Slot) error {
	return s.update(ctx, "give_up_slot", func(tx *Tx) error { return giveUpSlot(tx, slot, holder) })
}

// HostFreeAt implements store.Ledger.
func (s *Store) HostFreeAt(ctx context.Context, host string) (at time.Time, err error) {
	err = read(s.reader(ctx), []any{asTime{&at}}, `SELECT coalesce(max(next_at), 0) FROM hosts WHERE host = ?`, host)
	if err != nil {
		return at, fmt.Errorf("host %s: %w", host, err)
	}
	return at, nil
}
