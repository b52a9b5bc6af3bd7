package sqlite

import (
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// record is a store.Ending with its JSON made.
type record struct {
	store.Ending
	authors, labels, trail string
}

func newRecord(e store.Ending) (record, error) {
	r := record{Ending: e, trail: encodeTrail(e.Trail)}
	switch {
	case e.Outcome == news.Archived && (e.Article == nil || e.Verdict == nil):
		return r, fmt.Errorf("end %s: archived without article or verdict", e.Ref.Key())
	case e.Outcome == news.Archived:
		r.authors = encodeJSON(orEmpty(e.Article.Authors))
		r.labels = encodeJSON(normalLabels(e.Labels))
	case e.Outcome == news.Dead && e.Letter == nil:
		return r, fmt.Errorf("end %s: dead without letter", e.Ref.Key())
	case e.Outcome == news.Dropped:
		r.Letter = nil
	case e.Outcome != news.Dead:
		return r, fmt.Errorf("end %s: unknown outcome %q", e.Ref.Key(), e.Outcome)
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
	seq, at, foundAt int64
	indexed          bool // an older text of it is in the index
}

// insertArticle returns the article's seq: the first free one from place.seq on.
func insertArticle(tx *tx, place place, r record) (seq int64, err error) {
	a, v := r.Article, r.Verdict
	for seq = place.seq; ; seq++ {
		added, err := tx.exec(`
			INSERT INTO articles (seq, id, revision, generation, at, found_at, archived_at, story,
				source_id, source, publisher_id, publisher, lang, direction, title, authors, published, modified,
				url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (seq) DO NOTHING`,
			seq, r.Ref.Item, r.Ref.Revision, r.Ref.Generation, place.at, place.foundAt, micros(r.At), r.Story,
			a.SourceID, a.Source, a.PublisherID, a.Publisher, a.Lang, a.Direction, a.Title, r.authors,
			optionalMicros(a.Published), optionalMicros(a.Modified),
			a.URL, a.CanonicalURL, a.Section, a.Image, a.Words, a.Completeness,
			v.Kind, v.Of, v.Similarity, v.Rule, r.labels, r.trail, a.Text)
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
// Its revision is kept unless it is the one that replaces it.
func takeArticle(tx *tx, seq int64, replacing int) (takenArticle, error) {
	old, err := one(tx.query, func(row scanner) (old takenArticle, err error) {
		return old, row.Scan(&old.seq, &old.at, &old.foundAt, &old.indexed, &old.story)
	}, `
		SELECT seq, at, found_at, coalesce((SELECT replaces FROM index_queue q WHERE q.seq = a.seq), 1), story
		FROM articles a WHERE seq = ?`, seq)
	if err != nil {
		return old, err
	}
	err = tx.run(`
		INSERT INTO article_revisions (seq, revision, archived_at, title, text)
		SELECT seq, revision, archived_at, title, text FROM articles WHERE seq = ? AND revision <> ?
		ON CONFLICT DO UPDATE SET archived_at = excluded.archived_at, title = excluded.title, text = excluded.text`, seq, replacing)
	if err != nil {
		return old, err
	}
	if err := deleteLabels(tx, seq); err != nil {
		return old, err
	}
	return old, tx.run(`DELETE FROM articles WHERE seq = ?`, seq)
}

// insertLabels writes the label rows of many articles, a table at a time.
func insertLabels(tx *tx, labels map[int64]news.Labels) error {
	type row [2]any
	var topics, places, organisations, watches []row
	for seq, l := range labels {
		for _, topic := range l.Topics {
			topics = append(topics, row{topic.Code, seq})
		}
		for _, place := range l.Places {
			places = append(places, row{place.Code, seq})
		}
		for _, organisation := range l.Organisations {
			organisations = append(organisations, row{organisation.ID, seq})
		}
		for _, watch := range l.Watches {
			watches = append(watches, row{watch.ID, seq})
		}
	}
	for table, rows := range map[string][]row{
		"article_topics": topics, "article_places": places, "article_organisations": organisations, "article_watches": watches,
	} {
		if len(rows) == 0 {
			continue
		}
		err := tx.run(`INSERT INTO `+table+` (label, seq) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
			ON CONFLICT DO NOTHING`, encodeJSON(rows))
		if err != nil {
			return err
		}
	}
	return nil
}

// deleteLabels reads from the article which label rows it has.
func deleteLabels(tx *tx, seq int64) error {
	for _, query := range []string{
		`DELETE FROM article_topics WHERE seq = ?1 AND label IN
			(SELECT value ->> 'code' FROM json_each((SELECT labels FROM articles WHERE seq = ?1), '$.topics'))`,
		`DELETE FROM article_places WHERE seq = ?1 AND label IN
			(SELECT value ->> 'code' FROM json_each((SELECT labels FROM articles WHERE seq = ?1), '$.places'))`,
		`DELETE FROM article_organisations WHERE seq = ?1 AND label IN
			(SELECT value ->> 'id' FROM json_each((SELECT labels FROM articles WHERE seq = ?1), '$.organisations'))`,
		`DELETE FROM article_watches WHERE seq = ?1 AND label IN
			(SELECT value ->> 'id' FROM json_each((SELECT labels FROM articles WHERE seq = ?1), '$.watches'))`,
	} {
		if err := tx.run(query, seq); err != nil {
			return err
		}
	}
	return nil
}

// recomputeStories counts the members of stories again and returns them. The
// value says whether a story may have lost its last member.
func recomputeStories(tx *tx, touched map[news.ID]bool) (map[news.ID]news.Story, error) {
	ids, emptied := make([]news.ID, 0, len(touched)), false
	for id, lost := range touched {
		ids, emptied = append(ids, id), emptied || lost
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list := encodeJSON(ids)
	stories := make(map[news.ID]news.Story, len(ids))
	err := each(tx.query, func(row scanner) error {
		story, err := scanStory(row)
		stories[story.ID] = story
		return err
	}, `
		INSERT INTO stories (id, title, articles, publishers, first_seen, last_seen)
		SELECT e.value,
			(SELECT title FROM articles WHERE seq =
				(SELECT seq FROM articles WHERE story = e.value ORDER BY kind <> 'original', seq LIMIT 1)),
			count(*), count(DISTINCT a.publisher_id), min(a.found_at), max(a.found_at)
		FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_story ON a.story = e.value
		GROUP BY e.value
		ON CONFLICT DO UPDATE SET title = excluded.title, articles = excluded.articles, publishers = excluded.publishers,
			first_seen = excluded.first_seen, last_seen = excluded.last_seen
		RETURNING id, title, articles, publishers, first_seen, last_seen`, list)
	if err != nil || !emptied {
		return stories, err
	}
	return stories, tx.run(`
		DELETE FROM stories WHERE id IN (SELECT value FROM json_each(?))
			AND NOT EXISTS (SELECT 1 FROM articles WHERE story = stories.id)`, list)
}

func scanStory(row scanner) (s news.Story, err error) {
	err = row.Scan(&s.ID, &s.Title, &s.Articles, &s.Publishers, asTime{&s.FirstSeen}, asTime{&s.LastSeen})
	return s, err
}
