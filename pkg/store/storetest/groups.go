package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// decide runs fn under the lease of the one deduplicator there is.
func (w *world) decide(fn func(tx store.DecisionTx) error) {
	w.Helper()
	w.must(w.Decide(w.Context(), w.acquire("d", start), fn))
}

// decided are documents of which it is decided where they belong, each in the
// form "name/leader/anchor/story". What is left out is the document itself. They
// are decided on a second apart.
func (w *world) decided(specs ...string) map[string]store.Decision {
	w.Helper()
	decisions := map[string]store.Decision{}
	w.decide(func(tx store.DecisionTx) error {
		for i, spec := range specs {
			fields := append(strings.Split(spec, "/"), "", "", "")
			id := func(n int) news.ID { return document(cmp.Or(fields[n], fields[0])).ID }
			d := store.Decision{Ref: news.Ref{Item: id(0), Revision: 1}, Verdict: news.Verdict{Kind: news.Original, Rule: "first"},
				Leader: id(1), Anchor: id(2), Story: id(3), At: after(time.Duration(i) * time.Second)}
			if d.Leader != d.Ref.Item {
				d.Verdict = news.Verdict{Kind: news.Copy, Of: &d.Leader, Similarity: .9, Rule: "text"}
			}
			decisions[fields[0]] = d
			w.must(tx.SaveDecision(d))
		}
		return nil
	})
	return decisions
}

// ended archives documents under the story and leader of their decisions, while
// their endings say something else.
func (w *world) ended(decisions map[string]store.Decision, names ...string) {
	w.Helper()
	w.archive(names, func(i int, e *store.Ending) {
		verdict := decisions[names[i]].Verdict
		e.Verdict, e.Story = &verdict, news.NewID("what the event says")
	})
}

// gathered archives what is decided.
func (w *world) gathered(specs ...string) map[string]store.Decision {
	w.Helper()
	decisions := w.decided(specs...)
	w.ended(decisions, sortedKeys(decisions)...)
	return decisions
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	return sorted(keys)
}

func (w *world) move(anchor, story string) {
	w.Helper()
	w.decide(func(tx store.DecisionTx) error { return tx.MoveStory(document(anchor).ID, document(story).ID) })
}

// members lists the articles of the story that an ID stands for; "-" if there is none.
func (w *world) members(name string) string {
	w.Helper()
	id := document(name).ID
	detail, err := w.Story(w.Context(), id)
	found := w.titles("", store.Query{Story: id})
	if errors.Is(err, store.ErrNotFound) {
		equal(w, found, []string{})
		return "-"
	}
	w.must(err)
	var titles []string
	for _, m := range detail.Members {
		titles = append(titles, m.Title)
	}
	equal(w, sorted(found), sorted(titles))
	equal(w, detail.Articles, len(titles))
	for _, title := range titles {
		article, err := w.Article(w.Context(), document(title).ID)
		w.must(err)
		equal(w, *article.Story, detail.Story)
	}
	return strings.Join(titles, " ")
}

func (w *world) journal(n int64, since time.Time) []store.JournalEntry {
	w.Helper()
	var got []store.JournalEntry
	w.must(w.Journal(w.Context(), n, since, func(e store.JournalEntry) error {
		e.Data = slices.Clone(e.Data)
		got = append(got, e)
		return nil
	}))
	return got
}

func testJournal(w *world) {
	ctx := w.Context()
	ids := w.archive([]string{"a", "b"}, nil)
	var want []store.JournalEntry
	add := func(item news.ID, at time.Time, data string) {
		w.Helper()
		e := store.JournalEntry{Item: item, At: at, Data: []byte(data)}
		w.decide(func(tx store.DecisionTx) (err error) {
			e.N, err = tx.Append(e)
			return err
		})
		want = append(want, e)
	}
	equal(w, len(w.journal(0, time.Time{})), 0)
	add(ids[0], start, "one")
	add(ids[1], after(2*time.Hour), "\x00\xff")
	add(ids[0], after(time.Hour), "") // a clock that was set back
	add(ids[1], after(3*time.Hour), strings.Repeat("x", 5000))
	equal(w, w.journal(0, time.Time{}), want)
	equal(w, w.journal(want[1].N, time.Time{}), want[2:])
	equal(w, w.journal(0, after(time.Hour)), want[1:])
	equal(w, w.journal(0, after(90*time.Minute)), []store.JournalEntry{want[1], want[3]})
	equal(w, len(w.journal(0, after(4*time.Hour))), 0)
	equal(w, len(w.journal(want[3].N, time.Time{})), 0)
	for i := 1; i < len(want); i++ {
		if want[i].N <= want[i-1].N {
			w.Errorf("entry %d after %d", want[i].N, want[i-1].N)
		}
	}

	stop := errors.New("stop")
	if err := w.Journal(ctx, 0, time.Time{}, func(store.JournalEntry) error { return stop }); !errors.Is(err, stop) {
		w.Errorf("fn's error is lost: %v", err)
	}
	if err := w.Decide(ctx, w.acquire("d", start), func(tx store.DecisionTx) error {
		_, err := tx.Append(store.JournalEntry{Item: ids[0], At: start})
		return errors.Join(err, stop)
	}); !errors.Is(err, stop) {
		w.Errorf("fn's error is lost: %v", err)
	}
	w.must(w.Journal(ctx, 0, time.Time{}, func(store.JournalEntry) error { // a reader does not hold up a writer
		w.decide(func(store.DecisionTx) error { return nil })
		return nil
	}))

	equal(w, w.pruned(store.Cutoffs{Fingerprints: after(30 * time.Minute)}), map[store.PrunedTable]int{store.PrunedJournal: 1})
	equal(w, w.journal(0, time.Time{}), want[1:])
	_, err := w.RemoveArticle(ctx, ids[1], start)
	w.must(err)
	equal(w, w.journal(0, time.Time{}), want[2:3])
	w.decide(func(tx store.DecisionTx) error {
		n, err := tx.Append(store.JournalEntry{Item: ids[1], At: start, Data: []byte("secret")})
		equal(w, n, int64(0))
		return err
	})
	last := want[3].N
	add(ids[0], start, "two")
	equal(w, w.journal(last, time.Time{}), want[4:]) // numbers are not used again
}

// testMoves moves an original, and with it what is anchored at it and nothing else.
func testMoves(w *world) {
	decisions := w.gathered("a", "b", "c/a/a/a", "d/c/a/a", "e/b/b/b", "f")
	equal(w, w.members("a"), "a c d")
	fingerprint := store.Fingerprint{Kind: store.FingerprintText, Hash: "h", Item: document("c").ID, Story: document("a").ID, At: start}
	w.decide(func(tx store.DecisionTx) error { return tx.SaveFingerprint(fingerprint) })
	w.move("a", "b")
	equal(w, sorted(strings.Fields(w.members("b"))), []string{"a", "b", "c", "d", "e"})
	equal(w, w.members("a"), w.members("b"))
	equal(w, w.members("f"), "f")
	w.decide(func(tx store.DecisionTx) error {
		for name, story := range map[string]string{"a": "b", "b": "b", "c": "b", "d": "b", "e": "b", "f": "f"} {
			want := decisions[name]
			want.Story = document(story).ID
			got, err := tx.Decision(want.Ref)
			w.must(err)
			equal(w, got, want)
		}
		got, err := tx.Fingerprint(fingerprint.Kind, fingerprint.Hash)
		fingerprint.Story = document("b").ID
		equal(w, got, fingerprint)
		return err
	})
	w.move("a", "b")      // where it is
	w.move("nobody", "b") // nothing
	equal(w, sorted(strings.Fields(w.members("b"))), []string{"a", "b", "c", "d", "e"})
	equal(w, len(w.offenders()), 0)
}

// testMoveInLine moves what is not archived yet, and lets its event come after.
func testMoveInLine(w *world) {
	decisions := w.decided("a", "b", "c/a/a/a", "x", "y/x/x/x")
	w.ended(decisions, "b", "c")
	w.move("a", "b") // a is in line
	w.ended(decisions, "a")
	equal(w, sorted(strings.Fields(w.members("b"))), []string{"a", "b", "c"})
	detail, err := w.Article(w.Context(), document("c").ID)
	w.must(err)
	equal(w, []any{detail.Leader, len(detail.Copies), detail.Copies[0].ID}, []any{document("a").ID, 1, document("a").ID})

	w.move("x", "b") // all of it is in line: it leads to b from now on
	equal(w, w.members("x"), w.members("b"))
	w.ended(decisions, "x", "y")
	equal(w, sorted(strings.Fields(w.members("x"))), []string{"a", "b", "c", "x", "y"})

	// Into a story of which nothing has arrived, and which arrives later.
	decisions = w.decided("p", "q")
	w.ended(decisions, "p")
	w.move("p", "q")
	equal(w, w.members("q"), "p")
	w.ended(decisions, "q")
	equal(w, sorted(strings.Fields(w.members("p"))), []string{"p", "q"})

	// A story that lost what was archived of it, but is awaited, leads nowhere.
	decisions = w.decided("m", "n/n/n/m", "o")
	w.ended(decisions, "m", "o")
	w.move("m", "o")
	equal(w, w.members("m"), "-")
	w.ended(decisions, "n")
	equal(w, w.members("m"), "n")
	equal(w, len(w.offenders()), 0)

	// A later revision and a replay go where the article is.
	again := archived(news.Ref{Item: document("a").ID, Revision: 1, Generation: 1}, "a", "x")
	equal(w, w.end(again)[0].Story.ID, document("b").ID)
}

func testMergeAndSplit(w *world) {
	w.gathered("a", "b", "c/b/b/b", "d")
	w.move("b", "a")
	equal(w, sorted(strings.Fields(w.members("b"))), []string{"a", "b", "c"})
	w.move("b", "b")
	equal(w, []string{w.members("a"), w.members("b")}, []string{"a", "b c"})

	// A story may be named after one that is no longer in it.
	w.move("d", "b")
	w.move("b", "a")
	equal(w, []string{w.members("b"), w.members("d")}, []string{"d", "d"})
	w.move("d", "d")
	equal(w, []string{w.members("b"), w.members("d")}, []string{"d", "d"})
	w.move("b", "b") // its ID is its own again
	equal(w, []string{w.members("a"), w.members("b"), w.members("d")}, []string{"a", "b c", "d"})
	equal(w, len(w.offenders()), 0)
}

// testMovesTogether makes many moves in one transaction: what counts is the end.
func testMovesTogether(w *world) {
	w.gathered("a", "b", "c", "d/d/d/a", "e")
	id := func(name string) news.ID { return document(name).ID }
	moves := func(tx store.DecisionTx) error {
		return errors.Join(
			tx.MoveStory(id("a"), id("b")), tx.MoveStory(id("d"), id("b")), // a is empty
			tx.MoveStory(id("b"), id("c")), tx.MoveStory(id("a"), id("c")), tx.MoveStory(id("d"), id("c")), // and b
			tx.MoveStory(id("e"), id("a")), // a is not, after all
			tx.MoveStory(id("d"), id("d")),
		)
	}
	refused := errors.New("refused")
	if err := w.Decide(w.Context(), w.acquire("d", start), func(tx store.DecisionTx) error { return errors.Join(moves(tx), refused) }); !errors.Is(err, refused) {
		w.Errorf("fn's error is lost: %v", err)
	}
	equal(w, []string{w.members("b"), w.members("c"), w.members("e")}, []string{"b", "c", "e"})
	w.decide(moves)
	equal(w, sorted(strings.Fields(w.members("c"))), []string{"a", "b", "c"})
	equal(w, []string{w.members("a"), w.members("d"), w.members("e")}, []string{"e", "d", "e"})
	equal(w, w.members("b"), w.members("c"))
	equal(w, len(w.offenders()), 0)
}

// testAliases merges in chains; each ID leads to the end of its chain in one step.
func testAliases(w *world) {
	w.gathered("a", "b", "c", "d")
	into := func(story string, anchors ...string) {
		for _, anchor := range anchors {
			w.move(anchor, story)
		}
	}
	into("b", "a")
	into("c", "a", "b")
	into("d", "a", "b", "c")
	for _, name := range []string{"a", "b", "c", "d"} {
		equal(w, sorted(strings.Fields(w.members(name))), []string{"a", "b", "c", "d"})
	}
	for _, prefix := range []news.ID{document("a").ID, document("d").ID[:31]} {
		id, err := w.FindStory(w.Context(), string(prefix))
		w.must(err)
		equal(w, id, document("d").ID)
	}
	into("b", "b", "a") // a belonged to b before it was d's: it is not followed back
	equal(w, []int{len(strings.Fields(w.members("b"))), len(strings.Fields(w.members("c")))}, []int{2, 2})
	equal(w, w.members("a"), w.members("d"))

	// An article that comes under an ID that leads elsewhere, without a decision.
	w.archive([]string{"late"}, func(_ int, e *store.Ending) { e.Story = document("c").ID })
	equal(w, len(strings.Fields(w.members("d"))), 3)
	// A decision that says a story is there, says that it is no other.
	w.gathered("new/new/new/a")
	equal(w, w.members("a"), "new")
	if _, err := w.FindStory(w.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("no such story: %v", err)
	}

	// What was removed keeps no ID from leading on.
	w.gathered("r", "s/s/s/r")
	_, err := w.RemoveArticle(w.Context(), document("r").ID, start)
	w.must(err)
	w.move("s", "d")
	equal(w, w.members("r"), w.members("d"))
}

func testLinks(w *world) {
	w.gathered("a", "b", "c", "d", "e")
	link := func(a, b string) {
		w.Helper()
		w.decide(func(tx store.DecisionTx) error { return tx.LinkStories(document(a).ID, document(b).ID) })
	}
	linked := func(name string) string {
		w.Helper()
		detail, err := w.Story(w.Context(), document(name).ID)
		w.must(err)
		var titles []string
		for _, l := range detail.Linked {
			titles = append(titles, l.Title)
			equal(w, l.Langs, []string{"ar"})
		}
		return strings.Join(sorted(titles), " ")
	}
	link("a", "b")
	link("b", "a")
	link("a", "c")
	link("a", "a")
	equal(w, []string{linked("a"), linked("b"), linked("c"), linked("d")}, []string{"b c", "a c", "a b", ""}) // each with all
	w.move("b", "d")                                                                                          // the story b is now d
	equal(w, linked("a"), strings.Join(sorted([]string{"c", w.storyTitle("d")}), " "))
	w.move("b", "b")
	equal(w, linked("a"), "b c")
	w.move("c", "b") // both links lead to one story
	equal(w, []string{linked("a"), linked("c")}, []string{w.storyTitle("b"), "a"})
	w.move("a", "b") // and now to itself
	equal(w, linked("b"), "")
	link("e", "d")
	_, err := w.RemoveArticle(w.Context(), document("e").ID, start)
	w.must(err)
	w.archive([]string{"again"}, func(_ int, e *store.Ending) { e.Story = document("e").ID })
	equal(w, []string{linked("e"), linked("d")}, []string{"", ""})
}

func (w *world) storyTitle(name string) string {
	w.Helper()
	detail, err := w.Story(w.Context(), document(name).ID)
	w.must(err)
	return detail.Title
}

func testLive(w *world) {
	w.gathered("a", "b/a/a/a", "c/a/a/a", "d")
	w.decided("x", "y", "z", "e/a/a/a") // in line
	live := func(name string) news.ID {
		w.Helper()
		var heir news.ID
		w.decide(func(tx store.DecisionTx) (err error) {
			heir, err = tx.Live(document(name).ID)
			if errors.Is(err, store.ErrNotFound) {
				err = nil
			}
			return err
		})
		return heir
	}
	remove := func(name string) {
		w.Helper()
		_, err := w.RemoveArticle(w.Context(), document(name).ID, start)
		w.must(err)
	}
	equal(w, live("a"), document("a").ID)
	remove("a")
	equal(w, live("a"), document("b").ID) // the oldest decision
	equal(w, live("b"), document("b").ID)
	remove("c")
	equal(w, live("a"), document("b").ID)
	remove("b")
	equal(w, live("a"), document("e").ID)
	w.archive([]string{"e"}, nil)
	remove("e")
	equal(w, live("a"), news.ID(""))
	equal(w, live("d"), document("d").ID)
	equal(w, live("unknown"), document("unknown").ID)
}

// testGroups: an article comes with the members of its group, and beside them
// the other originals of its story.
func testGroups(w *world) {
	w.gathered("a", "b/a/a/a", "c/a/a/a", "d/d/d/a", "e/d/d/a", "x")
	names := func(list []store.Related) string {
		var titles []string
		for _, r := range list {
			titles = append(titles, fmt.Sprintf("%s%d", r.Title, r.Copies))
		}
		return strings.Join(sorted(titles), " ")
	}
	around := func(name string) string {
		w.Helper()
		detail, err := w.Article(w.Context(), document(name).ID)
		w.must(err)
		return fmt.Sprintf("%s | %s", names(detail.Copies), names(detail.StoryArticles))
	}
	for name, want := range map[string]string{"a": "b0 c0 | d1", "b": "a2 c0 | d1", "d": "e0 | a2", "e": "d1 | a2", "x": " | "} {
		equal(w, around(name), want)
	}
	detail, err := w.Article(w.Context(), document("a").ID)
	w.must(err)
	copied := detail.Copies[slices.IndexFunc(detail.Copies, func(r store.Related) bool { return r.Title == "b" })]
	want := archived(news.Ref{Item: document("b").ID, Revision: 1}, "b", "b")
	equal(w, copied, store.Related{
		ID: document("b").ID, Title: "b", Source: "Source", Publisher: "Publisher", PublisherID: news.NewID("p"), URL: want.Article.URL, Lang: "ar", Words: 2,
		Published: want.Article.Published, FoundAt: start, Kind: news.Copy, Of: new(document("a").ID), Similarity: .9, Rule: "text",
		Kinship: store.Kinship{OfWords: 2}, Leader: document("a").ID, Details: want.Article.Details,
	})

	// After the leader went, the oldest that it led (of one moment: by ID) stands in for
	// it, also for those that came later and are led by another heir.
	removed, err := w.RemoveArticle(w.Context(), document("a").ID, after(time.Hour))
	w.must(err)
	equal(w, names(removed.Copies), "b0 c0")
	w.gathered("late/b/a/a")
	for name, want := range map[string]string{"b": "c2 late0 | d1", "c": "b0 late0 | d1", "late": "b0 c2 | d1", "d": "e0 | c2"} {
		equal(w, around(name), want)
		detail, err := w.Article(w.Context(), document(name).ID)
		w.must(err)
		if leader := document("c").ID; name != "d" {
			equal(w, detail.Leader, leader)
		}
		equal(w, detail.OfRemoved != nil, name == "b" || name == "c")
	}
	story, err := w.Story(w.Context(), document("a").ID)
	w.must(err)
	equal(w, names(story.Originals), "c2 d1")
	equal(w, story.Title, "d") // of what is left, that is an original
	removed, err = w.RemoveArticle(w.Context(), document("late").ID, after(time.Hour))
	w.must(err)
	equal(w, names(removed.Copies), "b0 c2")
}

// testRevisedCopy: that a copy was revised does not hide that it is one, nor
// what of.
func testRevisedCopy(w *world) {
	source := w.feed("a.example", "P")
	item := func(name string) store.Entry { return entry("https://a.example/"+name, name) }
	original, copied := item("original"), item("copied")
	w.poll(source, start, original, copied)
	write := func(e store.Entry, revision int, at time.Time, v news.Verdict, title string) {
		w.Helper()
		ref := news.Ref{Item: e.ID, Revision: revision}
		if revision > 1 {
			w.poll(source, at, entry(e.URL, title))
		}
		w.decide(func(tx store.DecisionTx) error {
			return tx.SaveDecision(store.Decision{Ref: ref, Verdict: v, Leader: original.ID, Anchor: original.ID, Story: original.ID, At: at})
		})
		ending := archived(ref, title, title)
		ending.Verdict, ending.At, ending.Article.Words = &v, at, 10*revision
		equal(w, w.end(ending)[0].Applied, true)
	}
	at := func(minutes int) time.Time { return after(time.Duration(minutes) * time.Minute) }
	revised := func(e store.Entry) news.Verdict {
		return news.Verdict{Kind: news.Revision, Of: &e.ID, Similarity: .7, Rule: "same_item"}
	}
	relation := news.Verdict{Kind: news.Copy, Of: &original.ID, Similarity: .9, Rule: "near_text"}
	write(original, 1, at(0), news.Verdict{Kind: news.Original, Rule: "first"}, "original 1")
	write(original, 2, at(1), revised(original), "original 2")
	write(copied, 1, at(2), relation, "copied 1")
	write(original, 3, at(3), revised(original), "original 3")
	write(copied, 2, at(4), revised(copied), "copied 2")

	got, err := w.Article(w.Context(), copied.ID)
	w.must(err)
	equal(w, *got.Verdict, revised(copied))
	equal(w, got.Kinship, store.Kinship{Relation: &relation, Revised: 1, OfWords: 30})
	equal(w, []any{got.OfRevision, got.Leader, got.Story.Title}, []any{2, original.ID, "original 3"})
	equal(w, got.Self().Parent(), original.ID)
	first := got.Copies[0]
	equal(w, []any{first.Revised, first.Relates().Kind, first.Parent(), first.Copies}, []any{2, news.Original, news.ID(""), 1})
	hits, err := w.Search(w.Context(), store.Query{Limit: 9})
	w.must(err)
	for _, h := range hits.Articles {
		equal(w, h.Relation.Kind, map[bool]news.VerdictKind{true: news.Copy, false: news.Original}[h.ID == copied.ID])
	}
	_, err = w.Prune(w.Context(), store.Cutoffs{Revisions: at(60)}, 100) // the first one kept after
	w.must(err)
	got, err = w.Article(w.Context(), copied.ID)
	w.must(err)
	equal(w, got.OfRevision, 3)

	_, err = w.RemoveArticle(w.Context(), original.ID, at(90))
	w.must(err)
	got, err = w.Article(w.Context(), copied.ID)
	w.must(err)
	removedAt := at(90)
	equal(w, got.Kinship, store.Kinship{Relation: &relation, Revised: 1, OfRemoved: &removedAt})
	equal(w, []any{got.OfRevision, got.Leader, got.Story.Title}, []any{0, copied.ID, "copied 2"})
}
