package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// AddSources implements store.Sources.
func (s *Store) AddSources(ctx context.Context, sources ...news.Source) (added []bool, err error) {
	err = s.update(ctx, "add_sources", func(tx *Tx) error {
		added = make([]bool, len(sources))
		for i, source := range sources {
			if added[i], err = addSource(tx, source); err != nil {
				return fmt.Errorf("source %s: %w", source.URL, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// addSource leaves the state of a source that comes back as it was, and gives
// it the settings it is added with.
func addSource(tx *Tx, source news.Source) (added bool, err error) {
	watched, err := watchedAt(tx, source.URL)
	if err != nil || watched != "" && source.Kind != news.KindManual {
		return false, err
	}
	err = tx.Run(`INSERT INTO publishers (id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, source.Publisher.ID, source.Publisher.Name)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`
		INSERT INTO sources (id, publisher, kind, url, host, name, lang, country, tags, poll_every, options, paused, added_at,
			next_poll, claim_at, last_poll, last_new, failures, reason, etag, last_modified, body_hash)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
		ON CONFLICT (id) DO UPDATE SET removed = 0, lease_owner = '', publisher = excluded.publisher, name = excluded.name,
			kind = excluded.kind, url = excluded.url, host = excluded.host,
			lang = excluded.lang, country = excluded.country, tags = excluded.tags, poll_every = excluded.poll_every,
			options = excluded.options, paused = excluded.paused, notice = '', next_poll = excluded.next_poll, claim_at = excluded.claim_at
		WHERE sources.removed = 1`,
		source.ID, source.Publisher.ID, source.Kind, source.URL, weburl.Domain(source.URL), source.Name,
		source.Lang, source.Country, encodeJSON(source.Tags), source.PollEvery.Microseconds(), encodeJSON(source.Options), source.Paused,
		micros(source.AddedAt), micros(source.NextPoll), micros(source.LastPoll), micros(source.LastNew),
		source.Failures, source.Reason, source.Validators.ETag, source.Validators.LastModified, source.Validators.BodyHash)
	return n > 0, err
}

// watchedAt is the source that is read at an address; empty if none is.
func watchedAt(tx *Tx, url string) (id news.ID, err error) {
	id, err = One(tx.Query, Value[news.ID], `SELECT id FROM sources WHERE url = ? AND removed = 0 AND kind <> 'manual' LIMIT 1`, url)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

const selectSources = `
	SELECT s.id, p.id, p.name, s.kind, s.url, s.name, s.lang, s.country, s.tags, s.poll_every, s.options, s.paused, s.notice,
		s.quiet_at, s.volume, s.habit, s.guids, s.added_at, s.next_poll, s.last_poll, s.last_new, s.failures, s.reason, s.etag, s.last_modified, s.body_hash,
		(SELECT '{' || coalesce(string_agg('"' || status || '":' || items, ','), '') || '}' FROM item_counts c WHERE c.source = s.id)
	FROM sources s JOIN publishers p ON p.id = s.publisher`

func scanSource(row Row) (s news.Source, err error) {
	var pollEvery int64
	byStatus := map[string]int{}
	err = row.Scan(&s.ID, &s.Publisher.ID, &s.Publisher.Name, &s.Kind, &s.URL, &s.Name, &s.Lang, &s.Country,
		asJSON{&s.Tags}, &pollEvery, asJSON{&s.Options}, &s.Paused, &s.Notice,
		asTime{&s.QuietAt}, &s.Volume, &s.Habit, &s.GUIDs, asTime{&s.AddedAt}, asTime{&s.NextPoll}, asTime{&s.LastPoll},
		asTime{&s.LastNew}, &s.Failures, &s.Reason, &s.Validators.ETag, &s.Validators.LastModified,
		&s.Validators.BodyHash, asJSON{&byStatus})
	s.PollEvery = time.Duration(pollEvery) * time.Microsecond
	for status, items := range byStatus {
		addCount(&s.Counts, status, items)
	}
	return s, err
}

// addCount counts items whose state, or outcome once they ended, is status.
func addCount(counts *news.Counts, status string, items int) {
	counts.Found += items
	switch status {
	case string(news.Archived):
		counts.Archived += items
	case string(news.Dropped):
		counts.Dropped += items
	case string(news.Dead):
		counts.Dead += items
	case string(news.StateDue), string(news.StateInLine):
		counts.Open += items
	}
}

// Source implements store.Sources.
func (s *Store) Source(ctx context.Context, id news.ID) (news.Source, error) {
	source, err := One(s.reader(ctx), scanSource, selectSources+` WHERE s.id = ?`, id)
	if err != nil {
		return news.Source{}, fmt.Errorf("source %s: %w", id, notFound(err))
	}
	return source, nil
}

// Sources implements store.Sources.
func (s *Store) Sources(ctx context.Context) ([]news.Source, error) {
	sources, err := All(s.reader(ctx), scanSource, selectSources+` WHERE s.removed = 0 ORDER BY p.name, s.name, s.id`)
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return sources, nil
}

// HasFeeds implements store.Sources.
func (s *Store) HasFeeds(ctx context.Context) (bool, error) {
	n, err := One(s.reader(ctx), Value[int], `SELECT count(*) FROM sources WHERE kind <> 'manual'`)
	return n > 0, err
}

// PauseSource implements store.Sources.
func (s *Store) PauseSource(ctx context.Context, id news.ID, paused bool) error {
	return s.changeSource(ctx, "pause_source", id, `
		UPDATE sources SET paused = ?2, notice = '', failures = iif(?2 = 1, failures, 0), reason = iif(?2 = 1, reason, ''),
			next_poll = iif(?2 = 1, next_poll, max(last_poll, added_at)), claim_at = iif(?2 = 1 OR lease_owner <> '', claim_at, max(last_poll, added_at))
		WHERE id = ?1 AND removed = 0`, id, paused)
}

// ChangeSource implements store.Sources.
func (s *Store) ChangeSource(ctx context.Context, source news.Source) error {
	return s.update(ctx, "change_source", func(tx *Tx) error {
		err := tx.Run(`INSERT INTO publishers (id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, source.Publisher.ID, source.Publisher.Name)
		if err != nil {
			return err
		}
		changed, err := tx.Exec(`
			UPDATE sources SET kind = ?2, publisher = ?3, name = ?4, lang = ?5, country = ?6, tags = ?7, poll_every = ?8, options = ?9
			WHERE id = ?1 AND removed = 0`,
			source.ID, source.Kind, source.Publisher.ID, source.Name, source.Lang, source.Country, encodeJSON(source.Tags),
			source.PollEvery.Microseconds(), encodeJSON(source.Options))
		if err == nil && changed == 0 {
			err = fmt.Errorf("source %s: %w", source.ID, store.ErrNotFound)
		}
		return err
	})
}

// keptMoves is how many moves of a source are shown.
const keptMoves = 30

// Moves implements store.Sources.
func (s *Store) Moves(ctx context.Context, source news.ID) ([]news.Move, error) {
	moves, err := All(s.reader(ctx), func(row Row) (m news.Move, err error) {
		return m, row.Scan(asTime{&m.At}, &m.From, &m.To)
	}, `SELECT at, before, after FROM source_moves WHERE source = ? ORDER BY n DESC LIMIT ?`, source, keptMoves)
	if err != nil {
		return nil, fmt.Errorf("moves of %s: %w", source, err)
	}
	return moves, nil
}

// RemoveSource implements store.Sources.
func (s *Store) RemoveSource(ctx context.Context, id news.ID) error {
	return s.changeSource(ctx, "remove_source", id, `UPDATE sources SET removed = 1 WHERE id = ?1 AND removed = 0`, id)
}

func (s *Store) changeSource(ctx context.Context, op string, id news.ID, query string, args ...any) error {
	return s.update(ctx, op, func(tx *Tx) error {
		changed, err := tx.Exec(query, args...)
		if err == nil && changed == 0 {
			err = fmt.Errorf("source %s: %w", id, store.ErrNotFound)
		}
		return err
	})
}
