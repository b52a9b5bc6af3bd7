package sqlstore

import "marsad/pkg/news"

// insertLabels writes the label rows of many articles, a table at a time.
func insertLabels(tx *Tx, labels map[int64]news.Labels) error {
	for table, rows := range labelRows(labels) {
		if len(rows) == 0 {
			continue
		}
		err := tx.Run(`INSERT INTO `+table+` (label, seq) SELECT e.value ->> 0, CAST(e.value ->> 1 AS bigint) FROM json_each(?) e WHERE true
			ON CONFLICT DO NOTHING`, encodeJSON(rows))
		if err != nil {
			return err
		}
	}
	return nil
}

// labelRow is a label and the seq of an article that has it.
type labelRow [2]any

// labelRows are the rows of labels, by table.
func labelRows(labels map[int64]news.Labels) map[string][]labelRow {
	var topics, places, organisations, watches []labelRow
	for seq, l := range labels {
		for _, topic := range l.Topics {
			topics = append(topics, labelRow{topic.Code, seq})
		}
		for _, place := range l.Places {
			places = append(places, labelRow{place.Code, seq})
		}
		for _, organisation := range l.Organisations {
			organisations = append(organisations, labelRow{organisation.ID, seq})
		}
		for _, watch := range l.Watches {
			watches = append(watches, labelRow{watch.ID, seq})
		}
	}
	return map[string][]labelRow{
		"article_topics": topics, "article_places": places, "article_organisations": organisations, "article_watches": watches,
	}
}

// deleteLabels reads from the article which label rows it has.
func deleteLabels(tx *Tx, seq int64) error {
	var labels news.Labels
	if err := read(tx.Query, []any{asJSON{&labels}}, `SELECT labels FROM articles WHERE seq = ?`, seq); err != nil {
		return err
	}
	for table, rows := range labelRows(map[int64]news.Labels{seq: labels}) {
		if len(rows) == 0 {
			continue
		}
		err := tx.Run(`DELETE FROM `+table+` WHERE (label, seq) IN (SELECT e.value ->> 0, CAST(e.value ->> 1 AS bigint) FROM json_each(?) e)`, encodeJSON(rows))
		if err != nil {
			return err
		}
	}
	return nil
}
