package sqlite

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// takeSlot takes a host's politeness slot for an item or a source.
func takeSlot(tx *tx, host, owner string, holder news.ID, until time.Time) error {
	return tx.run(`
		INSERT INTO hosts (host, busy_until, owner, holder) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET busy_until = excluded.busy_until, owner = excluded.owner, holder = excluded.holder`,
		host, micros(until), owner, holder)
}

// giveUpSlot frees the host at slot.FreeAt. Someone who took it after the lease
// of holder ran out keeps it.
func giveUpSlot(tx *tx, slot store.Slot, holder news.ID) error {
	if slot.Host == "" {
		return nil
	}
	return tx.run(`
		INSERT INTO hosts (host, next_at) VALUES (?1, ?2)
		ON CONFLICT DO UPDATE SET next_at = max(next_at, excluded.next_at),
			busy_until = iif(holder IN (?3, ''), 0, busy_until),
			owner = iif(holder IN (?3, ''), '', owner),
			holder = iif(holder = ?3, '', holder)`,
		slot.Host, micros(slot.FreeAt), holder)
}

// HostFreeAt implements store.Ledger.
func (s *Store) HostFreeAt(ctx context.Context, host string) (at time.Time, err error) {
	err = read(s.reader(ctx), []any{asTime{&at}}, `SELECT coalesce(max(next_at), 0) FROM hosts WHERE host = ?`, host)
	if err != nil {
		return at, fmt.Errorf("host %s: %w", host, err)
	}
	return at, nil
}
