package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// ClaimItems implements store.Ledger.
func (s *Store) ClaimItems(ctx context.Context, claim store.Claim) (items []news.Item, err error) {
	err = s.update(ctx, "claim_items", func(tx *Tx) error {
		items, err = claimItems(tx, claim)
		return err
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

func claimItems(tx *Tx, claim store.Claim) ([]news.Item, error) {
	if err := watchClock(tx, claim.Owner, claim.Now); err != nil {
		return nil, err
	}
	ready, err := readyItems(tx, claim)
	if err != nil {
		return nil, err
	}
	downloads, err := downloads(tx, claim)
	if err != nil {
		return nil, err
	}
	due := inTurn(append(ready, downloads...), claim.Limit)
	items := make([]news.Item, 0, len(due))
	until := claim.Now.Add(claim.Lease)
	for _, c := range due {
		item, err := lease(tx, c.n, claim.Owner, until)
		if err != nil {
			return nil, err
		}
		if c.download {
			if err := takeSlot(tx, item.Host, claim.Owner, item.Item, until); err != nil {
				return nil, err
			}
			if err := tx.Run(`UPDATE hosts SET polled = 0 WHERE host = ? AND polled = 1`, item.Host); err != nil {
				return nil, err
			}
		}
		items = append(items, item)
	}
	return items, served(tx, due)
}

// candidate is an item that may be claimed now.
type candidate struct {
	n         int64
	publisher news.ID
	turn      int64 // of its publisher: who was served longest ago has the lowest
	download  bool
}

// readyItems returns the oldest items that need no download, of the publishers
// whose turn it is. It steps through the index from one publisher to the next,
// whatever waits behind each.
func readyItems(tx *Tx, claim store.Claim) ([]candidate, error) {
	publishers, err := All(tx.Query, func(row Row) (c candidate, err error) {
		return c, row.Scan(&c.publisher, &c.turn)
	}, readyPublishers, micros(claim.Now), claim.Limit)
	if err != nil {
		return nil, err
	}
	var ready []candidate
	for _, c := range publishers {
		// Each of the others gets one before this one gets its last.
		items, err := All(tx.Query, func(row Row) (candidate, error) {
			return c, row.Scan(&c.n)
		}, readyOf, c.publisher, micros(claim.Now), claim.Limit-len(publishers)+1)
		if err != nil {
			return nil, err
		}
		ready = append(ready, items...)
	}
	return ready, nil
}

const readyPublishers = `
	WITH RECURSIVE waiting (publisher, since) AS (
		SELECT publisher, claim_at FROM (
			SELECT publisher, claim_at FROM items INDEXED BY items_ready
			WHERE state = 'due' AND download = 0 ORDER BY publisher, claim_at LIMIT 1) first
		UNION ALL
		SELECT i.publisher, i.claim_at FROM waiting w CROSS JOIN items i ON i.n = (
			SELECT n FROM items INDEXED BY items_ready
			WHERE state = 'due' AND download = 0 AND publisher > w.publisher ORDER BY publisher, claim_at LIMIT 1)
	)
	SELECT w.publisher, coalesce(p.turn, 0) FROM waiting w LEFT JOIN publishers p ON p.id = w.publisher
	WHERE since <= ?1 ORDER BY 2, since, 1 LIMIT ?2`

const readyOf = `
	SELECT n FROM items INDEXED BY items_ready
	WHERE state = 'due' AND download = 0 AND publisher = ?1 AND claim_at <= ?2 ORDER BY claim_at, n LIMIT ?3`

// yield is how long the items of a host make way for a source whose turn it is,
// and sources for items: long enough for whoever claims the others to come by. A
// process that only downloads, or may not for now, must not wait for ever.
const yield = 3 * time.Second

// downloads returns one item of each host that is free, longest waiting first:
// some steps of an index for each, whatever waits behind it.
func downloads(tx *Tx, claim store.Claim) ([]candidate, error) {
	return All(tx.Query, func(row Row) (candidate, error) {
		c := candidate{download: true}
		return c, row.Scan(&c.n, &c.publisher, &c.turn)
	}, readyHosts, micros(claim.Now), claim.Limit, micros(claim.Now.Add(-yield)))
}

const readyHosts = `
	SELECT i.n, i.publisher, coalesce(p.turn, 0) FROM (
		SELECT h.ready_at, h.host, (SELECT n FROM items INDEXED BY items_download
			WHERE state = 'due' AND download = 1 AND host = h.host ORDER BY claim_at, n LIMIT 1) AS n
		FROM hosts h INDEXED BY hosts_ready
		WHERE h.wanted_at IS NOT NULL AND h.ready_at <= ?1
			AND NOT (h.polled = 0 AND h.poll_at IS NOT NULL AND h.poll_ready_at <= ?1 AND h.poll_ready_at > ?3)
		ORDER BY h.ready_at, h.host LIMIT ?2) h
	CROSS JOIN items i ON i.n = h.n LEFT JOIN publishers p ON p.id = i.publisher
	ORDER BY h.ready_at, h.host`

// inTurn takes n of the candidates: one of each publisher before a second of
// any, those first whose turn it is, and what is ready before downloads.
func inTurn(candidates []candidate, n int) []candidate {
	round := map[news.ID]int{}
	rounds := make(map[int64]int, len(candidates)) // by item
	for _, c := range candidates {
		rounds[c.n] = round[c.publisher]
		round[c.publisher]++
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(rounds[a.n], rounds[b.n]), cmp.Compare(a.turn, b.turn))
	})
	return candidates[:min(n, len(candidates))]
}

// served sends the publishers of claimed items to the end of the queue.
func served(tx *Tx, claimed []candidate) error {
	if len(claimed) == 0 {
		return nil
	}
	publishers := make([]news.ID, len(claimed))
	for i, c := range claimed {
		publishers[i] = c.publisher
	}
	slices.Sort(publishers)
	return tx.Run(`
		UPDATE publishers SET turn = (SELECT max(turn) FROM publishers) + 1
		WHERE id IN (SELECT atom FROM json_each(?))`, encodeJSON(slices.Compact(publishers)))
}

func lease(tx *Tx, n int64, owner string, until time.Time) (news.Item, error) {
	if err := tx.Run(`UPDATE items SET claim_at = ?2, lease_owner = ?3 WHERE n = ?1`, n, micros(until), owner); err != nil {
		return news.Item{}, err
	}
	return One(tx.Query, scanItem, selectItems+` WHERE i.n = ?`, n)
}

// Postpone implements store.Ledger.
func (s *Store) Postpone(ctx context.Context, owner string, ref news.Ref, due time.Time, reason string, slot store.Slot) error {
	return s.update(ctx, "postpone", func(tx *Tx) error {
		err := tx.Run(`
			UPDATE items SET due_at = ?3, claim_at = ?3, lease_owner = '', reason = ?4, attempts = attempts + 1
			WHERE id = ?1 AND revision = ?2 AND state = 'due' AND lease_owner = ?5`, ref.Item, ref.Revision, micros(due), reason, owner)
		if err != nil {
			return err
		}
		return giveUpSlot(tx, slot, ref.Item)
	})
}

// Release implements store.Ledger.
func (s *Store) Release(ctx context.Context, owner string, freeAt time.Time) error {
	return s.update(ctx, "release", func(tx *Tx) error {
		if owner == "" {
			return nil
		}
		for _, query := range []string{
			`UPDATE items SET claim_at = due_at, lease_owner = '' WHERE lease_owner = ?`,
			`UPDATE sources SET claim_at = next_poll, lease_owner = '' WHERE lease_owner = ?`,
		} {
			if err := tx.Run(query, owner); err != nil {
				return err
			}
		}
		return tx.Run(`UPDATE hosts SET next_at = max(next_at, ?2), busy_until = 0, owner = '', holder = '' WHERE owner = ?1`,
			owner, micros(freeAt))
	})
}
