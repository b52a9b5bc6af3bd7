package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"marsad/pkg/store"
	"marsad/pkg/text"
)

// pendingArticle is an article to be indexed, with its tokens.
type pendingArticle struct {
	seq                  int64
	revision, generation int
	title, text          string
}

// IndexPending implements store.Index. Articles are read and tokenised outside
// the write transaction, which then skips those that changed meanwhile.
func (s *Store) IndexPending(ctx context.Context, limit int) (indexed int, err error) {
	pending, err := all(s.reader(ctx), func(row scanner) (p pendingArticle, err error) {
		return p, row.Scan(&p.seq, &p.revision, &p.generation, &p.title, &p.text)
	}, `
		SELECT a.seq, a.revision, a.generation, a.title, a.text
		FROM index_queue q CROSS JOIN articles a ON a.seq = q.seq ORDER BY q.archived_at LIMIT ?`, limit)
	if err != nil {
		return 0, fmt.Errorf("articles to index: %w", err)
	}
	if len(pending) == 0 {
		return 0, nil
	}
	tokenise(pending)
	// FTS5 starts a new segment whenever a rowid is not higher than the last.
	slices.SortFunc(pending, func(a, b pendingArticle) int { return cmp.Compare(a.seq, b.seq) })
	err = s.update(ctx, "index", func(tx *tx) error {
		s.metrics.Batch("index", len(pending))
		indexed, err = indexArticles(tx, pending)
		return err
	})
	return indexed, err
}

// tokenise shares the work among two goroutines: while one batch is tokenised
// nothing is written, so it is worth being quick.
func tokenise(pending []pendingArticle) {
	var halves sync.WaitGroup
	for part := range slices.Chunk(pending, (len(pending)+1)/2) {
		halves.Go(func() {
			for i, p := range part {
				part[i].title = strings.Join(text.SearchTokens(p.title), " ")
				part[i].text = strings.Join(text.SearchTokens(p.text), " ")
			}
		})
	}
	halves.Wait()
}

// indexArticles writes the index before it marks the articles: FTS5 writes out
// what it gathered whenever a statement on another table opens a savepoint.
func indexArticles(tx *tx, pending []pendingArticle) (int, error) {
	replaces, err := stillPending(tx, pending)
	if err != nil {
		return 0, err
	}
	for _, p := range pending {
		if replaces[p.seq] {
			if err := tx.run(`DELETE FROM articles_fts WHERE rowid = ?`, p.seq); err != nil {
				return 0, err
			}
		}
	}
	done := make([]int64, 0, len(replaces))
	for _, p := range pending {
		if _, ok := replaces[p.seq]; !ok {
			continue
		}
		if err := tx.run(`INSERT INTO articles_fts (rowid, title, text) VALUES (?, ?, ?)`, p.seq, p.title, p.text); err != nil {
			return 0, err
		}
		done = append(done, p.seq)
	}
	return len(done), tx.run(`DELETE FROM index_queue WHERE seq IN (SELECT value FROM json_each(?))`, encodeJSON(done))
}

// stillPending returns those that wait as they were read, and whether they
// replace an older text.
func stillPending(tx *tx, pending []pendingArticle) (map[int64]bool, error) {
	read := make([][3]int64, len(pending))
	for i, p := range pending {
		read[i] = [3]int64{p.seq, int64(p.revision), int64(p.generation)}
	}
	replaces := make(map[int64]bool, len(pending))
	err := each(tx.query, func(row scanner) error {
		var seq int64
		var replacing bool
		err := row.Scan(&seq, &replacing)
		replaces[seq] = replacing
		return err
	}, `
		SELECT q.seq, q.replaces
		FROM json_each(?) e CROSS JOIN index_queue q ON q.seq = e.value ->> 0 CROSS JOIN articles a ON a.seq = q.seq
		WHERE a.revision = e.value ->> 1 AND a.generation = e.value ->> 2`, encodeJSON(read))
	return replaces, err
}

// IndexStats implements store.Index.
func (s *Store) IndexStats(ctx context.Context) (stats store.IndexStats, err error) {
	err = s.snapshot(ctx, func(q querier) error {
		var articles int
		err := read(q, []any{&articles, &stats.Pending, asTime{&stats.OldestAt}}, `
			SELECT (SELECT coalesce(sum(articles), 0) FROM article_counts),
				(SELECT count(*) FROM index_queue), (SELECT min(archived_at) FROM index_queue)`)
		stats.Documents = articles - stats.Pending
		if err != nil {
			return err
		}
		stats.Bytes, err = one(q, value[int64], indexBytes)
		return err
	})
	if err != nil {
		return store.IndexStats{}, fmt.Errorf("index stats: %w", err)
	}
	return stats, nil
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
