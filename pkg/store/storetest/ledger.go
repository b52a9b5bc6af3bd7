package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

func testSubmit(w *world) {
	ctx := w.Context()
	a, b := document("a"), document("b")
	first, err := w.Submit(ctx, start, []store.Entry{a, a})
	w.must(err)
	want := news.Item{
		Ref: news.Ref{Item: a.ID, Revision: 1}, Source: news.ManualSource, Publisher: first[0].Item.Publisher, Found: a.Found,
		State: news.StateDue, FoundAt: start, DueAt: start, HasPage: true,
	}
	equal(w, first, []store.Submitted{{Item: want, Added: true}, {Item: want}})
	changed := a
	changed.Found.Title = "changed"
	again, err := w.Submit(ctx, after(time.Minute), []store.Entry{b, changed})
	w.must(err)
	equal(w, again[1], store.Submitted{Item: want})
	equal(w, again[0].Added, true)
	page, err := w.Page(ctx, want.Ref)
	w.must(err)
	equal(w, page, *a.Page)
	manual, err := w.Source(ctx, news.ManualSource)
	w.must(err)
	equal(w, manual.Counts, news.Counts{Found: 2, Open: 2})
	equal(w, manual.Kind, news.KindManual)
	if _, err := w.Item(ctx, news.NewID("nobody")); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("an unknown item: %v", err)
	}
}

func testClaims(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	url := func(i int) string { return fmt.Sprintf("https://h%d.example/", i) }
	w.poll(source, after(2*time.Second), entry(url(2), "2"))
	w.poll(source, after(1*time.Second), entry(url(1), "1"))
	w.poll(source, after(3*time.Second), entry(url(3), "3"))
	w.submit("page is there")

	equal(w, urls(w.claim("a", after(-time.Second), 9)), []string{})
	equal(w, urls(w.claim("a", after(4*time.Second), 2)), []string{"", url(1)}) // nothing to wait for comes first
	got := w.claim("a", after(4*time.Second), 9)
	equal(w, urls(got), []string{url(2), url(3)})
	equal(w, urls(w.claim("b", after(time.Minute), 9)), []string{})

	w.must(w.Postpone(ctx, "a", got[0].Ref, after(10*time.Minute), "timeout", store.Slot{Host: "h2.example", FreeAt: after(time.Minute)}))
	postponed := w.item(got[0].Item)
	equal(w, []any{postponed.Attempts, postponed.Reason, postponed.DueAt}, []any{1, "timeout", after(10 * time.Minute)})
	w.must(w.Postpone(ctx, "a", news.Ref{Item: got[1].Item, Revision: 7}, after(0), "stale", store.Slot{}))
	w.must(w.Postpone(ctx, "z", got[1].Ref, after(0), "not theirs", store.Slot{}))
	equal(w, w.item(got[1].Item).Attempts, 0)

	// The leases of a run out a minute after they were taken.
	equal(w, urls(w.claim("b", after(63*time.Second), 9)), []string{})
	equal(w, len(w.claim("b", after(64*time.Second), 9)), 3)
	w.must(w.Release(ctx, "a", start)) // holds nothing any more
	equal(w, len(w.claim("c", after(65*time.Second), 9)), 0)
	w.must(w.Release(ctx, "b", start))
	released := w.claim("c", after(65*time.Second), 9)
	equal(w, urls(released), []string{"", url(1), url(3)})
	equal(w, released[1].DueAt, after(time.Second))
	equal(w, len(w.claim("c", after(10*time.Minute), 9)), 4)
}

func testPoliteness(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	url := func(host string, i int) string { return fmt.Sprintf("https://%s/%d", host, i) }
	for i := range 3 {
		w.poll(source, after(time.Duration(i)*time.Second), entry(url("one.example", i), name(i)), entry(url("sub.two.example", i), name(i)))
	}
	claimed := w.claim("a", after(time.Minute), 9)
	equal(w, urls(claimed), []string{url("one.example", 0), url("sub.two.example", 0)})
	equal(w, claimed[1].Host, "two.example")
	equal(w, urls(w.claim("b", after(time.Minute), 9)), []string{})

	save := func(item news.Item, free time.Time) {
		w.must(w.SavePage(ctx, news.Page{Ref: item.Ref, Kind: news.PageHTML, Body: []byte("x"), FetchedAt: free}, "", store.Slot{Host: item.Host, FreeAt: free}))
	}
	save(claimed[0], after(70*time.Second))
	equal(w, urls(w.claim("b", after(69*time.Second), 9)), []string{})
	equal(w, urls(w.claim("b", after(70*time.Second), 9)), []string{url("one.example", 1)})

	// The slot of two.example runs out with its lease; the item that was saved is due again, without its host.
	claimed = w.claim("c", after(2*time.Minute), 9)
	equal(w, urls(claimed), []string{url("one.example", 0), url("sub.two.example", 1)})
	// Who saves late must not free the slot that another holds now, but its delay counts.
	w.must(w.SavePage(ctx, news.Page{Ref: news.Ref{Item: entry(url("sub.two.example", 0), "").ID, Revision: 1}}, "",
		store.Slot{Host: "two.example", FreeAt: after(5 * time.Minute)}))
	w.inLine(after(2*time.Minute), first(entry(url("sub.two.example", 0), "")), claimed[0].Ref)
	save(claimed[1], after(3*time.Minute))
	equal(w, urls(w.claim("d", after(2*time.Minute+30*time.Second), 9)), []string{url("one.example", 2)})
	equal(w, urls(w.claim("d", after(4*time.Minute), 9)), []string{url("sub.two.example", 1), url("one.example", 1)})
	equal(w, urls(w.claim("d", after(5*time.Minute+time.Second), 1)), []string{url("sub.two.example", 1)})
	last := urls(w.claim("d", after(5*time.Minute+time.Second), 9))
	slices.Sort(last) // both hosts have waited since the same moment
	equal(w, last, []string{url("one.example", 2), url("sub.two.example", 2)})

	// A poll takes the same slot.
	w.poll(source, after(time.Hour), entry(url("a.example", 1), "at the source's own host"))
	sources, err := w.ClaimSources(ctx, store.Claim{Now: after(3 * time.Hour), Owner: "p", Lease: time.Hour, Limit: 9})
	w.must(err)
	equal(w, len(sources), 1)
	for _, item := range w.claim("d", after(3*time.Hour), 9) {
		if item.Host == "a.example" {
			w.Error("an item was claimed at a host that is polled")
		}
	}
}

// testClaimRace claims from many goroutines at once: no item is given to two of
// them, and none is forgotten.
func testClaimRace(w *world) {
	const hosts, perHost, workers = 40, 3, 8
	source := w.feed("a.example", "P")
	var entries []store.Entry
	for i := range hosts * perHost {
		entries = append(entries, entry(fmt.Sprintf("https://h%d.example/%d", i%hosts, i), name(i)))
	}
	w.poll(source, start, entries...)
	claimAll(w, []store.Store{w.Store}, workers, hosts*perHost)
}

// claimAll lets workers on the stores claim, save and hand over until n items went by.
func claimAll(w *world, stores []store.Store, workers, n int) {
	var mu sync.Mutex
	seen := map[news.ID]int{}
	var wg sync.WaitGroup
	for i := range workers {
		s := stores[i%len(stores)]
		wg.Go(func() {
			for range n {
				items, err := s.ClaimItems(w.Context(), store.Claim{Now: start, Owner: name(i), Lease: time.Hour, Limit: 3})
				if err != nil {
					w.Error(err)
					return
				}
				mu.Lock()
				for _, item := range items {
					seen[item.Item]++
				}
				all := len(seen) == n
				mu.Unlock()
				for _, item := range items {
					if err := errors.Join(
						s.SavePage(w.Context(), news.Page{Ref: item.Ref, Kind: news.PageHTML}, "", store.Slot{Host: item.Host, FreeAt: start}),
						s.MarkInLine(w.Context(), start, item.Ref),
					); err != nil {
						w.Error(err)
					}
				}
				if all {
					return
				}
			}
		})
	}
	wg.Wait()
	for id, times := range seen {
		if times > 1 {
			w.Errorf("%s was claimed %d times", id, times)
		}
	}
	equal(w, len(seen), n)
}

func testPages(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	e := entry("https://a.example/1", "one")
	w.poll(source, start, e)
	page := news.Page{
		Ref: first(e), Kind: news.PageHTML, URL: "https://a.example/moved", ContentType: "text/html; charset=windows-1256",
		Body: slices.Repeat([]byte("<p>مرصد\x00\xff</p>"), 1000), FetchedAt: after(time.Second), Found: e.Found,
	}
	if _, err := w.Page(ctx, page.Ref); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("no page yet: %v", err)
	}
	w.must(w.SavePage(ctx, page, "", store.Slot{}))
	got, err := w.Page(ctx, page.Ref)
	w.must(err)
	equal(w, got, page)
	equal(w, w.item(e.ID).HasPage, true)

	older := page
	w.inLine(after(time.Second), page.Ref)
	w.poll(source, after(time.Minute), entry(e.URL, "two"))
	older.Body = []byte("again")
	w.must(w.SavePage(ctx, older, "", store.Slot{}))
	got, err = w.Page(ctx, older.Ref)
	w.must(err)
	equal(w, got, older)
	equal(w, w.item(e.ID).HasPage, false) // the new revision has none
	if err := w.SavePage(ctx, news.Page{Ref: news.Ref{Item: news.NewID("nobody"), Revision: 1}}, "", store.Slot{}); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a page of nobody: %v", err)
	}
}

// testLateWorker: a worker outlives its lease, a poll brings a change, and the
// worker publishes what it has: the change is a revision of its own.
func testLateWorker(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	late := after(time.Hour) // leases last a minute
	for name, outlive := range map[string]func(e store.Entry){
		"nobody else": func(store.Entry) {},
		"another claimed it": func(store.Entry) {
			equal(w, len(w.claim("y", late, 1)), 1)
		},
		"the other gave it back": func(e store.Entry) {
			equal(w, len(w.claim("y", late, 1)), 1)
			w.must(w.SavePage(ctx, news.Page{Ref: first(e), Kind: news.PageHTML}, "", host(e.URL)))
			w.must(w.Release(ctx, "y", start))
		},
		// It was published, and its process killed before it was marked.
		"it was killed": func(store.Entry) { w.must(w.Release(ctx, "x", start)) },
	} {
		e := entry("https://"+string(news.NewID(name)[:8])+".example/1", "one")
		w.poll(source, start, e)
		equal(w, len(w.claim("x", start, 1)), 1)
		w.must(w.SavePage(ctx, news.Page{Ref: first(e), Kind: news.PageHTML, Body: []byte("one")}, "", host(e.URL)))
		outlive(e)
		equal(w, w.poll(source, late, entry(e.URL, "two")).Changed, 1)
		w.inLine(late, first(e))
		equal(w, w.end(archived(first(e), "one", "one"))[0].Applied, true)

		item := w.item(e.ID)
		equal(w, []any{item.Revision, item.State, item.Found.Title, item.HasPage}, []any{2, news.StateDue, "two", false})
		w.inLine(late, item.Ref)
	}
	// Given back without a page, nothing of it was published.
	e := entry("https://b.example/1", "one")
	w.poll(source, start, e)
	equal(w, len(w.claim("x", start, 1)), 1)
	w.must(w.Release(ctx, "x", start))
	equal(w, w.poll(source, late, entry(e.URL, "two")).Changed, 0)
	item := w.item(e.ID)
	equal(w, []any{item.Revision, item.Found.Title, item.HasPage}, []any{1, "two", false})
	equal(w, len(w.offenders()), 0)
}

func testLine(w *world) {
	ctx := w.Context()
	entries := w.submit("a", "b", "c")
	a, b, c := first(entries[0]), first(entries[1]), first(entries[2])
	w.claim("x", start, 9)
	w.inLine(after(time.Second), a, b)
	item := w.item(a.Item)
	equal(w, []any{item.State, item.InLineAt}, []any{news.StateInLine, after(time.Second)})

	w.end(archived(c, "c", "c"), dropped(b, "not news"))
	stale := a
	stale.Revision = 2
	w.inLine(after(time.Minute), a, b, c, stale) // none of them is due
	w.must(w.Postpone(ctx, "x", c, after(time.Hour), "late", store.Slot{}))
	w.must(w.Postpone(ctx, "x", a, after(time.Hour), "late", store.Slot{}))
	equal(w, w.item(a.Item).InLineAt, after(time.Second))
	equal(w, w.item(b.Item).State, news.StateEnded)
	equal(w, w.item(c.Item).State, news.StateEnded)
	equal(w, len(w.claim("x", after(24*time.Hour), 9)), 0)

	stats, err := w.LedgerStats(ctx)
	w.must(err)
	equal(w, stats, store.LedgerStats{
		Open: map[news.State]int{news.StateInLine: 1}, Ended: map[news.Outcome]int{news.Archived: 1, news.Dropped: 1}, OldestOpen: start,
	})
}

func testReconcile(w *world) {
	ctx := w.Context()
	entries := w.submit("a", "b", "c", "d")
	refs := make([]news.Ref, len(entries))
	for i, e := range entries {
		refs[i] = first(e)
		w.inLine(after(time.Duration(i)*time.Second), refs[i])
	}
	a, b, c, d := refs[0], refs[1], refs[2], refs[3]
	since := func(before time.Time, limit int) []store.InLine {
		list, err := w.InLineSince(ctx, before, limit)
		w.must(err)
		return list
	}
	check := func(at time.Time, checked store.Checked) int {
		lost, err := w.MarkChecked(ctx, at, checked)
		w.must(err)
		return lost
	}
	equal(w, since(after(3*time.Second), 9), []store.InLine{{Ref: a, CheckedAt: start}, {Ref: b, CheckedAt: after(time.Second)}, {Ref: c, CheckedAt: after(2 * time.Second)}})
	equal(w, since(after(time.Hour), 2), []store.InLine{{Ref: a, CheckedAt: start}, {Ref: b, CheckedAt: after(time.Second)}})

	m1, m2, m3 := after(time.Minute), after(2*time.Minute), after(3*time.Minute)
	equal(w, check(m1, store.Checked{Present: []news.Ref{a}, Missing: []news.Ref{b, c}}), 0)
	equal(w, since(m1, 9), []store.InLine{
		{Ref: d, CheckedAt: after(3 * time.Second)}, {Ref: a, CheckedAt: m1}, {Ref: b, MissingSince: m1, CheckedAt: m1}, {Ref: c, MissingSince: m1, CheckedAt: m1},
	})
	equal(w, check(m2, store.Checked{Missing: []news.Ref{b}, Present: []news.Ref{c}}), 0)
	equal(w, since(m2, 9), []store.InLine{
		{Ref: d, CheckedAt: after(3 * time.Second)}, {Ref: a, CheckedAt: m1}, {Ref: b, MissingSince: m1, CheckedAt: m2}, {Ref: c, CheckedAt: m2},
	})

	// Only what is missing can be lost; what moved on is left alone.
	w.end(archived(d, "d", "d"))
	stale := b
	stale.Revision = 2
	equal(w, check(m3, store.Checked{Lost: []news.Ref{b, c, d, stale}}), 1)
	claimed := w.claim("x", m3, 9)
	equal(w, len(claimed), 1)
	equal(w, []any{claimed[0].Ref, claimed[0].DueAt, claimed[0].HasPage}, []any{b, m3, true})
	w.inLine(m3, b)
	equal(w, check(m3, store.Checked{Lost: []news.Ref{b}}), 0)
	equal(w, len(w.offenders()), 0)
}

func testAttempts(w *world) {
	ctx := w.Context()
	for _, want := range []int{1, 2, 3} {
		n, err := w.RecordStart(ctx, "cleaner", "k-1")
		w.must(err)
		equal(w, n, want)
	}
	n, err := w.RecordStart(ctx, "archiver", "k-1")
	w.must(err)
	equal(w, n, 1)
	w.must(w.ForgetStarts(ctx, "cleaner", "k-1"))
	w.must(w.ForgetStarts(ctx, "cleaner", "never there"))
	n, err = w.RecordStart(ctx, "cleaner", "k-1")
	w.must(err)
	equal(w, n, 1)

	_, err = w.RecordStart(ctx, "cleaner", "k-1")
	w.must(err)
	w.must(w.TakeBackStart(ctx, "cleaner", "k-1"))
	n, err = w.RecordStart(ctx, "cleaner", "k-1")
	w.must(err)
	equal(w, n, 2)
	for range 4 {
		w.must(w.TakeBackStart(ctx, "cleaner", "k-1"))
	}
	n, err = w.RecordStart(ctx, "cleaner", "k-1")
	w.must(err)
	equal(w, n, 1) // more were taken back than recorded
	n, err = w.RecordStart(ctx, "archiver", "k-1")
	w.must(err)
	equal(w, n, 2) // another stage's
}

// testConcurrentWrites mixes writes that fail with writes that do not: each
// gets its own answer.
func testConcurrentWrites(w *world) {
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			if i%4 == 0 {
				if err := w.PauseSource(w.Context(), news.NewID("nobody"), true); !errors.Is(err, store.ErrNotFound) {
					w.Errorf("got %v", err)
				}
				return
			}
			if n, err := w.RecordStart(w.Context(), "s", name(i)); err != nil || n != 1 {
				w.Errorf("got %d, %v", n, err)
			}
		})
	}
	wg.Wait()
	for i := range 64 {
		if n, err := w.RecordStart(w.Context(), "s", name(i)); err != nil || (n == 1) != (i%4 == 0) {
			w.Errorf("start %d: %d, %v", i, n, err)
		}
	}
}

func testSharedClaims(one, other *world) {
	source := one.feed("a.example", "P")
	var entries []store.Entry
	for i := range 60 {
		entries = append(entries, entry(fmt.Sprintf("https://h%d.example/%d", i%20, i), name(i)))
	}
	one.poll(source, start, entries...)
	claimAll(one, []store.Store{one.Store, other.Store}, 6, len(entries))
	equal(one, len(other.offenders()), 0)
}

func testSharedWrites(one, other *world) {
	ids := one.archive([]string{"خبر"}, nil)
	one.index()
	equal(one, other.titles("الخبر", store.Query{}), []string{"خبر"})
	equal(one, other.item(ids[0]).Outcome, news.Archived)
	one.must(one.Ping(one.Context()))
	one.must(other.Ping(other.Context()))
}
