package sqlstore

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
	store.BySize:   `(count(*) << 32) + count(*) FILTER (WHERE a.found_at >= ?1)`,
	store.ByGrowth: `(count(*) FILTER (WHERE a.found_at >= ?1) << 32) + count(*)`,
	store.ByLatest: `max(a.found_at)`,
}

// Stories implements store.Articles.
func (s *Store) Stories(ctx context.Context, query store.StoryQuery) (hits store.StoryHits, err error) {
	defer s.metrics.Took("stories", time.Now())
	limit := max(query.Limit, 1)
	err = s.snapshot(ctx, func(q Querier) error {
		hits, err = stories(q, query, limit)
		return err
	})
	if err != nil {
		return store.StoryHits{}, fmt.Errorf("stories: %w", err)
	}
	return hits, nil
}

func stories(q Querier, query store.StoryQuery, limit int) (store.StoryHits, error) {
	var places []int64 // the hits' ranks
	sql, args, err := buildStories(query, limit+1)
	if err != nil {
		return store.StoryHits{}, err
	}
	found, err := All(q, func(row Row) (h store.StoryHit, err error) {
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
	b := builder{args: []any{ceilMicros(q.Recent)}} // ?1
	b.counted(q)
	after := ""
	if q.Before.ID != "" {
		after = `WHERE (rank, story) < (?, ?)`
		b.args = append(b.args, q.Before.Rank, q.Before.ID)
	}
	return `
		SELECT ` + storyColumns + `, p.found, p.recent, p.rank
		FROM (SELECT * FROM (
			SELECT a.story, count(*) AS found, count(*) FILTER (WHERE a.found_at >= ?1) AS recent, ` + rank + ` AS rank
			FROM articles a INDEXED BY articles_found WHERE ` + strings.Join(b.conditions, " AND ") + `
			GROUP BY a.story) counted ` + after + ` ORDER BY rank DESC, story DESC LIMIT ?) p
		CROSS JOIN stories s ON s.id = p.story ORDER BY p.rank DESC, p.story DESC`, append(b.args, limit), nil
}

// foundPublishers counts the publishers of the articles of stories that count.
func foundPublishers(q Querier, query store.StoryQuery, ids []news.ID) (map[news.ID]int, error) {
	b := builder{args: []any{encodeJSON(ids)}}
	b.counted(query)
	count := make(map[news.ID]int, len(ids))
	return count, Each(q, func(row Row) error {
		var story news.ID
		var publishers int
		err := row.Scan(&story, &publishers)
		count[story] = publishers
		return err
	}, `
		SELECT a.story, count(DISTINCT a.publisher_id) FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_story ON a.story = e.atom
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
			b.where("+a."+f.column+" = ?", f.value) // see filter
		default:
			b.where("EXISTS (SELECT 1 FROM "+f.labels+" WHERE label = ? AND seq = a.seq)", f.value)
		}
	}
}

// languages lists the languages of stories, the commonest first.
func languages(q Querier, ids []news.ID) (map[news.ID][]string, error) {
	langs := make(map[news.ID][]string, len(ids))
	return langs, Each(q, func(row Row) error {
		var story news.ID
		var lang string
		err := row.Scan(&story, &lang)
		langs[story] = append(langs[story], lang)
		return err
	}, `
		SELECT a.story, a.lang FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_story ON a.story = e.atom
		GROUP BY a.story, a.lang ORDER BY a.story, count(*) DESC, a.lang`, encodeJSON(orEmpty(ids)))
}

// storyOf is the story that an ID stands for: itself, unless it became part of another.
func storyOf(q Querier, id news.ID) (news.ID, error) {
	return One(q, Value[news.ID], `SELECT coalesce((SELECT story FROM story_aliases WHERE id = ?1), ?1)`, id)
}

// FindStory implements store.Articles.
func (s *Store) FindStory(ctx context.Context, prefix string) (news.ID, error) {
	return s.findID(ctx, "story", `
		SELECT id FROM stories WHERE id >= ?1 AND id < ?1 || 'g'
		UNION SELECT story FROM story_aliases WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY 1 LIMIT 2`, prefix)
}

// Story implements store.Articles.
func (s *Store) Story(ctx context.Context, id news.ID) (detail store.StoryDetail, err error) {
	err = s.snapshot(ctx, func(q Querier) error {
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

func story(q Querier, id news.ID) (d store.StoryDetail, err error) {
	if d.Story, err = One(q, scanStory, `SELECT `+storyColumns+` FROM stories s WHERE s.id = ?`, id); err != nil {
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

func publisherCount(q Querier, story news.ID) ([]store.PublisherCount, error) {
	list, err := All(q, func(row Row) (c store.PublisherCount, err error) {
		return c, row.Scan(&c.ID, &c.Name, &c.Articles)
	}, `
		SELECT c.publisher_id, a.publisher, c.articles
		FROM (SELECT publisher_id, count(*) AS articles, max(seq) AS seq FROM articles INDEXED BY articles_story WHERE story = ? GROUP BY publisher_id) c
		CROSS JOIN articles a ON a.seq = c.seq ORDER BY c.articles DESC, c.publisher_id LIMIT ?`, story, maxMembers)
	return orEmpty(list), err
}

// maxLinkedIDs bounds how far links are followed: those that were merged count.
const maxLinkedIDs = 1000

// linked are the stories linked with one, and with these, by any ID that leads
// to one of them.
func linked(q Querier, id news.ID) ([]store.LinkedStory, error) {
	near, err := linkedIDs(q, id)
	if err != nil || len(near) == 1 {
		return []store.LinkedStory{}, err
	}
	var ids []news.ID
	list, err := All(q, func(row Row) (l store.LinkedStory, err error) {
		err = row.Scan(storyFields(&l.Story)...)
		ids = append(ids, l.ID)
		return l, err
	}, `
		SELECT `+storyColumns+` FROM json_each(?1) e CROSS JOIN stories s ON s.id = e.atom WHERE s.id <> ?2
		ORDER BY s.articles DESC, s.id LIMIT ?3`, encodeJSON(near), id, maxMembers)
	if err != nil {
		return nil, err
	}
	langs, err := languages(q, ids)
	for i, l := range list {
		list[i].Langs = orEmpty(langs[l.ID])
	}
	return orEmpty(list), err
}

// linkedIDs follows links and aliases from an ID to the next, the nearest first;
// that ID is the first of them.
func linkedIDs(q Querier, id news.ID) ([]news.ID, error) {
	near := []news.ID{id}
	seen := map[news.ID]bool{id: true}
	for from := 0; from < len(near) && len(near) < maxLinkedIDs; {
		step := encodeJSON(near[from:])
		from = len(near)
		err := Each(q, func(row Row) error {
			var next news.ID
			err := row.Scan(&next)
			if !seen[next] {
				seen[next], near = true, append(near, next)
			}
			return err
		}, linkedStep, step)
		if err != nil {
			return nil, err
		}
	}
	return near[:min(len(near), maxLinkedIDs)], nil
}

// linkedStep are the IDs one step away from those in the list ?1.
const linkedStep = `
	SELECT s.id FROM json_each(?1) e CROSS JOIN story_aliases s INDEXED BY story_aliases_story ON s.story = e.atom
	UNION SELECT s.story FROM json_each(?1) e CROSS JOIN story_aliases s ON s.id = e.atom
	UNION SELECT l.b FROM json_each(?1) e CROSS JOIN story_links l ON l.a = e.atom
	UNION SELECT l.a FROM json_each(?1) e CROSS JOIN story_links l INDEXED BY story_links_b ON l.b = e.atom
	ORDER BY 1`
