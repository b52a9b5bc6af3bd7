package sqlstore

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// MarkInLine implements store.Ledger.
func (s *Store) MarkInLine(ctx context.Context, now time.Time, refs ...news.Ref) error {
	return s.update(ctx, "mark_in_line", func(tx *Tx) error {
		_, err := eachRef(tx, refs, `
			UPDATE items SET state = 'in_line', in_line_at = ?3, checked_at = ?3, missing_since = 0, lease_owner = ''
			WHERE id = ?1 AND revision = ?2 AND state = 'due' AND looking = 0`, micros(now))
		return err
	})
}

// InLineSince implements store.Ledger.
func (s *Store) InLineSince(ctx context.Context, before time.Time, limit int) ([]store.InLine, error) {
	refs, err := All(s.reader(ctx), func(row Row) (in store.InLine, err error) {
		return in, row.Scan(&in.Item, &in.Revision, asTime{&in.MissingSince}, asTime{&in.CheckedAt})
	}, `
		SELECT id, revision, missing_since, checked_at FROM items INDEXED BY items_in_line
		WHERE state = 'in_line' AND in_line_at < ? ORDER BY checked_at, in_line_at, n LIMIT ?`, micros(before), limit)
	if err != nil {
		return nil, fmt.Errorf("items in line: %w", err)
	}
	return refs, nil
}

// MarkChecked implements store.Ledger. An item that was put in line again since
// it was missed is not missing: MarkInLine forgot that it was.
func (s *Store) MarkChecked(ctx context.Context, now time.Time, checked store.Checked) (lost int, err error) {
	err = s.update(ctx, "mark_checked", func(tx *Tx) error {
		_, err := eachRef(tx, checked.Present, `
			UPDATE items SET missing_since = 0, checked_at = ?3 WHERE id = ?1 AND revision = ?2 AND state = 'in_line'`, micros(now))
		if err != nil {
			return err
		}
		_, err = eachRef(tx, checked.Missing, `
			UPDATE items SET missing_since = iif(missing_since = 0, ?3, missing_since), checked_at = ?3
			WHERE id = ?1 AND revision = ?2 AND state = 'in_line'`, micros(now))
		if err != nil {
			return err
		}
		lost, err = eachRef(tx, checked.Lost, `
			UPDATE items SET state = 'due', due_at = ?3, claim_at = ?3, in_line_at = 0, checked_at = 0, missing_since = 0
			WHERE id = ?1 AND revision = ?2 AND state = 'in_line' AND missing_since <> 0`, micros(now))
		return err
	})
	return lost, err
}

// eachRef runs a statement for each ref, whose item and revision are its first
// two parameters, and returns how many rows it changed.
func eachRef(tx *Tx, refs []news.Ref, query string, more ...any) (changed int, err error) {
	for _, ref := range refs {
		n, err := tx.Exec(query, append([]any{ref.Item, ref.Revision}, more...)...)
		if err != nil {
			return 0, fmt.Errorf("item %s: %w", ref.Item, err)
		}
		changed += int(n)
	}
	return changed, nil
}
