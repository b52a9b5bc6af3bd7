// Package storetest is the suite every backend of package store must pass. It
// relies on nothing that one backend happens to do: times are parameters, order
// is asked for, and what one goroutine sees, another process could.
package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// Run tests the backend that open gives an empty store of. open sees to it that
// the store is closed when its test ends.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*world){
		"sources":         testSources,
		"source claims":   testSourceClaims,
		"polls":           testPolls,
		"learned":         testLearned,
		"quota":           testQuota,
		"beyond a quota":  testBeyondQuota,
		"former IDs":      testFormerIDs,
		"moved sources":   testMovedSources,
		"changed sources": testChangedSources,
		"more slots":      testTakeSlot,
		"second looks":    testLooks,
		"robots":          testRobots,
		"odd text":        testOddText,
		"subscriptions":   testSubscriptions,
		"pushes":          testPushes,
		"recorded":        testRecordPoll,
		"submit":          testSubmit,
		"claims":          testClaims,
		"politeness":      testPoliteness,
		"claim race":      testClaimRace,
		"ready backlog":   testBacklogOfReady,
		"host's backlog":  testBacklogOfDownloads,
		"polls first":     testPollsFirst,
		"taking turns":    testTakingTurns,
		"release":         testRelease,
		"clock set back":  testClockSetBack,
		"clocks differ":   testClocksDiffer,
		"future lease":    testLeaseOfTheFuture,
		"pages":           testPages,
		"line":            testLine,
		"late worker":     testLateWorker,
		"reconcile":       testReconcile,
		"endings":         testEndings,
		"late endings":    testLateEndings,
		"later revisions": testLaterRevisions,
		"dropped items":   testDroppedItems,
		"invalid endings": testInvalidEndings,
		"replays":         testReplays,
		"stories":         testStories,
		"articles":        testArticles,
		"places taken":    testPlacesTaken,
		"decisions":       testDecisions,
		"journal":         testJournal,
		"moves":           testMoves,
		"moves in line":   testMoveInLine,
		"moves together":  testMovesTogether,
		"merge and split": testMergeAndSplit,
		"aliases":         testAliases,
		"links":           testLinks,
		"live leaders":    testLive,
		"groups":          testGroups,
		"a revised copy":  testRevisedCopy,
		"story list":      testStoryList,
		"story filters":   testStoryFilters,
		"one story":       testStory,
		"leases":          testLeases,
		"dead letters":    testDeadLetters,
		"attempts":        testAttempts,
		"search":          testSearch,
		"filters":         testFilters,
		"paging":          testPaging,
		"index":           testIndex,
		"prune pages":     testPrunePages,
		"prune items":     testPruneItems,
		"prune history":   testPruneHistory,
		"audit":           testAudit,
		"backup":          testBackup,
		"removal":         testRemoveArticle,
		"removal: story":  testRemovedFromStory,
		"removal: heirs":  testBequeath,
		"item detail":     testItemDetail,
		"watches":         testWatches,
		"watch counts":    testWatchCounts,
		"archived since":  testArchivedSince,
		"archived of":     testArchivedOf,
		"relabelled":      testRelabelled,
		"relabelled late": testRelabelledMeanwhile,
		"writers":         testConcurrentWrites,
	} {
		t.Run(name, func(t *testing.T) { test(newWorld(t, open(t))) })
	}
}

// RunShared tests two processes on the same data: what open returns are two
// stores over it.
func RunShared(t *testing.T, open func(t *testing.T) (one, other store.Store)) {
	for name, test := range map[string]func(one, other *world){
		"claims are exclusive": testSharedClaims,
		"epochs":               testSharedEpochs,
		"writes are seen":      testSharedWrites,
		"slots survive":        testSharedSlots,
		"watches are shared":   testSharedWatches,
	} {
		t.Run(name, func(t *testing.T) {
			one, other := open(t)
			test(newWorld(t, one), newWorld(t, other))
		})
	}
}

// start is when every test begins; to the microsecond, as stores keep it.
var start = time.Date(2026, 1, 28, 9, 30, 0, 123456000, time.UTC)

func after(d time.Duration) time.Time { return start.Add(d) }

// world is a store and the steps that tests share. Every step must succeed.
type world struct {
	*testing.T
	store.Store
}

func newWorld(t *testing.T, s store.Store) *world { return &world{t, s} }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// equal compares; times of the same instant are the same, and so are nil and
// empty slices unless JSON shows them.
func equal(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// feed adds a source at https://<host>/feed of the publisher.
func (w *world) feed(host, publisher string) news.Source {
	w.Helper()
	address := "https://" + host + "/feed"
	source := news.Source{
		ID: news.NewSourceID(address), Publisher: news.NewPublisher(publisher), Kind: news.KindFeed, URL: address,
		Name: host, Lang: "ar", Country: "MA", Tags: []string{"press"}, PollEvery: 90 * time.Second,
		AddedAt: start, NextPoll: start,
	}
	w.must(second(w.AddSources(w.Context(), source)))
	return source
}

// entry is an item at the address, as a feed gives it.
func entry(url, title string) store.Entry {
	published := start.Add(-time.Hour)
	return store.Entry{
		ID: news.ItemID(url, "", ""), URL: url,
		Found: news.Found{URL: url, GUID: url, Title: title, Content: "<p>" + title + "</p>", Published: &published},
	}
}

// document is an item with nothing to download.
func document(name string) store.Entry {
	id := news.ItemID("", news.ManualSource, name)
	return store.Entry{ID: id, Found: news.Found{Title: name}, Page: &news.Page{
		Ref: news.Ref{Item: id, Revision: 1}, Kind: news.PageText, Body: []byte(name), FetchedAt: start, Found: news.Found{Title: name},
	}}
}

func first(e store.Entry) news.Ref { return news.Ref{Item: e.ID, Revision: 1} }

// poll records a poll of source that brought entries.
func (w *world) poll(source news.Source, at time.Time, entries ...store.Entry) news.Poll {
	w.Helper()
	poll, err := w.RecordPoll(w.Context(), store.PollResult{
		Source: source.ID, Poll: news.Poll{At: at, Entries: len(entries)}, NextPoll: at.Add(time.Hour), Items: entries,
	})
	w.must(err)
	return poll
}

func (w *world) submit(names ...string) []store.Entry {
	w.Helper()
	entries := make([]store.Entry, len(names))
	for i, name := range names {
		entries[i] = document(name)
	}
	_, err := w.Submit(w.Context(), start, entries)
	w.must(err)
	return entries
}

func (w *world) claim(owner string, at time.Time, limit int) []news.Item {
	w.Helper()
	items, err := w.ClaimItems(w.Context(), store.Claim{Now: at, Owner: owner, Lease: time.Minute, Limit: limit})
	w.must(err)
	return items
}

// urls lists where items are found, to compare claims.
func urls(items []news.Item) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = item.URL
	}
	return out
}

func (w *world) item(id news.ID) news.Item {
	w.Helper()
	item, err := w.Item(w.Context(), id)
	w.must(err)
	return item
}

func (w *world) inLine(at time.Time, refs ...news.Ref) {
	w.Helper()
	w.must(w.MarkInLine(w.Context(), at, refs...))
}

func (w *world) end(endings ...store.Ending) []store.EndResult {
	w.Helper()
	results, err := w.End(w.Context(), endings)
	w.must(err)
	if len(results) != len(endings) {
		w.Fatalf("%d results for %d endings", len(results), len(endings))
	}
	return results
}

// archived ends ref as an article with that title and text.
func archived(ref news.Ref, title, text string) store.Ending {
	published := start.Add(-2 * time.Hour)
	return store.Ending{
		Ref: ref, Outcome: news.Archived, At: after(time.Minute),
		Trail: []news.Step{{Service: "cleaner", At: start, TookMS: 12.5}},
		Article: &news.Article{
			ID: ref.Item, Source: "Source", SourceID: news.NewID("s"), Publisher: "Publisher", PublisherID: news.NewID("p"),
			URL: "https://a.example/" + string(ref.Item), CanonicalURL: "https://a.example/c", Title: title, Authors: []string{"A. Writer"},
			Published: &published, Lang: "ar", Direction: news.RightToLeft, Words: 2, Completeness: news.CompleteFull, Text: text,
			Details: news.Details{
				TitleLang: "en", TitleDirection: news.LeftToRight, Standfirst: text, OriginalSource: "Another", PublishedFrom: "meta", PublishedConfidence: 0.9,
				Confidence: 0.8, Markup: []news.Mark{{Kind: news.MarkLink, Start: 0, End: 1, Href: "https://a.example/"}},
			},
		},
		Verdict: &news.Verdict{Kind: news.Original, Rule: "new"},
		Story:   news.NewID("story of", string(ref.Item)),
	}
}

func dropped(ref news.Ref, reason string) store.Ending {
	return store.Ending{Ref: ref, Outcome: news.Dropped, Reason: reason, At: after(time.Minute),
		Trail: []news.Step{{Service: "cleaner", At: start, TookMS: 1, Note: reason}}}
}

func dead(ref news.Ref, reason string) store.Ending {
	return store.Ending{Ref: ref, Outcome: news.Dead, Reason: reason, At: after(time.Minute), Letter: &store.DeadLetter{
		Ref: ref, Stage: "cleaner", Kind: "news.fetched", Reason: reason, Error: "no body", Attempts: 5,
		Payload: []byte(`{"a":1}`), Headers: map[string]string{"ce-id": ref.Key()}, At: after(time.Minute),
	}}
}

// archive takes n documents to their end as articles, changed by change, and
// returns their IDs. Their titles are the names.
func (w *world) archive(names []string, change func(i int, e *store.Ending)) []news.ID {
	w.Helper()
	entries := w.submit(names...)
	endings, ids := make([]store.Ending, len(names)), make([]news.ID, len(names))
	for i, e := range entries {
		endings[i], ids[i] = archived(first(e), names[i], names[i]), e.ID
		if change != nil {
			change(i, &endings[i])
		}
	}
	for _, result := range w.end(endings...) {
		if !result.Applied {
			w.Fatal("an ending was not applied")
		}
	}
	return ids
}

// index brings the full-text index up to date.
func (w *world) index() {
	w.Helper()
	for {
		n, err := w.IndexPending(w.Context(), 100)
		w.must(err)
		if n == 0 {
			return
		}
	}
}

// titles searches and lists the titles of the hits.
func (w *world) titles(words string, query store.Query) []string {
	w.Helper()
	match, err := store.ParseMatch(words)
	w.must(err)
	query.Match = match
	if query.Limit == 0 {
		query.Limit = 100
	}
	hits, err := w.Search(w.Context(), query)
	w.must(err)
	titles := make([]string, len(hits.Articles))
	for i, hit := range hits.Articles {
		titles[i] = hit.Title
	}
	return titles
}

// offenders audits and lists what it finds; nothing is looked up on the bus.
func (w *world) offenders() []store.Offender {
	w.Helper()
	report, err := w.Audit(w.Context(), start, func([]news.Ref) error { return nil })
	w.must(err)
	return report.Offenders
}

func name(i int) string { return fmt.Sprintf("n%03d", i) }

func host(url string) store.Slot { return store.Slot{Host: weburl.Domain(url)} }
