package sqlstore

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// RemoveArticle implements store.Ledger.
func (s *Store) RemoveArticle(ctx context.Context, id news.ID, now time.Time) (removed store.Removed, err error) {
	err = s.update(ctx, "remove_article", func(tx *Tx) error {
		removed, err = removeArticle(tx, id, now)
		return err
	})
	if err != nil {
		return store.Removed{}, err
	}
	return removed, nil
}

func removeArticle(tx *Tx, id news.ID, now time.Time) (store.Removed, error) {
	removed := store.Removed{ID: id}
	at, address := standing{}, ""
	err := read(tx.Query, []any{&at.seq, &at.n, &removed.Revision, &removed.Title, &removed.Publisher, &removed.URL, &address}, `
		SELECT a.seq, i.n, i.revision, a.title, a.publisher, a.url, i.url FROM items i JOIN articles a ON a.id = i.id WHERE i.id = ?`, id)
	if err != nil {
		return removed, fmt.Errorf("article %s: %w", id, notFound(err))
	}
	if removed.Copies, err = related(tx.Query, group, id, unlimited); err != nil {
		return removed, err
	}
	e := ender{tx: tx, labels: map[int64]news.Labels{}, stories: map[news.ID]bool{}}
	if err := e.removeArticle(&at); err != nil {
		return removed, err
	}
	if _, err := e.recompute(); err != nil {
		return removed, err
	}
	if err := forgetEnding(tx, at.n, id); err != nil {
		return removed, err
	}
	if err := bequeath(tx, id); err != nil {
		return removed, err
	}
	for _, statement := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO tombstones (item, at, reason) VALUES (?, ?, ?)`, []any{id, micros(now), store.ReasonRemoved}},
		{`DELETE FROM pages WHERE item = ?`, []any{at.n}},
		{`DELETE FROM fingerprints WHERE item = ?`, []any{id}},
		{`DELETE FROM journal WHERE item = ?`, []any{id}},
		{`UPDATE payloads SET found = ?2 WHERE item = ?1`, []any{at.n, encodeFound(news.Found{URL: address})}},
		{`UPDATE items SET state = 'ended', outcome = 'dropped', reason = ?2, ended_at = ?3, has_page = 0, lease_owner = '', missing_since = 0, looking = 0, look_at = 0
			WHERE n = ?1`, []any{at.n, store.ReasonRemoved, micros(now)}},
	} {
		if err := tx.Run(statement.query, statement.args...); err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// bequeath hands what an article is recognised by to its oldest copy that has
// the same: the next copy belongs to the same story. Of the same text the title
// says nothing, and is the removed article's.
func bequeath(tx *Tx, id news.ID) error {
	for _, heirs := range []struct{ kind, rule, title string }{
		{string(store.FingerprintText), news.RuleText, `''`},
		{string(store.FingerprintURL), news.RuleCanonicalURL, `title`},
	} {
		err := tx.Run(`
			WITH RECURSIVE same (id) AS ( -- the article, and removed ones whose heir it was
				SELECT ?1 UNION
				SELECT d.of FROM same s CROSS JOIN decisions d ON d.item = s.id CROSS JOIN tombstones t ON t.item = d.of
				WHERE d.kind = 'copy' AND d.rule = ?3)
			UPDATE fingerprints SET item = heir, title = `+heirs.title+`
			FROM (SELECT a.id AS heir FROM (SELECT DISTINCT story FROM fingerprints WHERE item = ?1) f
				CROSS JOIN articles a INDEXED BY articles_story ON a.story = f.story
				WHERE a.of IN (SELECT id FROM same) AND a.kind = 'copy' AND a.rule = ?3 ORDER BY a.found_at, a.seq LIMIT 1) oldest
			WHERE item = ?1 AND fingerprints.kind = ?2`, id, heirs.kind, heirs.rule)
		if err != nil {
			return err
		}
	}
	return nil
}

// RemovedSince implements store.Ledger.
func (s *Store) RemovedSince(ctx context.Context, since time.Time) ([]news.Ref, error) {
	refs, err := All(s.reader(ctx), func(row Row) (ref news.Ref, err error) {
		return ref, row.Scan(&ref.Item, &ref.Revision)
	}, `SELECT i.id, i.revision FROM tombstones t CROSS JOIN items i ON i.id = t.item WHERE t.at >= ? ORDER BY t.at, i.id`, micros(since))
	if err != nil {
		return nil, fmt.Errorf("removed articles: %w", err)
	}
	return refs, nil
}
