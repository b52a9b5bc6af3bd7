package storetest

import (
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// labelled are labels of each kind, all with that name.
func labelled(name string) news.Labels {
	return news.Labels{
		Topics:        []news.Topic{{Code: "topic of " + name, Label: name, P: .5}},
		Places:        []news.Place{{Code: "place of " + name, Name: name, Mentions: 1}},
		Organisations: []news.Organisation{{ID: "organisation of " + name, Name: name, Mentions: 1}},
		Watches:       []news.Watch{{ID: "watch of " + name, Score: 1, Matches: []news.WatchMatch{}}},
	}
}

// testRelabelled: a replay that changes nothing but labels and trail replaces them, and
// leaves all else as it was. The index is not touched.
func testRelabelled(w *world) {
	ctx := w.Context()
	id := w.archive([]string{"a", "b"}, func(_ int, e *store.Ending) { e.Labels = labelled("old") })[0]
	w.index()
	before, err := w.Article(ctx, id)
	w.must(err)

	replay := archived(news.Ref{Item: id, Revision: 1, Generation: 1}, "a", "a")
	replay.At, replay.Labels, replay.Trail = after(time.Hour), labelled("new"), []news.Step{{Service: "archiver", At: after(time.Hour)}}
	for range 2 { // the second time changes nothing
		equal(w, w.end(replay)[0].Applied, true)
		got, err := w.Article(ctx, id)
		w.must(err)
		want := before
		want.Labels, want.Trail = replay.Labels, replay.Trail
		exactly(w, got, want)
		stats, err := w.IndexStats(ctx)
		w.must(err)
		equal(w, []int{stats.Documents, stats.Pending}, []int{2, 0})
	}
	for _, q := range []struct {
		query store.Query
		want  []string
	}{
		{store.Query{Topic: "topic of old"}, []string{"b"}}, {store.Query{Topic: "topic of new"}, []string{"a"}},
		{store.Query{Country: "place of old"}, []string{"b"}}, {store.Query{Country: "place of new"}, []string{"a"}},
		{store.Query{Watch: "watch of old"}, []string{"b"}}, {store.Query{Watch: "watch of new"}, []string{"a"}},
	} {
		equal(w, w.titles("", q.query), q.want)
	}
	equal(w, w.titles("a", store.Query{}), []string{"a"})
	counts, err := w.WatchCounts(ctx)
	w.must(err)
	equal(w, counts, map[string]int{"watch of old": 1, "watch of new": 1})
	equal(w, len(w.offenders()), 0)

	late := archived(news.Ref{Item: id, Revision: 1}, "a", "a") // of the live pass
	equal(w, w.end(late)[0].Applied, false)

	// A text that a replay changes is indexed again.
	other := archived(news.Ref{Item: id, Revision: 1, Generation: 2}, "a", "other")
	equal(w, w.end(other)[0].Applied, true)
	stats, err := w.IndexStats(ctx)
	w.must(err)
	equal(w, stats.Pending, 1)
	w.index()
	equal(w, w.titles("other", store.Query{}), []string{"a"})
}

// testRelabelledMeanwhile: a replay of an article that was removed, or has a later
// revision, comes too late.
func testRelabelledMeanwhile(w *world) {
	replay := func(id news.ID) store.Ending {
		e := archived(news.Ref{Item: id, Revision: 1, Generation: 1}, "replayed", "x")
		e.Labels = labelled("new")
		return e
	}
	removed := w.archive([]string{"removed"}, nil)[0]
	_, err := w.RemoveArticle(w.Context(), removed, after(time.Hour))
	w.must(err)
	equal(w, w.end(replay(removed))[0].Applied, false)

	source := w.feed("a.example", "P")
	e := entry("https://a.example/1", "one")
	w.poll(source, start, e)
	equal(w, w.end(archived(first(e), "one", "x"))[0].Applied, true)
	w.poll(source, after(time.Minute), entry(e.URL, "two"))
	equal(w, w.end(replay(e.ID))[0].Applied, true) // the second revision is on its way
	equal(w, w.item(e.ID).State, news.StateDue)
	second := first(e)
	second.Revision = 2
	equal(w, w.end(archived(second, "two", "x"))[0].Applied, true)
	late := replay(e.ID)
	late.Ref.Generation = 2
	equal(w, w.end(late)[0].Applied, false)
	equal(w, w.titles("", store.Query{}), []string{"two"})
	equal(w, w.titles("", store.Query{Topic: "topic of new"}), []string{})
	equal(w, len(w.offenders()), 0)
}

// testArchivedOf: articles by the IDs of their items, whole.
func testArchivedOf(w *world) {
	ids := w.archive([]string{"a", "b", "c"}, func(_ int, e *store.Ending) { e.Labels = labelled("x") })
	again := archived(news.Ref{Item: ids[1], Revision: 1, Generation: 3}, "b", "b")
	again.Labels = labelled("y")
	w.end(again)
	got, err := w.ArchivedOf(w.Context(), ids[1], news.NewID("nobody"), ids[2], ids[1])
	w.must(err)
	if len(got) != 2 || got[0].Seq >= got[1].Seq {
		w.Fatalf("%+v", got)
	}
	for _, a := range got {
		if a.Item == ids[1] {
			exactly(w, a, store.Archived{
				Seq: a.Seq, Ref: again.Ref, FoundAt: start, Article: *again.Article, Verdict: *again.Verdict, Story: again.Story, Labels: again.Labels, Trail: again.Trail,
			})
		}
	}
	if none, err := w.ArchivedOf(w.Context()); err != nil || none == nil || len(none) != 0 {
		w.Errorf("of nobody: %v, %v", none, err)
	}
}
