package sqlite_test

import (
	"context"
	"testing"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/storetest"
)

// TestPruneInSteps prunes 150,000 rows while another writes: each step keeps to
// its limit, and after each the other gets its turn.
func TestPruneInSteps(t *testing.T) {
	const items, limit = 50_000, 500
	path := newPath(t)
	s := open(t, path)
	if _, err := s.Submit(t.Context(), benchStart, storetest.NewCorpus(0).Entries(1)); err != nil { // makes the manual source
		t.Fatal(err)
	}
	db := raw(t, path)
	run(t, db, `PRAGMA synchronous = OFF`)
	run(t, db, `
		INSERT INTO items (n, id, revision, source, state, outcome, reason, has_page, found_at, due_at, claim_at, ended_at, hash, publisher, host, url)
		WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < ?1)
		SELECT n + 100, format('%032x', n), 1, ?2, 'ended', 'dropped', 'no_text', 1, n, n, n, n, '', '', '', '' FROM k`, items, news.ManualSource)
	run(t, db, `INSERT INTO payloads SELECT n, '{}' FROM items WHERE n > 100`)
	run(t, db, `INSERT INTO pages SELECT n, 1, 'html', '', '', n, x'', x'', '', '' FROM items WHERE n > 100`)
	run(t, db, `INSERT INTO fingerprints SELECT 'url', id, id, id, '', n FROM items WHERE n > 100`)

	ctx, stop := context.WithCancel(t.Context())
	wrote, ended := make(chan int), make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			n, err := s.RecordStart(t.Context(), "stage", "key")
			if err != nil {
				t.Error(err)
			}
			select {
			case wrote <- n:
			case <-ctx.Done():
			}
		}
	}()
	keep := store.Cutoffs{Pages: benchStart, Dropped: benchStart, Fingerprints: benchStart}
	deleted := 0
	for more := true; more; {
		pruned, err := s.Prune(t.Context(), keep, limit)
		if err != nil {
			t.Fatal(err)
		}
		step := 0
		for _, n := range pruned.Rows {
			step += n
		}
		if step > limit {
			t.Fatalf("a step deleted %v", pruned.Rows)
		}
		deleted += step
		more = pruned.More
		<-wrote // it may have been written before the step
		after, committed := <-wrote, 0
		if err := db.QueryRow(`SELECT starts FROM attempts WHERE key = 'key'`).Scan(&committed); err != nil || committed < after {
			t.Fatalf("after a step, another process sees %d of %d writes: %v", committed, after, err)
		}
	}
	stop()
	<-ended
	if deleted != 3*items {
		t.Errorf("%d rows were deleted, want %d", deleted, 3*items)
	}
	report, err := s.Audit(t.Context(), benchStart, func([]news.Ref) error { return nil })
	if err != nil || len(report.Offenders) > 0 || report.Sources[0].Found != 1 {
		t.Errorf("audit %+v, %v", report, err)
	}
	if pruned, err := s.Prune(t.Context(), keep, limit); err != nil || pruned.More {
		t.Errorf("once more: %+v, %v", pruned, err)
	}
}
