package sqlite

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// maxMembers is how many members come with a story, and how many originals.
const maxMembers = 200

// ranks order stories by one number. The first count decides; among equals the
// second does.
var ranks = map[store.StoryOrder]string{
	store.BySize:   `(count(*) << 32) + sum(a.found_at >= ?1)`,
	store.ByGrowth: `(sum(a.found_at >= ?1) << 32) + count(*)`,
	store.ByLatest: `max(a.found_at)`,
}

// Stories implements store.Articles.
func (s *Store) Stories(ctx context.Context, query store.StoryQuery) (hits store.StoryHits, err error) {
	defer s.metrics.Took("stories", time.Now())
	limit := max(query.Limit, 1)
	err = s.snapshot(ctx, func(q querier) error {
		hits, err = stories(q, query, limit)
		return err
	})
	if err != nil {
		return store.StoryHits{}, fmt.Errorf("stories: %w", err)
	}
	return hits, nil
}

func stories(q querier, query store.StoryQuery, limit int) (store.StoryHits, error) {
	var places []int64 // the hits' ranks
	sql, args, err := buildStories(query, limit+1)
	if err != nil {
		return store.StoryHits{}, err
	}
	found, err := all(q, func(row scanner) (h store.StoryHit, err error) {
		var rank int64
		err = row.Scan(append(storyFields(&h.Story), &h.Found, &h.Recent, &rank)...)
		places = append(places, rank)
		return h, err
	}, sql, args...)
	if err != nil {
		return store.StoryHits{}, err
	}
	hits := store.StoryHits{Stories: orEmpty(found)}
	if len(found) > limit {
		hits.Stories = found[:limit]
		hits.Next = store.StoryCursor{Order: query.Order, Rank: places[limit-1], ID: found[limit-1].ID}
	}
	ids := make([]news.ID, len(hits.Stories))
	for i, h := range hits.Stories {
		ids[i] = h.ID
	}
	publishers, err := foundPublishers(q, query, ids)
	if err != nil {
		return store.StoryHits{}, err
	}
	langs, err := languages(q, ids)
	for i, h := range hits.Stories {
		hits.Stories[i].Langs, hits.Stories[i].FoundPublishers = orEmpty(langs[h.ID]), publishers[h.ID]
	}
	return hits, err
}

// buildStories counts the articles of the period out of their index, story by
// story, and reads only the stories that come first.
func buildStories(q store.StoryQuery, limit int) (string, []any, error) {
	rank, ok := ranks[q.Order]
	if !ok {
		return "", nil, fmt.Errorf("%w: order %q", store.ErrInvalid, q.Order)
	}
	if q.Before.ID != "" && q.Before.Order != q.Order {
		return "", nil, fmt.Errorf("%w: a place in the order %q, in a list by %q", store.ErrInvalid, q.Before.Order, q.Order)
	}
	if q.Before.ID != "" && q.Before.Order != q.Order {
		return "", nil, fmt.Errorf("%w: a place in a list by %s, and a list by %s", store.ErrInvalid, q.Before.Order, q.Order)
	}
	b := builder{args: []any{ceilMicros(q.Recent)}} // ?1
	b.counted(q)
	having := ""
	if q.Before.ID != "" {
		having = `HAVING (rank, story) < (?, ?)`
		b.args = append(b.args, q.Before.Rank, q.Before.ID)
	}
	return `
		SELECT ` + storyColumns + `, p.found, p.recent, p.rank
		FROM (
			SELECT a.story, count(*) AS found, sum(a.found_at >= ?1) AS recent, ` + rank + ` AS rank
			FROM articles a INDEXED BY articles_found WHERE ` + strings.Join(b.conditions, " AND ") + `
			GROUP BY a.story ` + having + ` ORDER BY rank DESC, a.story DESC LIMIT ?) p
		CROSS JOIN stories s ON s.id = p.story ORDER BY p.rank DESC, p.story DESC`, append(b.args, limit), nil
}

// foundPublishers counts the publishers of the articles of stories that count.
func foundPublishers(q querier, query store.StoryQuery, ids []news.ID) (map[news.ID]int, error) {
	b := builder{args: []any{encodeJSON(ids)}}
	b.counted(query)
	count := make(map[news.ID]int, len(ids))
	return count, each(q, func(row scanner) error {
		var story news.ID
		var publishers int
		err := row.Scan(&story, &publishers)
		count[story] = publishers
		return err
	}, `
		SELECT a.story, count(DISTINCT a.publisher_id) FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_story ON a.story = e.value
		WHERE `+strings.Join(b.conditions, " AND ")+` GROUP BY a.story`, b.args...)
}

// counted adds the conditions on articles that count.
func (b *builder) counted(q store.StoryQuery) {
	b.where("a.found_at >= ?", ceilMicros(q.Since))
	if !q.Until.IsZero() {
		b.where("a.found_at < ?", ceilMicros(q.Until))
	}
	for _, f := range []filter{
		{value: string(q.Publisher), column: "publisher_id"}, {value: q.Lang, column: "lang"},
		{value: q.Country, labels: "article_places"}, {value: q.Topic, labels: "article_topics"},
	} {
		switch {
		case f.value == "":
		case f.column != "":
			b.where("+a."+f.column+" = ?", f.value)
		default:
			b.where("EXISTS (SELECT 1 FROM "+f.labels+" WHERE label = ? AND seq = a.seq)", f.value)
		}
	}
}

// languages lists the languages of stories, the commonest first.
func languages(q querier, ids []news.ID) (map[news.ID][]string, error) {
	langs := make(map[news.ID][]string, len(ids))
	return langs, each(q, func(row scanner) error {
		var story news.ID
		var lang string
		err := row.Scan(&story, &lang)
		langs[story] = append(langs[story], lang)
		return err
	}, `
		SELECT a.story, a.lang FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_story ON a.story = e.value
		GROUP BY a.story, a.lang ORDER BY a.story, count(*) DESC, a.lang`, encodeJSON(ids))
}

// storyOf is the story that an ID stands for: itself, unless it became part of another.
func storyOf(q querier, id news.ID) (news.ID, error) {
	return one(q, value[news.ID], `SELECT coalesce((SELECT story FROM story_aliases WHERE id = ?1), ?1)`, id)
}

// FindStory implements store.Articles.
func (s *Store) FindStory(ctx context.Context, prefix string) (news.ID, error) {
	return s.findID(ctx, "story", `
		SELECT id FROM stories WHERE id >= ?1 AND id < ?1 || 'g'
		UNION SELECT story FROM story_aliases WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY 1 LIMIT 2`, prefix)
}

// Story implements store.Articles.
func (s *Store) Story(ctx context.Context, id news.ID) (detail store.StoryDetail, err error) {
	err = s.snapshot(ctx, func(q querier) error {
		if id, err = storyOf(q, id); err != nil {
			return err
		}
		detail, err = story(q, id)
		return err
	})
	if err != nil {
		return store.StoryDetail{}, fmt.Errorf("story %s: %w", id, notFound(err))
	}
	return detail, nil
}

func story(q querier, id news.ID) (d store.StoryDetail, err error) {
	if d.Story, err = one(q, scanStory, `SELECT `+storyColumns+` FROM stories s WHERE s.id = ?`, id); err != nil {
		return d, err
	}
	langs, err := languages(q, []news.ID{id})
	if err != nil {
		return d, err
	}
	d.Langs = orEmpty(langs[id])
	if d.Originals, err = related(q, besideIt, id, "", maxMembers); err != nil {
		return d, err
	}
	if d.Members, err = related(q, members, id, maxMembers); err != nil {
		return d, err
	}
	if d.PublisherCount, err = publisherCount(q, id); err != nil {
		return d, err
	}
	d.Linked, err = linked(q, id)
	return d, err
}

const members = `SELECT ` + relatedColumns + ` FROM articles a INDEXED BY articles_story WHERE a.story = ?1 ORDER BY a.seq LIMIT ?2`

func publisherCount(q querier, story news.ID) ([]store.PublisherCount, error) {
	list, err := all(q, func(row scanner) (c store.PublisherCount, err error) {
		return c, row.Scan(&c.ID, &c.Name, &c.Articles)
	}, `
		SELECT c.publisher_id, a.publisher, c.articles
		FROM (SELECT publisher_id, count(*) AS articles, max(seq) AS seq FROM articles INDEXED BY articles_story WHERE story = ? GROUP BY publisher_id) c
		CROSS JOIN articles a ON a.seq = c.seq ORDER BY c.articles DESC, c.publisher_id LIMIT ?`, story, maxMembers)
	return orEmpty(list), err
}

// maxLinkedIDs bounds how far links are followed: those that were merged count.
const maxLinkedIDs = 1000

// linkedTo are the stories linked with ?1, and with these, the nearest first, by
// any ID that leads to one of them.
const linkedTo = `
	WITH RECURSIVE near (id) AS (
		SELECT ?1
		UNION SELECT s.id FROM near n CROSS JOIN story_aliases s INDEXED BY story_aliases_story ON s.story = n.id
		UNION SELECT s.story FROM near n CROSS JOIN story_aliases s ON s.id = n.id
		UNION SELECT l.b FROM near n CROSS JOIN story_links l ON l.a = n.id
		UNION SELECT l.a FROM near n CROSS JOIN story_links l INDEXED BY story_links_b ON l.b = n.id
		LIMIT ?3)
	SELECT ` + storyColumns + ` FROM near n CROSS JOIN stories s ON s.id = n.id WHERE s.id <> ?1
	ORDER BY s.articles DESC, s.id LIMIT ?2`

func linked(q querier, id news.ID) ([]store.LinkedStory, error) {
	var ids []news.ID
	list, err := all(q, func(row scanner) (l store.LinkedStory, err error) {
		err = row.Scan(storyFields(&l.Story)...)
		ids = append(ids, l.ID)
		return l, err
	}, linkedTo, id, maxMembers, maxLinkedIDs)
	if err != nil {
		return nil, err
	}
	langs, err := languages(q, ids)
	for i, l := range list {
		list[i].Langs = orEmpty(langs[l.ID])
	}
	return orEmpty(list), err
}
