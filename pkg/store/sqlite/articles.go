package sqlite

import (
	"context"
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// maxCopies is how many other members of its story come with an article.
const maxCopies = 100

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
	err = s.snapshot(ctx, func(q querier) error {
		var seq int64
		if detail, seq, err = article(q, id); err != nil {
			return err
		}
		if detail.Copies, err = copies(q, seq, detail.Story.ID); err != nil {
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
func article(q querier, id news.ID) (d store.ArticleDetail, seq int64, err error) {
	d.Article, d.Verdict, d.Story = new(news.Article), new(news.Verdict), new(news.Story)
	d.ItemID, d.Outcome = id, news.Archived
	fields := append(articleFields(d.Article), &seq, &d.Revision, asTime{&d.ArchivedAt},
		&d.Verdict.Kind, &d.Verdict.Of, &d.Verdict.Similarity, &d.Verdict.Rule, asJSON{&d.Labels}, asJSON{&d.Trail},
		&d.Story.ID, &d.Story.Title, &d.Story.Articles, &d.Story.Publishers, asTime{&d.Story.FirstSeen}, asTime{&d.Story.LastSeen})
	err = read(q, fields, `
		SELECT `+articleColumns+`, a.seq, a.revision, a.archived_at, a.kind, a.of, a.similarity, a.rule, a.labels, a.trail,
			s.id, s.title, s.articles, s.publishers, s.first_seen, s.last_seen
		FROM articles a JOIN stories s ON s.id = a.story WHERE a.id = ?`, id)
	return d, seq, err
}

func copies(q querier, seq int64, story news.ID) ([]store.Related, error) {
	related, err := all(q, func(row scanner) (r store.Related, err error) {
		return r, row.Scan(&r.ID, &r.Title, &r.Source, &r.Publisher, &r.URL, asOptionalTime{&r.Published}, &r.Kind)
	}, `
		SELECT id, title, source, publisher, url, published, kind FROM articles
		WHERE story = ? AND seq <> ? ORDER BY seq LIMIT ?`, story, seq, maxCopies)
	return orEmpty(related), err
}

func revisions(q querier, seq int64) ([]store.RevisionInfo, error) {
	return all(q, func(row scanner) (r store.RevisionInfo, err error) {
		return r, row.Scan(&r.Revision, &r.Title, asTime{&r.ArchivedAt})
	}, `
		SELECT revision, title, archived_at FROM articles WHERE seq = ?1
		UNION ALL SELECT revision, title, archived_at FROM article_revisions WHERE seq = ?1
		ORDER BY revision DESC`, seq)
}

// FindArticle implements store.Articles.
func (s *Store) FindArticle(ctx context.Context, prefix string) (news.ID, error) {
	return s.findID(ctx, "article", `SELECT DISTINCT id FROM articles WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2`, prefix)
}

// Record implements store.Articles.
func (s *Store) Record(ctx context.Context, id news.ID) (record news.Record, err error) {
	err = s.snapshot(ctx, func(q querier) error {
		record, err = itemRecord(q, id)
		return err
	})
	if err != nil {
		return news.Record{}, fmt.Errorf("record of %s: %w", id, notFound(err))
	}
	return record, nil
}

func itemRecord(q querier, id news.ID) (news.Record, error) {
	r, err := one(q, func(row scanner) (r news.Record, err error) {
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
	err := each(s.reader(ctx), func(row scanner) error {
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
