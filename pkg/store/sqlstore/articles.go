package sqlstore

import (
	"context"
	"fmt"
	"math"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

const (
	maxCopies = 100 // other members of its group that come with an article
	maxBeside = 20  // and other originals of its story
	unlimited = math.MaxInt32
)

const articleColumns = `a.id, a.source, a.source_id, a.publisher, a.publisher_id, a.url, a.canonical_url, a.title, a.authors,
	a.published, a.modified, a.lang, a.direction, a.section, a.image, a.words, a.completeness, a.text, a.details`

// articleFields are where articleColumns are scanned to.
func articleFields(a *news.Article) []any {
	return []any{
		&a.ID, &a.Source, &a.SourceID, &a.Publisher, &a.PublisherID, &a.URL, &a.CanonicalURL, &a.Title, asJSON{&a.Authors},
		asOptionalTime{&a.Published}, asOptionalTime{&a.Modified}, &a.Lang, &a.Direction, &a.Section, &a.Image, &a.Words,
		&a.Completeness, &a.Text, asJSON{&a.Details},
	}
}

// Article implements store.Articles.
func (s *Store) Article(ctx context.Context, id news.ID) (detail store.ArticleDetail, err error) {
	err = s.snapshot(ctx, func(q Querier) error {
		var seq int64
		if detail, seq, err = article(q, id); err != nil {
			return err
		}
		if err := surround(q, &detail); err != nil {
			return err
		}
		if detail.Copies, err = related(q, group, id, maxCopies); err != nil {
			return err
		}
		if detail.StoryArticles, err = related(q, besideIt, detail.Story.ID, detail.Leader, maxBeside); err != nil {
			return err
		}
		detail.Revisions, err = revisions(q, seq)
		return err
	})
	if err != nil {
		return store.ArticleDetail{}, fmt.Errorf("article %s: %w", id, notFound(err))
	}
	return detail, nil
}

// article reads one article, without its surroundings.
func article(q Querier, id news.ID) (d store.ArticleDetail, seq int64, err error) {
	d.Article, d.Verdict, d.Story = new(news.Article), new(news.Verdict), new(news.Story)
	d.ItemID, d.Outcome = id, news.Archived
	fields := append(articleFields(d.Article), &seq, &d.Revision, asTime{&d.FoundAt}, asTime{&d.ArchivedAt},
		&d.Verdict.Kind, &d.Verdict.Of, &d.Verdict.Similarity, &d.Verdict.Rule, asJSON{&d.Labels}, asJSON{&d.Trail})
	fields = append(fields, storyFields(d.Story)...)
	err = read(q, fields, `
		SELECT `+articleColumns+`, a.seq, a.revision, a.found_at, a.archived_at,
			a.kind, a.of, a.similarity, a.rule, a.labels, a.trail, `+storyColumns+`
		FROM articles a JOIN stories s ON s.id = a.story WHERE a.id = ?`, id)
	return d, seq, err
}

const (
	relatedColumns = `a.id, a.title, a.source, a.publisher, a.publisher_id, a.url, a.lang, a.words, a.published, a.found_at, a.kind, a.of,
		a.similarity, a.rule, a.details`

	// group are the other members of the group that ?1 is in. When a leader was
	// removed, its oldest copy leads those that come later: they are all one group,
	// connected through IDs of which no article is left.
	group = `
		WITH RECURSIVE
			up (id) AS (SELECT ?1 UNION SELECT a.leader FROM up u CROSS JOIN articles a INDEXED BY articles_id ON a.id = u.id WHERE a.leader <> ''),
			members (id) AS (SELECT id FROM up UNION
				SELECT a.id FROM members m CROSS JOIN articles a INDEXED BY articles_leader ON a.leader = m.id AND a.leader <> '')
		SELECT ` + relatedColumns + ` FROM (
			SELECT i.seq FROM members m CROSS JOIN articles i INDEXED BY articles_id ON i.id = m.id WHERE i.id <> ?1 ORDER BY i.seq LIMIT ?2) g
		CROSS JOIN articles a ON a.seq = g.seq ORDER BY a.seq`
	// besideIt are the leaders in the story ?1 but ?2, and those who stand in for one.
	besideIt = `
		SELECT ` + relatedColumns + ` FROM articles a INDEXED BY articles_story
		WHERE a.story = ?1 AND (a.leader = '' OR ` + standsIn + `) AND a.id <> ?2 ORDER BY a.seq LIMIT ?3`
)

// related reads other articles, by what selects relatedColumns.
func related(q Querier, query string, args ...any) ([]store.Related, error) {
	var ids []news.ID
	list, err := All(q, func(row Row) (r store.Related, err error) {
		err = row.Scan(&r.ID, &r.Title, &r.Source, &r.Publisher, &r.PublisherID, &r.URL, &r.Lang, &r.Words, asOptionalTime{&r.Published},
			asTime{&r.FoundAt}, &r.Kind, &r.Of, &r.Similarity, &r.Rule, asJSON{&r.Details})
		ids = append(ids, r.ID)
		return r, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	known, err := kin(q, ids...)
	for i, r := range list {
		k := known[r.ID]
		list[i].Kinship, list[i].Leader, list[i].Copies = k.Kinship, k.leader, k.copies
	}
	return orEmpty(list), err
}

func revisions(q Querier, seq int64) ([]store.RevisionInfo, error) {
	return All(q, func(row Row) (r store.RevisionInfo, err error) {
		return r, row.Scan(&r.Revision, &r.Title, asTime{&r.ArchivedAt})
	}, `
		SELECT revision, title, archived_at FROM articles WHERE seq = ?1
		UNION ALL SELECT revision, title, archived_at FROM article_revisions WHERE seq = ?1
		ORDER BY revision DESC`, seq)
}

// RevisionText implements store.Articles.
func (s *Store) RevisionText(ctx context.Context, ref news.Ref) (title, text string, err error) {
	err = read(s.reader(ctx), []any{&title, &text}, `
		SELECT title, text FROM articles WHERE id = ?1 AND revision = ?2
		UNION ALL SELECT r.title, r.text FROM articles a CROSS JOIN article_revisions r ON r.seq = a.seq WHERE a.id = ?1 AND r.revision = ?2`,
		ref.Item, ref.Revision)
	if err != nil {
		return "", "", fmt.Errorf("revision %s: %w", ref.Key(), notFound(err))
	}
	return title, text, nil
}

// FindArticle implements store.Articles.
func (s *Store) FindArticle(ctx context.Context, prefix string) (news.ID, error) {
	return s.findID(ctx, "article", `SELECT DISTINCT id FROM articles WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2`, prefix)
}

// Record implements store.Articles.
func (s *Store) Record(ctx context.Context, id news.ID) (record news.Record, err error) {
	err = s.snapshot(ctx, func(q Querier) error {
		record, err = itemRecord(q, id)
		return err
	})
	if err != nil {
		return news.Record{}, fmt.Errorf("record of %s: %w", id, notFound(err))
	}
	return record, nil
}

func itemRecord(q Querier, id news.ID) (news.Record, error) {
	r, err := One(q, func(row Row) (r news.Record, err error) {
		r.Labels = normalLabels(news.Labels{})
		return r, row.Scan(&r.ItemID, &r.Revision, &r.Outcome, &r.Reason, asJSON{&r.Trail})
	}, `
		SELECT i.id, i.revision, i.outcome, i.reason, coalesce(t.trail, '[]')
		FROM items i LEFT JOIN item_trails t ON t.item = i.n WHERE i.id = ? AND i.state = 'ended'`, id)
	if err != nil || r.Outcome != news.Archived {
		return r, err
	}
	detail, _, err := article(q, id)
	detail.Reason = r.Reason
	return detail.Record, err
}

// ArticleCounts implements store.Articles.
func (s *Store) ArticleCounts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := Each(s.reader(ctx), func(row Row) error {
		var lang string
		var articles int
		err := row.Scan(&lang, &articles)
		counts[lang] = articles
		return err
	}, `SELECT lang, articles FROM article_counts WHERE articles > 0`)
	if err != nil {
		return nil, fmt.Errorf("article counts: %w", err)
	}
	return counts, nil
}
