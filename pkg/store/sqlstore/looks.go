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

// ScheduleLook implements store.Ledger.
func (s *Store) ScheduleLook(ctx context.Context, item news.ID, at time.Time) error {
	return s.update(ctx, "schedule_look", func(tx *Tx) error {
		changed, err := tx.Exec(`UPDATE items SET look_at = ?2 WHERE id = ?1`, item, micros(at))
		if err == nil && changed == 0 {
			err = fmt.Errorf("item %s: %w", item, store.ErrNotFound)
		}
		return err
	})
}

// StartLooks implements store.Ledger.
func (s *Store) StartLooks(ctx context.Context, now time.Time, limit int) (started int, err error) {
	err = s.update(ctx, "start_looks", func(tx *Tx) error {
		started, err = startLooks(tx, now, limit)
		return err
	})
	return started, err
}

// startLooks leaves what is still open for later, and forgets looks at what
// ended otherwise.
func startLooks(tx *Tx, now time.Time, limit int) (int, error) {
	err := tx.Run(`
		UPDATE items SET look_at = 0 WHERE look_at BETWEEN 1 AND ?1 AND state = 'ended' AND (outcome <> 'archived' OR
			EXISTS (SELECT 1 FROM tombstones t WHERE t.item = items.id))`, micros(now))
	if err != nil {
		return 0, err
	}
	started, err := tx.Exec(`
		UPDATE items SET state = 'due', outcome = '', has_page = 0, attempts = 0, due_at = ?1, claim_at = ?1, lease_owner = '',
			looking = 1, looks = looks + 1, look_at = 0
		WHERE n IN (SELECT n FROM items INDEXED BY items_look
			WHERE look_at BETWEEN 1 AND ?1 AND look_at > 0 AND state = 'ended' ORDER BY look_at, n LIMIT ?2)`, micros(now), limit)
	return int(started), err
}

// SaveLook implements store.Ledger.
func (s *Store) SaveLook(ctx context.Context, owner string, page news.Page, slot store.Slot) (news.Ref, error) {
	packed := packPage(page)
	next := news.Ref{Item: page.Item, Revision: page.Revision + 1}
	err := s.update(ctx, "save_look", func(tx *Tx) error {
		n, err := One(tx.Query, Value[int64], `
			UPDATE items SET revision = revision + 1, generation = 0, looking = 0, has_page = 1, reason = '', found_at = ?4, ended_at = 0,
				in_line_at = 0, checked_at = 0, missing_since = 0
			WHERE id = ?1 AND revision = ?2 AND state = 'due' AND looking = 1 AND lease_owner = ?3 RETURNING n`,
			page.Item, page.Revision, owner, micros(page.FetchedAt))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("look at %s: %w", page.Key(), store.ErrLeaseLost)
		case err != nil:
			return err
		}
		if err := savePage(tx, n, next.Revision, packed); err != nil {
			return err
		}
		return giveUpSlot(tx, slot, page.Item)
	})
	return next, err
}

// EndLook implements store.Ledger.
func (s *Store) EndLook(ctx context.Context, owner string, ref news.Ref, slot store.Slot) error {
	return s.update(ctx, "end_look", func(tx *Tx) error {
		err := tx.Run(`
			UPDATE items SET state = 'ended', outcome = 'archived', looking = 0, lease_owner = '',
				has_page = iif(EXISTS (SELECT 1 FROM pages p WHERE p.item = n AND p.revision = items.revision), 1, 0)
			WHERE id = ?1 AND revision = ?2 AND state = 'due' AND looking = 1 AND lease_owner = ?3`, ref.Item, ref.Revision, owner)
		if err != nil {
			return err
		}
		return giveUpSlot(tx, slot, ref.Item)
	})
}
