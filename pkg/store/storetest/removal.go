package storetest

import (
	"errors"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// testRemoveArticle takes articles down, each in another state of its item, and
// tries all that could bring them back.
func testRemoveArticle(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	lease := w.acquire("d", start)
	text := store.Fingerprint{Kind: store.FingerprintText, Hash: "h", At: start}
	for i, bring := range []func(e store.Entry, next news.Ref){
		func(store.Entry, news.Ref) {}, // archived, and that is all
		func(e store.Entry, _ news.Ref) { w.poll(source, after(time.Minute), entry(e.URL, "two")) },
		func(e store.Entry, _ news.Ref) {
			w.poll(source, after(time.Minute), entry(e.URL, "two"))
			w.claim("x", after(time.Minute), 9)
		},
		func(e store.Entry, next news.Ref) {
			w.poll(source, after(time.Minute), entry(e.URL, "two"))
			w.inLine(after(time.Minute), next)
		},
		func(e store.Entry, next news.Ref) {
			w.poll(source, after(time.Minute), entry(e.URL, "two"))
			w.end(dead(next, "panic"))
		},
		func(e store.Entry, next news.Ref) {
			w.poll(source, after(time.Minute), entry(e.URL, "two"))
			w.end(archived(next, "second", "x"))
			w.index()
		},
	} {
		e := entry("https://a.example/"+name(i), "one")
		ref, next := first(e), first(e)
		next.Revision, text.Item = 2, e.ID
		w.poll(source, start, e)
		w.must(w.SavePage(ctx, news.Page{Ref: ref, Kind: news.PageHTML, Body: []byte("x")}, "", store.Slot{}))
		w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error { return tx.SaveFingerprint(text) }))
		w.end(archived(ref, "first", "secret"))
		bring(e, next)

		revision := w.item(e.ID).Revision
		removed, err := w.RemoveArticle(ctx, e.ID, after(time.Hour))
		w.must(err)
		equal(w, []any{removed.ID, removed.Revision, removed.Publisher}, []any{e.ID, revision, "Publisher"})
		w.gone(e.ID)

		// Found again, changed or not, by its source or another; given by hand; ended late, later, or as a replay.
		for _, title := range []string{"one", "two", "three"} {
			equal(w, w.poll(source, after(2*time.Hour), entry(e.URL, title)).Outcome, news.PollUnchanged)
		}
		again, err := w.Submit(ctx, after(2*time.Hour), []store.Entry{{ID: e.ID, URL: e.URL, Found: news.Found{Title: "by hand"}}})
		w.must(err)
		equal(w, []any{again[0].Added, again[0].Item.Outcome, again[0].Item.Reason}, []any{false, news.Dropped, store.ReasonRemoved})
		w.must(w.SavePage(ctx, news.Page{Ref: next, Kind: news.PageHTML, Body: []byte("secret")}, "", store.Slot{Host: "a.example", FreeAt: start}))
		w.inLine(after(2*time.Hour), ref, next)
		replay := next
		replay.Generation = 7
		for _, result := range w.end(archived(ref, "1", "x"), archived(next, "2", "x"), archived(replay, "r", "x"), dead(next, "panic"), dropped(replay, "other")) {
			equal(w, result.Applied, false)
			equal(w, result.Known, true)
		}
		w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error { return tx.SaveFingerprint(text) }))
		_, err = w.Prune(ctx, store.Cutoffs{Dropped: after(1000 * time.Hour)}, 1000)
		w.must(err)
		w.gone(e.ID)
	}
	if _, err := w.RemoveArticle(ctx, news.NewID("nobody"), start); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("removing what is not there: %v", err)
	}
	got, err := w.Source(ctx, source.ID)
	w.must(err)
	equal(w, got.Counts, news.Counts{Found: 6, Dropped: 6})
}

// gone fails if anything is left of an article but its tombstone.
func (w *world) gone(id news.ID) {
	w.Helper()
	item := w.item(id)
	equal(w, []any{item.State, item.Outcome, item.Reason, item.HasPage}, []any{news.StateEnded, news.Dropped, store.ReasonRemoved, false})
	equal(w, item.Found, news.Found{URL: item.URL})
	for what, err := range map[string]error{
		"article": second(w.Article(w.Context(), id)),
		"letter":  second(w.DeadLetter(w.Context(), id)),
		"page 1":  second(w.Page(w.Context(), news.Ref{Item: id, Revision: 1})),
		"page 2":  second(w.Page(w.Context(), news.Ref{Item: id, Revision: 2})),
		"removal": second(w.RemoveArticle(w.Context(), id, start)),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			w.Errorf("%s: %v", what, err)
		}
	}
	w.must(w.Decide(w.Context(), w.acquire("d", start), func(tx store.DecisionTx) error {
		if f, err := tx.Fingerprint(store.FingerprintText, "h"); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("fingerprint %+v, %v", f, err)
		}
		return nil
	}))
	w.index()
	equal(w, w.titles("secret OR first OR second", store.Query{}), []string{})
	equal(w, w.titles("", store.Query{}), []string{})
	equal(w, len(w.offenders()), 0)
}

// testRemovedFromStory takes one member of a story, and then the last.
func testRemovedFromStory(w *world) {
	story := news.NewID("one story")
	ids := w.archive([]string{"original", "copy"}, func(i int, e *store.Ending) {
		e.Story = story
		if i > 0 {
			e.Verdict = &news.Verdict{Kind: news.Copy, Of: new(news.NewID("original")), Similarity: .9, Rule: "text"}
		}
	})
	_, err := w.RemoveArticle(w.Context(), ids[0], start)
	w.must(err)
	detail, err := w.Article(w.Context(), ids[1])
	w.must(err)
	equal(w, []any{detail.Story.Articles, detail.Story.Title, len(detail.Copies)}, []any{1, "copy", 0})
	_, err = w.RemoveArticle(w.Context(), ids[1], start)
	w.must(err)
	equal(w, w.archive([]string{"new"}, func(_ int, e *store.Ending) { e.Story = story }), []news.ID{document("new").ID})
	equal(w, len(w.offenders()), 0)
}

// testBequeath: while copies of a removed article remain, what it was recognised
// by leads to them.
func testBequeath(w *world) {
	ctx := w.Context()
	lease := w.acquire("d", start)
	original := document("0 original").ID
	names := []string{"0 original", "1 page", "2 text", "3 text", "4 revised"}
	rules := []string{"first", news.RuleCanonicalURL, news.RuleText, news.RuleText, "same_item"}
	var decisions []store.Decision
	ids := w.archive(names, func(i int, e *store.Ending) {
		e.Story, e.Verdict = original, &news.Verdict{Kind: news.Copy, Of: &original, Rule: rules[i]}
		switch i {
		case 0:
			e.Verdict = &news.Verdict{Kind: news.Original, Rule: rules[i]}
		case 4:
			e.Verdict.Kind = news.Revision
		}
		decisions = append(decisions, store.Decision{Ref: e.Ref, Verdict: *e.Verdict, Story: original, At: start})
	})
	text := store.Fingerprint{Kind: store.FingerprintText, Hash: "h", Item: original, Story: original, Title: "0 original", At: start}
	url := store.Fingerprint{Kind: store.FingerprintURL, Hash: "u", Item: original, Story: original, Title: "the same", At: start}
	w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error {
		for _, d := range decisions {
			w.must(tx.SaveDecision(d))
		}
		return errors.Join(tx.SaveFingerprint(text), tx.SaveFingerprint(url))
	}))
	leads := func(f store.Fingerprint, want news.ID, title string) {
		w.Helper()
		w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error {
			got, err := tx.Fingerprint(f.Kind, f.Hash)
			if want == "" {
				if !errors.Is(err, store.ErrNotFound) {
					w.Errorf("%s leads to %+v, %v", f.Kind, got, err)
				}
				return nil
			}
			f.Item, f.Title = want, title
			equal(w, got, f)
			return err
		}))
	}
	remove := func(i int) {
		w.Helper()
		_, err := w.RemoveArticle(ctx, ids[i], after(time.Duration(i)*time.Hour))
		w.must(err)
	}
	remove(0)
	text.Title = ""
	// All were found at the same time: the first in the order of articles is as good as any.
	heir, other := 2, 3
	w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error {
		got, err := tx.Fingerprint(text.Kind, text.Hash)
		if got.Item == ids[3] {
			heir, other = 3, 2
		}
		return err
	}))
	leads(text, ids[heir], "")
	leads(url, ids[1], "the same")
	remove(heir) // the copies of what it was the heir of are its own
	leads(text, ids[other], "")
	remove(other)
	leads(text, "", "")
	leads(url, ids[1], "the same")
	remove(1)
	leads(url, "", "")

	removed, err := w.RemovedSince(ctx, after(time.Hour))
	w.must(err)
	equal(w, len(removed), 3) // not the original
	equal(w, removed[0], news.Ref{Item: ids[1], Revision: 1})
	equal(w, len(w.offenders()), 0)
}

func testItemDetail(w *world) {
	ctx := w.Context()
	a, b := w.feed("a.example", "Alpha"), w.feed("b.example", "Beta")
	e := entry("https://x.example/1", "one")
	w.poll(b, start, e)
	w.poll(a, after(time.Second), e)
	detail := func() store.ItemDetail {
		w.Helper()
		d, err := w.ItemDetail(ctx, e.ID)
		w.must(err)
		equal(w, d.Item, w.item(e.ID))
		return d
	}
	finders := []store.Finder{{ID: b.ID, Name: b.Name, Publisher: "Beta"}, {ID: a.ID, Name: a.Name, Publisher: "Alpha"}}
	d := detail()
	equal(w, d, store.ItemDetail{Item: d.Item, Finders: finders})
	w.claim("x", after(time.Minute), 1)
	equal(w, detail().LeasedUntil, after(2*time.Minute))
	free := func() time.Time {
		w.Helper()
		at, err := w.HostFreeAt(ctx, "x.example")
		w.must(err)
		return at
	}
	equal(w, free(), time.Time{})
	w.must(w.Postpone(ctx, "x", first(e), after(time.Minute), "throttled", store.Slot{Host: "x.example", FreeAt: after(time.Hour)}))
	equal(w, free(), after(time.Hour))
	w.inLine(after(time.Minute), first(e))
	equal(w, detail().LeasedUntil, time.Time{})
	_, err := w.MarkChecked(ctx, after(time.Hour), store.Checked{Missing: []news.Ref{first(e)}})
	w.must(err)
	equal(w, detail().MissingSince, after(time.Hour))
	ending := dead(first(e), "panic")
	ending.Trail = dropped(first(e), "x").Trail
	w.end(ending)
	letter := *ending.Letter
	letter.Payload = nil
	d = detail()
	equal(w, d, store.ItemDetail{Item: d.Item, Finders: finders, Trail: ending.Trail, Letter: &letter})
	if _, err := w.ItemDetail(ctx, news.NewID("nobody")); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("an unknown item: %v", err)
	}

	id, err := w.FindItem(ctx, string(e.ID[:8]))
	w.must(err)
	equal(w, id, e.ID)
	w.submit("a", "b", "c")
	if _, err := w.FindItem(ctx, ""); !errors.Is(err, store.ErrAmbiguous) {
		w.Errorf("a prefix of all: %v", err)
	}
	if _, err := w.FindItem(ctx, "no-digits"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a prefix of none: %v", err)
	}
}
