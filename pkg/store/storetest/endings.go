package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

func testEndings(w *world) {
	ctx := w.Context()
	entries := w.submit("a", "b", "c")
	a, b, c := first(entries[0]), first(entries[1]), first(entries[2])
	w.inLine(after(time.Second), a, b, c)
	nobody := news.Ref{Item: news.NewID("nobody"), Revision: 1}

	results := w.end(archived(a, "A", "text"), dropped(b, "no_text"), dead(c, "panic"), archived(nobody, "x", "x"))
	story := archived(a, "", "").Story
	equal(w, results, []store.EndResult{
		{Applied: true, Known: true, FoundAt: start, Story: &news.Story{ID: story, Title: "A", Articles: 1, Publishers: 1, FirstSeen: start, LastSeen: start}},
		{Applied: true, Known: true, FoundAt: start},
		{Applied: true, Known: true, FoundAt: start},
		{},
	})
	for ref, want := range map[news.Ref]news.Item{
		a: {Outcome: news.Archived}, b: {Outcome: news.Dropped, Reason: "no_text"}, c: {Outcome: news.Dead, Reason: "panic"},
	} {
		got := w.item(ref.Item)
		equal(w, []any{got.State, got.Outcome, got.Reason, got.EndedAt},
			[]any{news.StateEnded, want.Outcome, want.Reason, after(time.Minute)})
	}
	equal(w, w.end(archived(a, "A", "text")), results[:1]) // twice is harmless

	record, err := w.Record(ctx, b.Item)
	w.must(err)
	empty := news.Labels{Topics: []news.Topic{}, Places: []news.Place{}, Organisations: []news.Organisation{}, Watches: []news.Watch{}}
	exactly(w, record, news.Record{ItemID: b.Item, Revision: 1, Outcome: news.Dropped, Reason: "no_text", Labels: empty, Trail: dropped(b, "no_text").Trail})
	record, err = w.Record(ctx, c.Item)
	w.must(err)
	exactly(w, record, news.Record{ItemID: c.Item, Revision: 1, Outcome: news.Dead, Reason: "panic", Labels: empty, Trail: []news.Step{}})
	for _, id := range []news.ID{nobody.Item, w.submit("open")[0].ID} {
		if _, err := w.Record(ctx, id); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("record of what did not end: %v", err)
		}
	}
	equal(w, len(w.offenders()), 0)
}

// exactly compares nil and empty slices as different: in JSON they are.
func exactly(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// testLateEndings ends revisions that are no longer, or not yet, the ledger's.
func testLateEndings(w *world) {
	source := w.feed("a.example", "P")
	e := entry("https://a.example/1", "one")
	r1 := first(e)
	r2, r3 := r1, r1
	r2.Revision, r3.Revision = 2, 3
	w.poll(source, start, e)
	w.inLine(start, r1)
	w.poll(source, after(time.Minute), entry(e.URL, "two"))

	applied := func(e store.Ending) bool { return w.end(e)[0].Applied }
	equal(w, applied(archived(r3, "unknown", "x")), false)
	equal(w, applied(dropped(r1, "late")), false)
	equal(w, applied(dead(r1, "late")), false)
	equal(w, w.item(e.ID).State, news.StateDue)
	equal(w, applied(archived(r1, "first", "x")), true) // its article is better than none
	equal(w, w.item(e.ID).State, news.StateDue)
	equal(w, len(w.offenders()), 0)

	equal(w, applied(dropped(r2, "not news")), true) // the article of r1 stays, and so does its outcome
	equal(w, []any{w.item(e.ID).Outcome, w.item(e.ID).Reason}, []any{news.Archived, "not news"})
	equal(w, len(w.offenders()), 0)
	equal(w, applied(archived(r2, "second", "x")), true)
	equal(w, applied(archived(r1, "first again", "x")), false)
	equal(w, applied(dropped(r2, "same pass")), false)
	equal(w, applied(dead(r2, "same pass")), false)
	equal(w, w.item(e.ID).Outcome, news.Archived)
	detail, err := w.Article(w.Context(), e.ID)
	w.must(err)
	equal(w, []any{detail.Article.Title, detail.Revision}, []any{"second", 2})
	equal(w, detail.Revisions, []store.RevisionInfo{
		{Revision: 2, Title: "second", ArchivedAt: after(time.Minute)}, {Revision: 1, Title: "first", ArchivedAt: after(time.Minute)},
	})
	equal(w, len(w.offenders()), 0)
	w.index()
	equal(w, w.titles("first", store.Query{}), []string{})
	equal(w, w.titles("second", store.Query{}), []string{"second"})

	// Both revisions in one batch, the later one first.
	both := entry("https://a.example/2", "one")
	w.poll(source, start, both)
	w.inLine(start, first(both))
	w.poll(source, after(time.Minute), entry(both.URL, "two"))
	later := first(both)
	later.Revision = 2
	results := w.end(archived(later, "later", "x"), archived(first(both), "earlier", "x"))
	equal(w, []bool{results[0].Applied, results[1].Applied}, []bool{true, false})
}

// testLaterRevisions ends later revisions otherwise than earlier ones: an item
// with an article is archived.
func testLaterRevisions(w *world) {
	source := w.feed("a.example", "P")
	applied := func(e store.Ending) bool { return w.end(e)[0].Applied }

	// A later revision was dropped before the earlier one was archived.
	crossed := entry("https://a.example/3", "one")
	w.poll(source, start, crossed)
	w.inLine(start, first(crossed))
	w.poll(source, after(time.Minute), entry(crossed.URL, "two"))
	dropping := first(crossed)
	dropping.Revision = 2
	equal(w, applied(dropped(dropping, "not news")), true)
	equal(w, w.item(crossed.ID).Outcome, news.Dropped)
	equal(w, applied(archived(first(crossed), "third", "x")), true)
	equal(w, w.item(crossed.ID).Outcome, news.Archived)
	equal(w, len(w.offenders()), 0)

	// A later revision is dead, and its letter is dropped.
	again := entry("https://a.example/4", "one")
	w.poll(source, start, again)
	w.inLine(start, first(again))
	equal(w, applied(archived(first(again), "fourth", "x")), true)
	w.poll(source, after(time.Minute), entry(again.URL, "two"))
	failing := first(again)
	failing.Revision = 2
	equal(w, applied(dead(failing, "broken")), true)
	equal(w, w.item(again.ID).Outcome, news.Dead)
	equal(w, len(w.offenders()), 0)
	w.must(w.DropDeadLetter(w.Context(), again.ID, "by_hand", after(time.Hour)))
	equal(w, w.item(again.ID).Outcome, news.Archived)
	equal(w, len(w.offenders()), 0)
}

// testDroppedItems lists what was dropped of a source.
func testDroppedItems(w *world) {
	source := w.feed("a.example", "P")
	last, one := entry("https://a.example/5", ""), entry("https://a.example/6", "")
	w.poll(source, start, last, one)
	for i, e := range []store.Entry{one, last} {
		ending := dropped(first(e), "not news")
		ending.At = after(time.Duration(i) * time.Hour)
		w.end(ending)
	}
	list, err := w.DroppedItems(w.Context(), source.ID, 9)
	w.must(err)
	equal(w, []any{len(list), list[0].URL, list[1].URL, list[0].Reason}, []any{2, last.URL, one.URL, "not news"})
}

// testInvalidEndings asks for what can never be stored: asking again does not help.
func testInvalidEndings(w *world) {
	ref := first(w.submit("a")[0])
	for _, wrong := range []store.Ending{{Ref: ref, Outcome: "eaten"}, {Ref: ref, Outcome: news.Archived}, {Ref: ref, Outcome: news.Dead}} {
		if _, err := w.End(w.Context(), []store.Ending{wrong}); !errors.Is(err, store.ErrInvalid) {
			w.Errorf("ended as %q: %v, want ErrInvalid", wrong.Outcome, err)
		}
	}
}

// testReplays ends later generations of what ended before.
func testReplays(w *world) {
	entries := w.submit("a", "b")
	a, b := first(entries[0]), first(entries[1])
	at := func(ref news.Ref, generation int) news.Ref {
		ref.Generation = generation
		return ref
	}
	for _, step := range []struct {
		name    string
		ending  store.Ending
		applied bool
		outcome news.Outcome
	}{
		{"first", archived(a, "g0", "x"), true, news.Archived},
		{"replayed", archived(at(a, 2), "g2", "x"), true, news.Archived},
		{"an older replay comes late", archived(at(a, 1), "g1", "x"), false, news.Archived},
		{"a replay that fails", dead(at(a, 3), "broken"), false, news.Archived},
		{"a replay that calls it no news", dropped(at(a, 3), "not news"), true, news.Dropped},
		{"an older replay drops it too", dropped(at(a, 2), "older"), false, news.Dropped},
		{"back again", archived(at(a, 4), "g4", "x"), true, news.Archived},
		{"dropped", dropped(b, "not news"), true, news.Dropped},
		{"a replay makes it an article", archived(at(b, 1), "b1", "x"), true, news.Archived},
	} {
		w.index()
		equal(w, w.end(step.ending)[0].Applied, step.applied)
		item := w.item(step.ending.Ref.Item)
		if item.Outcome != step.outcome || len(w.offenders()) != 0 {
			w.Errorf("%s: %s, offenders %v", step.name, item.Outcome, w.offenders())
		}
	}
	w.index()
	equal(w, sorted(w.titles("g0 OR g1 OR g2 OR g4 OR b1", store.Query{})), []string{"b1", "g4"})
	stats, err := w.IndexStats(w.Context())
	w.must(err)
	equal(w, stats.Documents, 2)
}

func sorted(s []string) []string { slices.Sort(s); return s }

func testStories(w *world) {
	ctx := w.Context()
	story, other := news.NewID("one story"), news.NewID("another")
	publisher := []string{"p1", "p2", "p1"}
	published := []time.Duration{-3 * time.Hour, -4 * time.Hour, -2 * time.Hour}
	ids := w.archive([]string{"original", "earlier copy", "third"}, func(i int, e *store.Ending) {
		at := after(published[i])
		e.Story, e.Article.Published, e.Article.PublisherID = story, &at, news.NewID(publisher[i])
		if i > 0 {
			e.Verdict = &news.Verdict{Kind: news.Copy, Of: new(document("original").ID), Similarity: .9, Rule: "text"}
		}
	})
	detail, err := w.Article(ctx, ids[2])
	w.must(err)
	equal(w, *detail.Story, news.Story{ID: story, Title: "original", Articles: 3, Publishers: 2, FirstSeen: start, LastSeen: start})
	var titles []string
	for _, c := range detail.Copies {
		titles = append(titles, c.Title)
	}
	equal(w, titles, []string{"earlier copy", "original"})
	equal(w, detail.Verdict, &news.Verdict{Kind: news.Copy, Of: &ids[0], Similarity: .9, Rule: "text"})

	// A replay moves one member, and then the last of the other story.
	again := archived(news.Ref{Item: ids[0], Revision: 1, Generation: 1}, "original", "x")
	again.Story = other
	equal(w, w.end(again)[0].Story.Articles, 1)
	detail, err = w.Article(ctx, ids[2])
	w.must(err)
	equal(w, []any{detail.Story.Articles, detail.Story.Title}, []any{2, "earlier copy"})
	again.Ref.Generation, again.Story = 2, story
	equal(w, w.end(again)[0].Story.Articles, 3)
}

func testDeadLetters(w *world) {
	ctx := w.Context()
	entries := w.submit("a", "b", "c")
	refs := []news.Ref{first(entries[0]), first(entries[1]), first(entries[2])}
	endings := make([]store.Ending, len(refs))
	for i, ref := range refs {
		endings[i] = dead(ref, "panic")
		endings[i].Letter.At = after(time.Duration(i) * time.Minute)
	}
	w.end(endings...)
	list, err := w.DeadLetters(ctx, 2)
	w.must(err)
	newest := *endings[2].Letter
	newest.Payload = nil
	equal(w, len(list), 2)
	equal(w, list[0], newest)
	letter, err := w.DeadLetter(ctx, refs[0].Item)
	w.must(err)
	equal(w, letter, *endings[0].Letter)

	_, err = w.RecordStart(ctx, "cleaner", refs[0].Key())
	w.must(err)
	letter, err = w.RetryDeadLetter(ctx, refs[0].Item, after(time.Hour))
	w.must(err)
	equal(w, letter, *endings[0].Letter)
	item := w.item(refs[0].Item)
	equal(w, []any{item.State, item.Outcome, item.Reason, item.DueAt, item.HasPage}, []any{news.StateDue, news.Outcome(""), "", after(time.Hour), true})
	equal(w, len(w.claim("x", after(time.Hour-time.Second), 9)), 0)
	equal(w, len(w.claim("x", after(time.Hour), 9)), 1) // nobody published it
	w.inLine(after(time.Hour), letter.Ref)
	starts, err := w.RecordStart(ctx, "cleaner", refs[0].Key())
	w.must(err)
	equal(w, starts, 1)

	w.must(w.DropDeadLetter(ctx, refs[1].Item, "by_hand", after(2*time.Hour)))
	item = w.item(refs[1].Item)
	equal(w, []any{item.Outcome, item.Reason, item.EndedAt}, []any{news.Dropped, "by_hand", after(2 * time.Hour)})
	for what, err := range map[string]error{
		"letter": second(w.DeadLetter(ctx, refs[1].Item)),
		"retry":  second(w.RetryDeadLetter(ctx, refs[1].Item, start)),
		"drop":   w.DropDeadLetter(ctx, refs[1].Item, "again", start),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			w.Errorf("%s that is not there: %v", what, err)
		}
	}
	equal(w, w.end(archived(refs[2], "it worked after all", "x"))[0].Applied, true)
	list, err = w.DeadLetters(ctx, 9)
	w.must(err)
	equal(w, len(list), 0)
	equal(w, len(w.offenders()), 0)

	// A dead item that changes is given another chance.
	source := w.feed("a.example", "P")
	e := entry("https://a.example/1", "one")
	w.poll(source, start, e)
	w.end(dead(first(e), "panic"))
	w.poll(source, after(time.Hour), entry(e.URL, "two"))
	equal(w, w.item(e.ID).State, news.StateDue)
	equal(w, len(w.offenders()), 0)
}
