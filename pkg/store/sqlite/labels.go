package sqlite

import "marsad/pkg/news"

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
