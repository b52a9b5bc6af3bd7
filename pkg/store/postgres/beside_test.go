package postgres_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/postgres"
	"marsad/pkg/store/storetest"
)

// archivedOne is a store with one article that is not indexed yet, and how to
// end it again with another text.
func archivedOne(t *testing.T) (s *postgres.Store, db *sql.DB, again func(text string) error, id news.ID) {
	t.Helper()
	dsn := migrated(t)
	s = open(t, dsn)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	corpus := storetest.NewCorpus(0)
	entries := corpus.Entries(1)
	if _, err := s.Submit(t.Context(), storetest.CorpusStart, entries); err != nil {
		t.Fatal(err)
	}
	ending := corpus.Ending(entries[0])
	again = func(text string) error {
		ending.Article.Text = text
		_, err := s.End(context.Background(), []store.Ending{ending})
		ending.Ref.Generation++
		return err
	}
	if err := again("alpha"); err != nil {
		t.Fatal(err)
	}
	return s, db, again, entries[0].ID
}

// whileIndexing does something after an article was read for the index and before
// its words are written, and returns when both are done.
func whileIndexing(t *testing.T, s *postgres.Store, db *sql.DB, do func() error) {
	t.Helper()
	holder, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.ExecContext(t.Context(), `LOCK TABLE articles_fts IN SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	indexed, done := make(chan error, 1), make(chan error, 1)
	go func() { _, err := s.IndexPending(context.Background(), 10); indexed <- err }()
	waits := func(n int) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; {
			var waiting int
			if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`).Scan(&waiting); err != nil {
				t.Fatal(err)
			}
			if waiting >= n {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d wait for a lock, want %d", waiting, n)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	waits(1)
	go func() { done <- do() }()
	waits(2)
	if err := holder.Rollback(); err != nil {
		t.Fatal(err)
	}
	for _, result := range []chan error{indexed, done} {
		if err := <-result; err != nil {
			t.Error(err)
		}
	}
}

func found(t *testing.T, s store.Store, word string) int {
	t.Helper()
	hits, err := s.Search(t.Context(), store.Query{Match: store.Match{{Any: []store.Phrase{{word}}}}, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	return len(hits.Articles)
}

// TestIndexBesideEnd: an article that is written again while it is being indexed
// is indexed again.
func TestIndexBesideEnd(t *testing.T) {
	s, db, again, _ := archivedOne(t)
	whileIndexing(t, s, db, func() error { return again("beta") })
	if n, err := s.IndexPending(t.Context(), 10); n != 1 || err != nil {
		t.Errorf("%d were indexed again: %v", n, err)
	}
	if found(t, s, "alpha") != 0 || found(t, s, "beta") != 1 {
		t.Error("the index has the old text")
	}
}

// TestIndexBesideRemoval: of an article that is taken down while it is being indexed
// no words stay.
func TestIndexBesideRemoval(t *testing.T) {
	s, db, _, id := archivedOne(t)
	whileIndexing(t, s, db, func() error { _, err := s.RemoveArticle(context.Background(), id, storetest.CorpusStart); return err })
	var left int
	if err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM articles_fts) + (SELECT count(*) FROM index_queue)`).Scan(&left); err != nil || left > 0 {
		t.Errorf("%d rows are left: %v", left, err)
	}
}

// TestSwallowed: a write that passes over an error keeps nothing, and says so.
func TestSwallowed(t *testing.T) {
	s := open(t, migrated(t))
	lease, err := s.AcquireLease(t.Context(), "d", "a", storetest.CorpusStart, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Decide(t.Context(), lease, func(tx store.DecisionTx) error {
		_ = tx.SaveFingerprint(store.Fingerprint{Kind: store.FingerprintKind(strings.Repeat("k", 9000))}) // too long for an index
		_, err := tx.Append(store.JournalEntry{Item: news.NewID("x"), At: storetest.CorpusStart})
		_ = err
		return nil
	})
	if err == nil {
		t.Error("a transaction that failed counts as done")
	}
}

// TestNewerWhileRunning: a schema that changes under a running process costs one try.
func TestNewerWhileRunning(t *testing.T) {
	dsn := migrated(t)
	s := open(t, dsn)
	if _, err := s.RecordStart(t.Context(), "test", "key"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE attempts ALTER starts TYPE integer`); err != nil {
		t.Fatal(err)
	}
	_, _ = s.RecordStart(t.Context(), "test", "key") // may fail: its statement is of another type now
	if _, err := s.RecordStart(t.Context(), "test", "key"); err != nil {
		t.Error(err)
	}
}
