package sqlstore

import "marsad/pkg/news"

// recomputeStories counts the members of stories again and returns them, and
// those that are gone. A story has the title of its first original, revised or
// not. The value says whether a story may have lost its last member.
func recomputeStories(tx *Tx, touched map[news.ID]bool) (stories map[news.ID]news.Story, gone []news.ID, err error) {
	ids, emptied := make([]news.ID, 0, len(touched)), false
	for id, lost := range touched {
		ids, emptied = append(ids, id), emptied || lost
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	list := encodeJSON(ids)
	stories = make(map[news.ID]news.Story, len(ids))
	err = Each(tx.Query, func(row Row) error {
		story, err := scanStory(row)
		stories[story.ID] = story
		return err
	}, `
		INSERT INTO stories (id, title, articles, publishers, first_seen, last_seen)
		SELECT e.atom,
			(SELECT title FROM articles WHERE seq =
				(SELECT seq FROM articles WHERE story = e.atom ORDER BY leader <> '', seq LIMIT 1)),
			count(*), count(DISTINCT a.publisher_id), min(a.found_at), max(a.found_at)
		FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_story ON a.story = e.atom
		GROUP BY e.atom
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, articles = excluded.articles, publishers = excluded.publishers,
			first_seen = excluded.first_seen, last_seen = excluded.last_seen
		RETURNING id, title, articles, publishers, first_seen, last_seen`, list)
	if err != nil || !emptied {
		return stories, nil, err
	}
	gone, err = All(tx.Query, Value[news.ID], `
		DELETE FROM stories WHERE id IN (SELECT atom FROM json_each(?))
			AND NOT EXISTS (SELECT 1 FROM articles INDEXED BY articles_story WHERE story = stories.id) RETURNING id`, list)
	return stories, gone, err
}

const storyColumns = `s.id, s.title, s.articles, s.publishers, s.first_seen, s.last_seen`

func scanStory(row Row) (s news.Story, err error) {
	return s, row.Scan(storyFields(&s)...)
}

// storyFields are where storyColumns are scanned to.
func storyFields(s *news.Story) []any {
	return []any{&s.ID, &s.Title, &s.Articles, &s.Publishers, asTime{&s.FirstSeen}, asTime{&s.LastSeen}}
}
