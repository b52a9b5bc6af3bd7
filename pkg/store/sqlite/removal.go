package sqlite

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// RemoveArticle implements store.Ledger.
func (s *Store) RemoveArticle(ctx context.Context, id news.ID, now time.Time) (removed store.Removed, err error) {
	err = s.update(ctx, "remove_article", func(tx *tx) error {
		removed, err = removeArticle(tx, id, now)
		return err
	})
	if err != nil {
		return store.Removed{}, err
	}
	return removed, nil
}

func removeArticle(tx *tx, id news.ID, now time.Time) (store.Removed, error) {
	removed := store.Removed{ID: id}
	at := standing{}
	err := read(tx.query, []any{&at.seq, &at.n, &removed.Revision, &removed.Title, &removed.Publisher, &removed.URL}, `
		SELECT a.seq, i.n, i.revision, a.title, a.publisher, a.url FROM items i JOIN articles a ON a.id = i.id WHERE i.id = ?`, id)
	if err != nil {
		return removed, fmt.Errorf("article %s: %w", id, notFound(err))
	}
	e := ender{tx: tx, labels: map[int64]news.Labels{}, stories: map[news.ID]bool{}}
	if err := e.removeArticle(&at); err != nil {
		return removed, err
	}
	if _, err := recomputeStories(tx, e.stories); err != nil {
		return removed, err
	}
	if err := forgetEnding(tx, at.n, id); err != nil {
		return removed, err
	}
	for _, statement := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO tombstones (item, at, reason) VALUES (?, ?, ?)`, []any{id, micros(now), store.ReasonRemoved}},
		{`DELETE FROM pages WHERE item = ?`, []any{at.n}},
		{`DELETE FROM fingerprints WHERE item = ?`, []any{id}},
		{`UPDATE payloads SET found = json_object('url', (SELECT url FROM items WHERE n = ?1)) WHERE item = ?1`, []any{at.n}},
		{`UPDATE items SET state = 'ended', outcome = 'dropped', reason = ?2, ended_at = ?3, has_page = 0, lease_owner = '', missing_since = 0
			WHERE n = ?1`, []any{at.n, store.ReasonRemoved, micros(now)}},
	} {
		if err := tx.run(statement.query, statement.args...); err != nil {
			return removed, err
		}
	}
	return removed, nil
}
