package storetest

import (
	"errors"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// pruned prunes all there is, ten at a time, and counts it.
func (w *world) pruned(keep store.Cutoffs) map[store.PrunedTable]int {
	w.Helper()
	total := map[store.PrunedTable]int{}
	for {
		p, err := w.Prune(w.Context(), keep, 10)
		w.must(err)
		step := 0
		for table, n := range p.Rows {
			step += n
			if n > 0 {
				total[table] += n
			}
		}
		if len(p.Rows) != len(store.PrunedTables) || step > 10 {
			w.Fatalf("a step of ten deleted %v", p.Rows)
		}
		if !p.More {
			return total
		}
	}
}

// testPrunePages: pages of what ended go when they are old; open and dead items
// keep theirs.
func testPrunePages(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	save := func(e store.Entry, revision int, at time.Duration) news.Ref {
		ref := news.Ref{Item: e.ID, Revision: revision}
		w.must(w.SavePage(ctx, news.Page{Ref: ref, Kind: news.PageHTML, Body: []byte("x"), FetchedAt: after(at), Found: e.Found}, "", store.Slot{}))
		return ref
	}
	archive, drop, die, open := entry("https://a.example/1", "one"), entry("https://a.example/2", "one"), entry("https://a.example/3", "one"), entry("https://a.example/4", "one")
	w.poll(source, start, archive, drop, die, open)
	for _, e := range []store.Entry{archive, drop, die, open} {
		save(e, 1, 0)
	}
	w.end(archived(first(archive), "one", "x"), dropped(first(drop), "no_text"), dead(first(die), "panic"))
	w.inLine(after(time.Minute), first(open))
	w.poll(source, after(time.Hour), entry(archive.URL, "two"))
	second2 := save(entry(archive.URL, "two"), 2, time.Hour)
	cutoff := store.Cutoffs{Pages: after(30 * time.Minute)}

	// The first revision's page waits for the second to end.
	equal(w, w.pruned(cutoff), map[store.PrunedTable]int{store.PrunedPages: 1})
	w.end(archived(second2, "two", "x"))
	equal(w, w.pruned(cutoff), map[store.PrunedTable]int{store.PrunedPages: 1})
	equal(w, w.pruned(cutoff), map[store.PrunedTable]int{})
	for ref, there := range map[news.Ref]bool{first(archive): false, second2: true, first(drop): false, first(die): true, first(open): true} {
		if _, err := w.Page(ctx, ref); errors.Is(err, store.ErrNotFound) == there {
			w.Errorf("page %s is there: %v, want %v", ref.Key(), !there, there)
		}
	}
	item := w.item(archive.ID)
	equal(w, []any{item.HasPage, item.Found.Content}, []any{true, "<p>two</p>"})
	equal(w, w.item(drop.ID).HasPage, false)
	equal(w, w.pruned(store.Cutoffs{Pages: after(2 * time.Hour)}), map[store.PrunedTable]int{store.PrunedPages: 1})
	item = w.item(archive.ID)
	equal(w, []any{item.HasPage, item.Found.Content, item.Found.Title, item.Found.URL}, []any{false, "", "two", archive.URL})

	// What was cut is still known, and a change of it is a change.
	poll := w.poll(source, after(3*time.Hour), entry(archive.URL, "two"))
	equal(w, poll.Outcome, news.PollUnchanged)
	poll = w.poll(source, after(3*time.Hour), entry(archive.URL, "three"))
	equal(w, poll.Changed, 1)
	equal(w, w.item(archive.ID).Found.Content, "<p>three</p>")
	equal(w, len(w.offenders()), 0)
}

// testPruneItems: dropped items go with all that belongs to them, and their
// counts; dead ones and articles stay.
func testPruneItems(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	var entries []store.Entry
	for i := range 25 {
		entries = append(entries, ready("https://a.example/"+name(i)))
	}
	w.poll(source, start, entries...)
	var endings []store.Ending
	for _, e := range entries[:22] {
		endings = append(endings, dropped(first(e), "no_text"))
	}
	endings[21].At = after(time.Hour)
	w.end(append(endings, dead(first(entries[22]), "panic"), archived(first(entries[23]), "t", "x"))...)
	lease := w.acquire("d", start)
	ref := first(entries[0])
	w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error { return tx.SaveDecision(store.Decision{Ref: ref, At: start}) }))
	for _, key := range []string{ref.Key(), first(entries[23]).Key(), news.Ref{Item: news.NewID("nobody"), Revision: 3}.Key(), first(entries[24]).Key()} {
		_, err := w.RecordStart(ctx, "cleaner", key)
		w.must(err)
	}

	// A message may come again after its item ended: its starts are still counted.
	equal(w, w.pruned(store.Cutoffs{Starts: time.Now().Add(-time.Hour)}), map[store.PrunedTable]int{})
	equal(w, w.pruned(store.Cutoffs{Starts: endings[0].At}), map[store.PrunedTable]int{})
	equal(w, w.pruned(store.Cutoffs{Starts: time.Now().Add(time.Hour)}), map[store.PrunedTable]int{store.PrunedAttempts: 3})
	equal(w, w.pruned(store.Cutoffs{Dropped: after(30 * time.Minute)}), map[store.PrunedTable]int{store.PrunedItems: 21})
	got, err := w.Source(ctx, source.ID)
	w.must(err)
	equal(w, got.Counts, news.Counts{Found: 4, Archived: 1, Dropped: 1, Dead: 1, Open: 1})
	for what, err := range map[string]error{
		"item": second(w.Item(ctx, ref.Item)), "page": second(w.Page(ctx, ref)),
		"decision": w.Decide(ctx, lease, func(tx store.DecisionTx) error { return second(tx.Decision(ref)) }),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			w.Errorf("%s: %v", what, err)
		}
	}
	starts, err := w.RecordStart(ctx, "cleaner", first(entries[24]).Key())
	w.must(err)
	equal(w, starts, 2) // of an open item: still counted
	equal(w, len(w.offenders()), 0)

	// Found again, it is new.
	poll := w.poll(source, after(2*time.Hour), entries...)
	equal(w, poll.New, 21)
	equal(w, len(w.offenders()), 0)
}

// testPruneHistory: polls, replaced revisions and fingerprints.
func testPruneHistory(w *world) {
	ctx := w.Context()
	source, removed := w.feed("a.example", "P"), w.feed("b.example", "P")
	for i := range 4 {
		w.poll(source, after(time.Duration(i)*time.Hour))
		w.poll(removed, after(time.Duration(i)*time.Hour))
	}
	e := entry("https://a.example/1", "one")
	for i := range 3 {
		w.poll(source, after(4*time.Hour), entry(e.URL, name(i)))
		ending := archived(news.Ref{Item: e.ID, Revision: i + 1}, name(i), "x")
		ending.At = after(time.Duration(i) * time.Hour)
		w.end(ending)
	}
	w.must(w.Decide(ctx, w.acquire("d", start), func(tx store.DecisionTx) error {
		return errors.Join(tx.SaveFingerprint(store.Fingerprint{Kind: store.FingerprintURL, Hash: "old", At: start}),
			tx.SaveFingerprint(store.Fingerprint{Kind: store.FingerprintText, Hash: "old", At: start}),
			tx.SaveFingerprint(store.Fingerprint{Kind: store.FingerprintURL, Hash: "new", At: after(time.Hour)}))
	}))
	cutoff := after(30 * time.Minute)
	equal(w, w.pruned(store.Cutoffs{Polls: cutoff, Revisions: cutoff, Fingerprints: cutoff}), map[store.PrunedTable]int{
		store.PrunedPolls: 2, store.PrunedRevisions: 1, store.PrunedFingerprints: 2,
	})
	w.must(w.RemoveSource(ctx, removed.ID))
	equal(w, w.pruned(store.Cutoffs{Polls: cutoff}), map[store.PrunedTable]int{store.PrunedPolls: 3})
	polls, err := w.Polls(ctx, source.ID)
	w.must(err)
	equal(w, len(polls), 6)
	detail, err := w.Article(ctx, e.ID)
	w.must(err)
	equal(w, len(detail.Revisions), 2)
	for revision, want := range map[int]string{1: "", 2: name(1), 3: name(2), 4: ""} {
		title, _, err := w.RevisionText(ctx, news.Ref{Item: e.ID, Revision: revision})
		if title != want || errors.Is(err, store.ErrNotFound) != (want == "") {
			w.Errorf("revision %d: %q, %v", revision, title, err)
		}
	}
	equal(w, detail.Article.Title, name(2))
	w.must(w.Decide(ctx, w.acquire("d", start), func(tx store.DecisionTx) error {
		if _, err := tx.Fingerprint(store.FingerprintText, "old"); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("an old fingerprint: %v", err)
		}
		return second(tx.Fingerprint(store.FingerprintURL, "new"))
	}))
}
