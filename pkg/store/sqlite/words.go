package sqlite

import (
	"iter"
	"strings"

	"marsad/pkg/store"
	"marsad/pkg/store/sqlstore"
)

// words is the full-text index in FTS5. Its rows are read newest first without
// being sorted: one scope holds them all.
var words = sqlstore.Words{
	Write:  writeDocuments,
	Remove: `DELETE FROM articles_fts WHERE rowid = ?`,
	Bytes:  indexBytes,
	Scopes: func(_ sqlstore.Querier, query store.Query) iter.Seq2[sqlstore.Scope, error] {
		return func(yield func(sqlstore.Scope, error) bool) {
			yield(sqlstore.Scope{From: "articles_fts", Seq: "f.rowid", Where: "articles_fts MATCH ?", Args: []any{matchExpression(query.Match)}}, nil)
		}
	},
}

// writeDocuments goes by their Seq, as documents do: FTS5 starts a new segment
// whenever a rowid is not higher than the last.
func writeDocuments(tx *sqlstore.Tx, documents []sqlstore.Document) error {
	for _, d := range documents {
		if !d.Replaces {
			continue
		}
		if err := tx.Run(`DELETE FROM articles_fts WHERE rowid = ?`, d.Seq); err != nil {
			return err
		}
	}
	for _, d := range documents {
		if err := tx.Run(`INSERT INTO articles_fts (rowid, title, text) VALUES (?, ?, ?)`, d.Seq, d.Title, d.Text); err != nil {
			return err
		}
	}
	return nil
}

// matchExpression writes a match in FTS5's language. Every token is quoted:
// some of them are operators otherwise.
func matchExpression(match store.Match) string {
	var with, without []string
	for _, clause := range match {
		phrases := make([]string, len(clause.Any))
		for i, phrase := range clause.Any {
			phrases[i] = `"` + strings.ReplaceAll(strings.Join(phrase, " "), `"`, "") + `"`
		}
		alternatives := "(" + strings.Join(phrases, " OR ") + ")"
		if clause.Not {
			without = append(without, alternatives)
		} else {
			with = append(with, alternatives)
		}
	}
	expression := strings.Join(with, " AND ")
	if len(without) > 0 {
		expression = "(" + expression + ") NOT (" + strings.Join(without, " OR ") + ")"
	}
	return expression
}

// indexBytes estimates the index without reading it. A row of FTS5's data
// table is a leaf of about 4000 bytes; its id is the segment's number shifted
// by 37 bits, plus the leaf's number within it, counted from 1. The query steps
// from the first row of each segment to the first of the next.
const indexBytes = `
	WITH RECURSIVE segments (first) AS (
		SELECT min(id) FROM articles_fts_data WHERE id >= 1 << 37
		UNION ALL
		SELECT (SELECT min(id) FROM articles_fts_data WHERE id >= ((first >> 37) + 1) << 37) FROM segments WHERE first IS NOT NULL
	)
	SELECT coalesce(sum((SELECT max(id) FROM articles_fts_data
		WHERE id >= first AND id < ((first >> 37) << 37) + (1 << 31)) - first + 1), 0) * 4000
	FROM segments WHERE first IS NOT NULL`
