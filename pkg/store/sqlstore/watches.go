package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// ApplyWatches implements store.Watches.
func (s *Store) ApplyWatches(ctx context.Context, set store.WatchSet) (version int, applied bool, err error) {
	err = s.update(ctx, "apply_watches", func(tx *Tx) error {
		newest, err := watchSet(tx.Query, 0)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		version, applied = newest.Version, false
		if err == nil && bytes.Equal(newest.YAML, set.YAML) {
			return nil
		}
		version, applied = newest.Version+1, true
		return tx.Run(`INSERT INTO watches (version, applied_at, note, yaml) VALUES (?, ?, ?, ?)`,
			version, micros(set.AppliedAt), set.Note, pack(set.YAML))
	})
	return version, applied, err
}

func watchSet(q Querier, version int) (set store.WatchSet, err error) {
	var packed []byte
	err = read(q, []any{&set.Version, asTime{&set.AppliedAt}, &set.Note, &packed}, `
		SELECT version, applied_at, note, yaml FROM watches WHERE version = ?1 OR ?1 = 0 ORDER BY version DESC LIMIT 1`, version)
	if err == nil {
		set.YAML, err = unpack(packed)
	}
	return set, err
}

// Watches implements store.Watches.
func (s *Store) Watches(ctx context.Context, version int) (store.WatchSet, error) {
	set, err := watchSet(s.reader(ctx), version)
	if err != nil {
		return store.WatchSet{}, fmt.Errorf("watches: %w", notFound(err))
	}
	return set, nil
}

// WatchesVersion implements store.Watches.
func (s *Store) WatchesVersion(ctx context.Context) (int, error) {
	version, err := One(s.reader(ctx), Value[int], `SELECT coalesce(max(version), 0) FROM watches`)
	if err != nil {
		return 0, fmt.Errorf("version of watches: %w", err)
	}
	return version, nil
}

// WatchVersions implements store.Watches.
func (s *Store) WatchVersions(ctx context.Context, limit int) ([]store.WatchSet, error) {
	sets, err := All(s.reader(ctx), func(row Row) (set store.WatchSet, err error) {
		return set, row.Scan(&set.Version, asTime{&set.AppliedAt}, &set.Note)
	}, `SELECT version, applied_at, note FROM watches ORDER BY version DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("versions of watches: %w", err)
	}
	return orEmpty(sets), nil
}

// WatchCounts implements store.Watches.
func (s *Store) WatchCounts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := Each(s.reader(ctx), func(row Row) error {
		var id string
		var articles int
		err := row.Scan(&id, &articles)
		counts[id] = articles
		return err
	}, `SELECT label, count(*) FROM article_watches GROUP BY label`)
	if err != nil {
		return nil, fmt.Errorf("counts of watches: %w", err)
	}
	return counts, nil
}

const archivedColumns = articleColumns + `, a.seq, a.revision, a.generation, a.found_at, a.kind, a.of, a.similarity, a.rule, a.story, a.labels, a.trail`

// scanArchived reads archivedColumns.
func scanArchived(row Row) (a store.Archived, err error) {
	fields := append(articleFields(&a.Article), &a.Seq, &a.Revision, &a.Generation, asTime{&a.FoundAt},
		&a.Verdict.Kind, &a.Verdict.Of, &a.Verdict.Similarity, &a.Verdict.Rule, &a.Story, asJSON{&a.Labels}, asJSON{&a.Trail})
	a.Labels = normalLabels(news.Labels{})
	err = row.Scan(fields...)
	a.Item = a.Article.ID
	return a, err
}

const (
	// archivedSince reads in the order of the primary key.
	archivedSince = `
	SELECT ` + archivedColumns + `
	FROM articles a WHERE a.seq > ?1 AND a.seq >= ?2 AND a.at >= ?3 ORDER BY a.seq LIMIT ?4`
	archivedOf = `
	SELECT ` + archivedColumns + `
	FROM (SELECT DISTINCT atom AS id FROM json_each(?1)) e CROSS JOIN articles a INDEXED BY articles_id ON a.id = e.id ORDER BY a.seq`
)

// ArchivedSince implements store.Articles.
func (s *Store) ArchivedSince(ctx context.Context, since time.Time, after int64, limit int) ([]store.Archived, error) {
	defer s.metrics.Took("archived_since", time.Now())
	list, err := All(s.reader(ctx), scanArchived, archivedSince, after, store.SeqAt(since), ceilMicros(since), max(limit, 1))
	if err != nil {
		return nil, fmt.Errorf("archived since: %w", err)
	}
	return orEmpty(list), nil
}

// ArchivedOf implements store.Articles.
func (s *Store) ArchivedOf(ctx context.Context, ids ...news.ID) ([]store.Archived, error) {
	defer s.metrics.Took("archived_of", time.Now())
	list, err := All(s.reader(ctx), scanArchived, archivedOf, encodeJSON(orEmpty(ids)))
	if err != nil {
		return nil, fmt.Errorf("archived of: %w", err)
	}
	return orEmpty(list), nil
}
