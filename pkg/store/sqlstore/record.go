package sqlstore

import (
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// record is a store.Ending with its JSON made. Its Story is where it belongs.
type record struct {
	store.Ending
	leader                          news.ID // of its group; empty if it leads
	authors, labels, trail, details string
}

func newRecord(e store.Ending) (record, error) {
	r := record{Ending: e, trail: encodeTrail(e.Trail)}
	switch {
	case e.Outcome == news.Archived && (e.Article == nil || e.Verdict == nil):
		return r, fmt.Errorf("end %s: %w: archived without article or verdict", e.Ref.Key(), store.ErrInvalid)
	case e.Outcome == news.Archived:
		r.authors = encodeJSON(orEmpty(e.Article.Authors))
		r.labels = encodeJSON(normalLabels(e.Labels))
		r.details = encodeJSON(e.Article.Details)
		if of := e.Verdict.Of; of != nil && *of != e.Ref.Item {
			r.leader = *of
		}
	case e.Outcome == news.Dead && e.Letter == nil:
		return r, fmt.Errorf("end %s: %w: dead without letter", e.Ref.Key(), store.ErrInvalid)
	case e.Outcome == news.Dropped:
		r.Letter = nil
	case e.Outcome != news.Dead:
		return r, fmt.Errorf("end %s: %w: unknown outcome %q", e.Ref.Key(), store.ErrInvalid, e.Outcome)
	}
	return r, nil
}

// normalLabels has no nil slices: they would be null in JSON.
func normalLabels(l news.Labels) news.Labels {
	l.Topics, l.Places, l.Organisations = orEmpty(l.Topics), orEmpty(l.Places), orEmpty(l.Organisations)
	watches := make([]news.Watch, len(l.Watches))
	for i, w := range l.Watches {
		w.Matches = orEmpty(w.Matches)
		watches[i] = w
	}
	l.Watches = watches
	return l
}

// place is what an article keeps through its revisions.
type place struct {
	seq, at, foundAt, archivedAt int64
	indexed                      bool // an older text of it is in the index
	current                      bool // and that is the text it has
}

// insertArticle returns the article's seq: the first free one from place.seq on.
func insertArticle(tx *Tx, place place, r record) (seq int64, err error) {
	a, v := r.Article, r.Verdict
	for seq = place.seq; ; seq++ {
		added, err := tx.Exec(`
			INSERT INTO articles (seq, id, revision, generation, at, found_at, archived_at, story,
				source_id, source, publisher_id, publisher, lang, direction, title, authors, published, modified,
				url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text, details, leader)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (seq) DO NOTHING`,
			seq, r.Ref.Item, r.Ref.Revision, r.Ref.Generation, place.at, place.foundAt, place.archivedAt, r.Story,
			a.SourceID, a.Source, a.PublisherID, a.Publisher, a.Lang, a.Direction, a.Title, r.authors,
			optionalMicros(a.Published), optionalMicros(a.Modified),
			a.URL, a.CanonicalURL, a.Section, a.Image, a.Words, a.Completeness,
			v.Kind, v.Of, v.Similarity, v.Rule, r.labels, r.trail, a.Text, r.details, r.leader)
		if err != nil {
			return 0, err
		}
		if added > 0 {
			return seq, nil
		}
	}
}

// takenArticle is what is left of an article that was taken away.
type takenArticle struct {
	place
	story news.ID
}

// takeArticle deletes an article and its labels, to be written again or not.
// Its revision is kept unless the one that replaces it is the same, or says the same.
func takeArticle(tx *Tx, seq int64, by record) (takenArticle, error) {
	replacing, title, text := 0, "", ""
	if by.Article != nil {
		replacing, title, text = by.Ref.Revision, by.Article.Title, by.Article.Text
	}
	old, err := One(tx.Query, func(row Row) (old takenArticle, err error) {
		return old, row.Scan(&old.seq, &old.at, &old.foundAt, &old.archivedAt, &old.indexed, &old.current, &old.story)
	}, `
		SELECT a.seq, a.at, a.found_at, iif(a.revision = ?2, a.archived_at, ?3),
			coalesce(q.replaces, 1), iif(q.seq IS NULL AND a.title = ?4 AND a.text = ?5, 1, 0), a.story
		FROM articles a LEFT JOIN index_queue q ON q.seq = a.seq WHERE a.seq = ?1`, seq, replacing, micros(by.At), title, text)
	if err != nil {
		return old, err
	}
	err = tx.Run(`
		INSERT INTO article_revisions (seq, revision, archived_at, title, text)
		SELECT seq, revision, archived_at, title, text FROM articles
		WHERE seq = ?1 AND revision <> ?2 AND NOT (title = ?3 AND text = ?4)
		ON CONFLICT (seq, revision) DO UPDATE SET archived_at = excluded.archived_at, title = excluded.title, text = excluded.text`, seq, replacing, title, text)
	if err != nil {
		return old, err
	}
	if err := deleteLabels(tx, seq); err != nil {
		return old, err
	}
	return old, tx.Run(`DELETE FROM articles WHERE seq = ?`, seq)
}
