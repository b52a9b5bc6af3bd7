package postgres_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/storetest"
)

// TestPlans does what services do all the time where the planner reads a whole
// table only if there is no index for what is asked: no large table may be read so.
func TestPlans(t *testing.T) {
	dsn := migrated(t)
	s := open(t, dsn+"&enable_seqscan=off")
	fillCorpus(t, s, 300)
	day(t, s)
	if err := s.Close(); err != nil { // sessions tell what they did when they end
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	small := []string{"pings", "clocks", "leases", "watches", "publishers", "sources", "attempts", "subscriptions", "item_counts", "article_counts", "goose_db_version", "hosts"}
	rows, err := db.QueryContext(t.Context(), `SELECT relname, seq_scan FROM pg_stat_user_tables WHERE seq_scan > 0 ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var scans int
		if err := rows.Scan(&table, &scans); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(small, table) {
			t.Errorf("%s was read from end to end %d times", table, scans)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// day is some of the work of a day.
func day(t *testing.T, s store.Store) {
	t.Helper()
	ctx, now := t.Context(), storetest.CorpusStart.Add(time.Hour)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	source := news.Source{ID: news.NewID("s"), Publisher: news.NewPublisher("p"), Kind: news.KindFeed, URL: "https://a.example/", NextPoll: now}
	_, err := s.AddSources(ctx, source)
	must(err)
	claim := store.Claim{Now: now, Owner: "a", Lease: time.Minute, Limit: 10}
	_, err = s.ClaimSources(ctx, claim)
	must(err)
	corpus := storetest.NewCorpus(time.Second)
	corpus.Entries(1000)
	entries := corpus.Entries(50)
	_, err = s.RecordPoll(ctx, store.PollResult{Source: source.ID, Owner: "a", Poll: news.Poll{At: now}, Items: entries, NextPoll: now})
	must(err)
	items, err := s.ClaimItems(ctx, claim)
	must(err)
	if len(items) == 0 {
		t.Fatal("nothing was claimed")
	}
	for _, item := range items {
		must(s.SavePage(ctx, news.Page{Ref: item.Ref, Kind: news.PageHTML, Body: []byte("x"), FetchedAt: now}, "", store.Slot{Host: item.Host, FreeAt: now}))
		_, err = s.Page(ctx, item.Ref)
		must(err)
	}
	must(s.MarkInLine(ctx, now, items[0].Ref))
	_, err = s.InLineSince(ctx, now.Add(time.Hour), 10)
	must(err)
	_, err = s.MarkChecked(ctx, now, store.Checked{Present: []news.Ref{items[0].Ref}})
	must(err)
	must(s.Release(ctx, "a", now))
	lease, err := s.AcquireLease(ctx, "d", "a", now, time.Minute)
	must(err)
	must(s.Decide(ctx, lease, func(tx store.DecisionTx) error {
		ref := items[0].Ref
		err := tx.SaveDecision(store.Decision{Ref: ref, Leader: ref.Item, Anchor: ref.Item, Story: ref.Item, At: now})
		if err != nil {
			return err
		}
		if _, err := tx.Append(store.JournalEntry{Item: ref.Item, At: now, Data: []byte{1}}); err != nil {
			return err
		}
		if _, err := tx.Live(ref.Item); err != nil {
			return err
		}
		return tx.MoveStory(ref.Item, news.NewID("story"))
	}))
	must(s.Journal(ctx, 0, now.Add(-time.Hour), func(store.JournalEntry) error { return nil }))
	_, err = s.End(ctx, []store.Ending{corpus.Ending(entries[1]), corpus.Ending(entries[1])})
	must(err)
	_, err = s.IndexPending(ctx, 10)
	must(err)
	for _, q := range []store.Query{{}, {Topic: "1"}, {Country: "MA", Lang: "ar"}, {Publisher: news.NewID("1")}, {Match: store.Match{{Any: []store.Phrase{{storetest.Word(1)}}}}}} {
		q.Limit = 5
		_, err = s.Search(ctx, q)
		must(err)
	}
	hits, err := s.Stories(ctx, store.StoryQuery{Since: now.Add(-time.Hour), Order: store.BySize, Limit: 5})
	must(err)
	_, err = s.Story(ctx, hits.Stories[0].ID)
	must(err)
	_, err = s.Article(ctx, entries[1].ID)
	must(err)
	_, err = s.ArchivedSince(ctx, now.Add(-time.Hour), 0, 5)
	must(err)
	_, err = s.ItemDetail(ctx, entries[1].ID)
	must(err)
	_, err = s.Source(ctx, source.ID)
	must(err)
	must(s.ScheduleLook(ctx, entries[1].ID, now))
	_, err = s.StartLooks(ctx, now.Add(time.Hour), 5)
	must(err)
	_, err = s.RecordStart(ctx, "cleaner", items[0].Key())
	must(err)
	_, err = s.LedgerStats(ctx)
	must(err)
	late := now.Add(1000 * time.Hour)
	_, err = s.Prune(ctx, store.Cutoffs{Pages: late, Polls: late, Dropped: late, Revisions: late, Fingerprints: late, Starts: late, Clocks: late}, 50)
	must(err)
	_, err = s.RemoveArticle(ctx, entries[1].ID, now)
	must(err)
}
