package storetest

import (
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// testOddText stores what the web sends: NUL, bytes that are no letters, addresses
// of several KB, words without an end. A backend may replace what it cannot
// store; it refuses nothing, and nothing stands in the way later.
func testOddText(w *world) {
	ctx := w.Context()
	odd := "a\x00\x00b \xff\xfe \\u0000 \\\\u0000 c"
	long := "https://a.example/" + strings.Repeat("very-long/", 800)
	source := w.feed("a.example", odd)
	far := source
	far.ID, far.URL = news.NewSourceID(long), long
	added, err := w.AddSources(ctx, far)
	w.must(err)
	again, err := w.AddSources(ctx, far)
	w.must(err)
	equal(w, []bool{added[0], again[0]}, []bool{true, false})

	e := entry(long, "text")
	e.Found.Title, e.Found.Summary, e.Found.GUID = odd, odd+odd, long
	w.poll(source, start, e)
	w.must(w.SavePage(ctx, news.Page{Ref: first(e), Kind: news.PageHTML, URL: long, Body: []byte(odd), FetchedAt: start, Found: e.Found,
		Validators: news.Validators{ETag: odd}}, odd, store.Slot{}))
	ending := archived(first(e), odd, "word "+odd+" "+strings.Repeat("x", 5000)+" "+strings.Repeat("many ", 20_000))
	ending.Article.Authors, ending.Reason = []string{odd}, odd
	w.end(ending)
	w.index()
	if titles := w.titles("word", store.Query{}); len(titles) != 1 || !strings.HasPrefix(titles[0], "a") {
		w.Errorf("found %q", titles)
	}
	equal(w, len(w.titles(strings.Repeat("x", 5000), store.Query{})), 1)

	lease := w.acquire("a", start)
	w.must(w.Decide(ctx, lease, func(tx store.DecisionTx) error {
		seen := store.Fingerprint{Kind: store.FingerprintURL, Hash: long, Item: e.ID, Story: e.ID, Title: odd, At: start}
		if err := tx.SaveFingerprint(seen); err != nil {
			return err
		}
		found, err := tx.Fingerprint(seen.Kind, long)
		equal(w, found.Item, e.ID)
		return err
	}))
	// What is old goes, whatever it says.
	late := after(100 * time.Hour)
	equal(w, w.pruned(store.Cutoffs{Pages: late, Polls: late, Fingerprints: late}),
		map[store.PrunedTable]int{store.PrunedPages: 1, store.PrunedPolls: 1, store.PrunedFingerprints: 1})
	exactly(w, w.offenders(), []store.Offender{})
}
