package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// FindItem implements store.Ledger.
func (s *Store) FindItem(ctx context.Context, prefix string) (news.ID, error) {
	return s.findID(ctx, "item", `SELECT id FROM items WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2`, prefix)
}

// findID returns the one ID that begins with prefix; query returns two if there are more.
func (s *Store) findID(ctx context.Context, what, query, prefix string) (news.ID, error) {
	ids, err := All(s.reader(ctx), Value[news.ID], query, prefix)
	switch {
	case err != nil:
		return "", fmt.Errorf("find %s %s: %w", what, prefix, err)
	case len(ids) == 0:
		return "", fmt.Errorf("%s %s: %w", what, prefix, store.ErrNotFound)
	case len(ids) > 1:
		return "", fmt.Errorf("%s %s: %w", what, prefix, store.ErrAmbiguous)
	}
	return ids[0], nil
}

// ItemDetail implements store.Ledger.
func (s *Store) ItemDetail(ctx context.Context, id news.ID) (detail store.ItemDetail, err error) {
	err = s.snapshot(ctx, func(q Querier) error {
		detail, err = itemDetail(q, id)
		return err
	})
	if err != nil {
		return store.ItemDetail{}, fmt.Errorf("item %s: %w", id, notFound(err))
	}
	return detail, nil
}

func itemDetail(q Querier, id news.ID) (d store.ItemDetail, err error) {
	if d.Item, err = One(q, scanItem, selectItems+` WHERE i.id = ?`, id); err != nil {
		return d, err
	}
	var n int64
	var claim time.Time
	var leased bool
	err = read(q, []any{&n, asTime{&claim}, &leased, asTime{&d.MissingSince}, asJSON{&d.Trail}}, `
		SELECT n, claim_at, state = 'due' AND lease_owner <> '', missing_since, coalesce((SELECT trail FROM item_trails t WHERE t.item = n), '[]')
		FROM items WHERE id = ?`, id)
	if err != nil {
		return d, err
	}
	if leased {
		d.LeasedUntil = claim
	}
	d.Finders, err = All(q, func(row Row) (f store.Finder, err error) {
		return f, row.Scan(&f.ID, &f.Name, &f.Publisher)
	}, `
		SELECT s.id, s.name, p.name FROM item_finders f JOIN sources s ON s.id = f.source JOIN publishers p ON p.id = s.publisher
		WHERE f.item = ? ORDER BY s.id <> ?, s.name, s.id`, n, d.Item.Source)
	if err != nil {
		return d, err
	}
	letter, err := deadLetter(q, id)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	}
	letter.Payload = nil
	d.Letter = &letter
	return d, err
}
