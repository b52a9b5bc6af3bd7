package sqlstore

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
	Document
	revision, generation int
}

// IndexPending implements store.Index.
func (s *Store) IndexPending(ctx context.Context, limit int) (indexed int, err error) {
	if s.dialect.Words.Apart != "" {
		err := s.updateApart(ctx, "index", func(tx *Tx) error {
			indexed, err = s.indexApart(tx, min(limit, apartBatch))
			return err
		})
		if err != nil {
			return 0, err
		}
		return indexed, nil
	}
	pending, err := pendingArticles(s.reader(ctx), limit)
	if err != nil || len(pending) == 0 {
		return 0, err
	}
	err = s.update(ctx, "index", func(tx *Tx) error {
		s.metrics.Batch("index", len(pending))
		indexed, err = indexArticles(tx, pending)
		return err
	})
	if err != nil {
		return 0, err
	}
	return indexed, nil
}

// apartBatch is how many articles are locked at a time: who ends one of them again
// waits, and others for him.
const apartBatch = 100

// indexApart does all in one transaction that keeps nobody else from writing. One
// process does so at a time: two would do the same work.
func (s *Store) indexApart(tx *Tx, limit int) (int, error) {
	mine, err := One(tx.Query, Value[bool], s.dialect.Words.Apart)
	if err != nil || !mine {
		return 0, err
	}
	pending, err := pendingArticles(tx.Query, limit)
	if err != nil || len(pending) == 0 {
		return 0, err
	}
	s.metrics.Batch("index", len(pending))
	return indexArticles(tx, pending)
}

// pendingArticles reads and tokenises articles that are to be indexed. Those that
// change before they are written are passed over then.
func pendingArticles(q Querier, limit int) ([]pendingArticle, error) {
	pending, err := All(q, func(row Row) (p pendingArticle, err error) {
		return p, row.Scan(&p.Seq, &p.revision, &p.generation, &p.Title, &p.Text)
	}, `
		SELECT a.seq, a.revision, a.generation, a.title, a.text
		FROM index_queue q CROSS JOIN articles a ON a.seq = q.seq ORDER BY q.archived_at LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("articles to index: %w", err)
	}
	if len(pending) > 0 {
		tokenise(pending)
	}
	slices.SortFunc(pending, func(a, b pendingArticle) int { return cmp.Compare(a.Seq, b.Seq) })
	return pending, nil
}

// tokenise shares the work among two goroutines: while one batch is tokenised
// nothing is written, so it is worth being quick.
func tokenise(pending []pendingArticle) {
	var halves sync.WaitGroup
	for part := range slices.Chunk(pending, (len(pending)+1)/2) {
		halves.Go(func() {
			for i, p := range part {
				part[i].Title = strings.Join(text.SearchTokens(p.Title), " ")
				part[i].Text = strings.Join(text.SearchTokens(p.Text), " ")
			}
		})
	}
	halves.Wait()
}

// indexArticles writes the index before it marks the articles: FTS5 writes out
// what it gathered whenever a statement on another table opens a savepoint.
func indexArticles(tx *Tx, pending []pendingArticle) (int, error) {
	replaces, err := stillPending(tx, pending)
	if err != nil {
		return 0, err
	}
	documents, done := make([]Document, 0, len(replaces)), make([]int64, 0, len(replaces))
	for _, p := range pending {
		if replacing, ok := replaces[p.Seq]; ok {
			p.Replaces = replacing
			documents, done = append(documents, p.Document), append(done, p.Seq)
		}
	}
	if err := tx.dialect.Words.Write(tx, documents); err != nil {
		return 0, err
	}
	return len(done), tx.Run(`DELETE FROM index_queue WHERE seq IN (SELECT CAST(atom AS bigint) FROM json_each(?))`, encodeJSON(done))
}

// stillPending returns those that wait as they were read, and whether they
// replace an older text.
func stillPending(tx *Tx, pending []pendingArticle) (map[int64]bool, error) {
	read := make([][3]int64, len(pending))
	for i, p := range pending {
		read[i] = [3]int64{p.Seq, int64(p.revision), int64(p.generation)}
	}
	replaces := make(map[int64]bool, len(pending))
	list := encodeJSON(read)
	if tx.dialect.Words.Lock != "" { // by itself: what is read with the lock may be from before it was had
		locked, err := All(tx.Query, Value[int64], tx.dialect.Words.Lock, list)
		if err != nil {
			return nil, err
		}
		list = encodeJSON(slices.DeleteFunc(read, func(r [3]int64) bool { return !slices.Contains(locked, r[0]) }))
	}
	err := Each(tx.Query, func(row Row) error {
		var seq int64
		var replacing bool
		err := row.Scan(&seq, &replacing)
		replaces[seq] = replacing
		return err
	}, `
		SELECT q.seq, q.replaces
		FROM json_each(?) e CROSS JOIN index_queue q ON q.seq = CAST(e.value ->> 0 AS bigint) CROSS JOIN articles a ON a.seq = q.seq
		WHERE a.revision = CAST(e.value ->> 1 AS bigint) AND a.generation = CAST(e.value ->> 2 AS bigint)`, list)
	return replaces, err
}

// IndexStats implements store.Index.
func (s *Store) IndexStats(ctx context.Context) (stats store.IndexStats, err error) {
	err = s.snapshot(ctx, func(q Querier) error {
		var articles int
		err := read(q, []any{&articles, &stats.Pending, asTime{&stats.OldestAt}}, `
			SELECT (SELECT coalesce(sum(articles), 0) FROM article_counts),
				(SELECT count(*) FROM index_queue), (SELECT min(archived_at) FROM index_queue)`)
		stats.Documents = articles - stats.Pending
		if err != nil {
			return err
		}
		stats.Bytes, err = One(q, Value[int64], s.dialect.Words.Bytes)
		return err
	})
	if err != nil {
		return store.IndexStats{}, fmt.Errorf("index stats: %w", err)
	}
	return stats, nil
}
