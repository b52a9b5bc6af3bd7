package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// backlog is how much one publisher has waiting: much more than is claimed at once.
const backlog = 10_000

// fill gives source a backlog, in polls of a thousand.
func (w *world) fill(source news.Source, item func(i int) store.Entry) {
	w.Helper()
	entries := []store.Entry{}
	for i := range backlog {
		entries = append(entries, item(i))
		if len(entries) == 1000 {
			w.poll(source, start, entries...)
			entries = nil
		}
	}
}

// ready is an item of a source that needs no download.
func ready(url string) store.Entry {
	e := entry(url, url)
	e.Page = &news.Page{Kind: news.PageText, Body: []byte("x"), FetchedAt: start}
	return e
}

// testBacklogOfReady: a publisher with a backlog that needs no download delays
// neither the items of others that need none, nor downloads, however few items
// are claimed at once.
func testBacklogOfReady(w *world) {
	big, small, third := w.feed("big.example", "Big"), w.feed("small.example", "Small"), w.feed("third.example", "Third")
	w.fill(big, func(i int) store.Entry { return ready(fmt.Sprintf("https://big.example/%d", i)) })
	w.poll(small, after(time.Minute), ready("https://small.example/1"), ready("https://small.example/2"), ready("https://small.example/3"))
	w.poll(third, after(2*time.Minute), entry("https://third.example/1", "a download"))

	at := after(3 * time.Minute)
	hosts := func(items []news.Item) []string {
		list := make([]string, len(items))
		for i, item := range items {
			list[i] = item.Host
		}
		slices.Sort(list)
		return list
	}
	equal(w, hosts(w.claim("x", at, 3)), []string{"big.example", "small.example", "third.example"})
	equal(w, hosts(w.claim("x", at, 4)), []string{"big.example", "big.example", "small.example", "small.example"})
	equal(w, len(w.claim("x", at, 500)), 500)

	// One at a time, the newest of a publisher that has just come comes next.
	w.poll(small, at, ready("https://small.example/4"))
	equal(w, urls(w.claim("x", at, 1)), []string{"https://small.example/4"})
	w.poll(third, at, entry("https://elsewhere.example/2", "a download"))
	equal(w, urls(w.claim("x", at, 1)), []string{"https://elsewhere.example/2"})
	w.poll(small, at, ready("https://small.example/5"))
	got := append(urls(w.claim("x", at, 1)), urls(w.claim("x", at, 1))...)
	if !slices.Contains(got, "https://small.example/5") {
		w.Errorf("claimed one by one: %v", got)
	}
}

// testBacklogOfDownloads: a host with a backlog delays no other.
func testBacklogOfDownloads(w *world) {
	big, small := w.feed("big.example", "Big"), w.feed("small.example", "Small")
	w.fill(big, func(i int) store.Entry { return entry(fmt.Sprintf("https://big.example/%d", i), "x") })
	w.poll(small, after(time.Minute), entry("https://small.example/1", "x"), ready("https://small.example/2"))
	got := urls(w.claim("x", after(2*time.Minute), 3))
	slices.Sort(got)
	equal(w, got, []string{"https://big.example/0", "https://small.example/1", "https://small.example/2"})
}

// testPollsFirst: a host whose items never end is polled all the same, but its
// items do not wait for ever for a poll that nobody makes.
func testPollsFirst(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	w.poll(source, start, entry("https://a.example/1", "x"), entry("https://a.example/2", "x"), entry("https://b.example/1", "x"))
	due := after(time.Hour) // of the next poll
	equal(w, urls(w.claim("x", due.Add(-time.Second), 1)), []string{"https://a.example/1"})
	w.must(w.Release(ctx, "x", start))
	equal(w, urls(w.claim("x", due, 9)), []string{"https://b.example/1"})
	equal(w, urls(w.claim("x", due.Add(2*time.Second), 9)), []string{})
	equal(w, urls(w.claim("x", due.Add(3*time.Second), 1)), []string{"https://a.example/1"})
	w.must(w.Release(ctx, "x", start))
	sources, err := w.ClaimSources(ctx, store.Claim{Now: due.Add(2 * time.Second), Owner: "p", Lease: time.Hour, Limit: 9})
	w.must(err)
	equal(w, len(sources), 1)
	w.must(w.Release(ctx, "p", start))
	equal(w, urls(w.claim("x", due.Add(2*time.Second), 1)), []string{"https://a.example/1"}) // their turn
	w.must(w.Release(ctx, "x", start))

	w.must(w.PauseSource(ctx, source.ID, true))
	equal(w, len(w.claim("x", due.Add(time.Second), 9)), 2) // a paused source takes no turn
}

// testTakingTurns: of a host with more due sources and more items than it has
// time for, both go on, whoever claims first.
func testTakingTurns(w *world) {
	var sources []news.Source
	for i := range 40 {
		sources = append(sources, w.feed(fmt.Sprintf("feeds%d.a.example", i), "P"))
	}
	for i := range 40 {
		w.poll(sources[0], start, entry(fmt.Sprintf("https://a.example/%d", i), "x"))
	}
	polls, downloads, at := 0, 0, after(time.Hour)
	turn := func(claimed func() bool) bool {
		at = at.Add(time.Second)
		return claimed()
	}
	poll := func() bool {
		claimed, err := w.ClaimSources(w.Context(), store.Claim{Now: at, Owner: "x", Lease: time.Minute, Limit: 9})
		w.must(err)
		for _, source := range claimed {
			polls++
			_, err := w.RecordPoll(w.Context(), store.PollResult{Source: source.ID, Owner: "x", Poll: news.Poll{At: at},
				NextPoll: at.Add(15 * time.Second), Slot: store.Slot{Host: "a.example", FreeAt: at.Add(time.Second)}})
			w.must(err)
		}
		return len(claimed) > 0
	}
	download := func() bool {
		claimed := w.claim("x", at, 9)
		for _, item := range claimed {
			downloads++
			w.must(w.SavePage(w.Context(), news.Page{Ref: item.Ref}, "", store.Slot{Host: "a.example", FreeAt: at.Add(time.Second)}))
		}
		return len(claimed) > 0
	}
	for range 10 { // polls ask first
		_ = turn(poll) || download()
	}
	equal(w, []int{polls, downloads}, []int{5, 5})
	for range 10 { // items do
		_ = turn(download) || poll()
	}
	equal(w, []int{polls, downloads}, []int{10, 10})
	// While nothing is polled, downloads go on, and the other way round.
	for range 12 {
		turn(download)
	}
	equal(w, downloads, 13)
	for range 12 {
		turn(poll)
	}
	equal(w, polls, 13)
}

// testRelease: what a killed process was about is free only after the delay.
func testRelease(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	w.poll(source, start, entry("https://a.example/1", "x"), entry("https://b.example/1", "x"))
	w.must(w.SavePage(ctx, news.Page{Ref: first(entry("https://b.example/1", ""))}, "", store.Slot{Host: "b.example", FreeAt: after(time.Hour)}))
	w.poll(source, start, entry("https://b.example/2", "x"))
	equal(w, len(w.claim("x", after(time.Minute), 9)), 2)
	w.must(w.Release(ctx, "x", after(2*time.Minute)))
	w.must(w.Release(ctx, "x", after(3*time.Minute))) // holds nothing any more
	equal(w, urls(w.claim("y", after(2*time.Minute-time.Second), 9)), []string{"https://b.example/1"})
	equal(w, urls(w.claim("y", after(2*time.Minute), 9)), []string{"https://a.example/1"})
	// Who does not hold the slot does not free it.
	w.poll(source, after(2*time.Minute), entry("https://a.example/2", "x"))
	w.must(w.SavePage(ctx, news.Page{Ref: first(entry("https://b.example/1", ""))}, "", store.Slot{Host: "a.example", FreeAt: start}))
	equal(w, urls(w.claim("y", after(2*time.Minute+time.Second), 9)), []string{})
	equal(w, urls(w.claim("y", after(59*time.Minute), 9)), []string{"https://b.example/1", "https://a.example/2"})
}

// testClockSetBack: a process whose clock goes back an hour goes on at once.
func testClockSetBack(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	ahead := after(time.Hour) // what the clock says before it is set right
	w.poll(source, ahead, entry("https://a.example/1", "x"), entry("https://a.example/2", "x"), entry("https://b.example/1", "x"), entry("https://c.example/1", "x"))
	claimed := w.claim("x", ahead, 9)
	equal(w, len(claimed), 3)
	w.must(w.Postpone(ctx, "x", claimed[1].Ref, ahead.Add(5*time.Minute), "timeout", store.Slot{Host: "b.example", FreeAt: ahead.Add(2 * time.Second)}))
	w.must(w.SavePage(ctx, news.Page{Ref: claimed[2].Ref}, "", store.Slot{Host: "c.example", FreeAt: ahead.Add(2 * time.Second)}))
	w.inLine(ahead, claimed[2].Ref)

	// Some seconds are no step: nothing is moved.
	equal(w, len(w.claim("x", ahead.Add(-50*time.Second), 9)), 0)
	equal(w, w.item(claimed[1].Item).DueAt, ahead.Add(5*time.Minute))
	// Another process, whose clock was never wrong, is no sign of a step either.
	equal(w, len(w.claim("y", start, 9)), 0)
	equal(w, w.item(claimed[1].Item).DueAt, ahead.Add(5*time.Minute))

	// One claim that is behind came late: its process was frozen, and another claim of it overtook it.
	equal(w, len(w.claim("x", start, 9)), 0)
	equal(w, len(w.claim("x", ahead, 9)), 0)
	equal(w, len(w.claim("x", start, 9)), 0)
	equal(w, w.item(claimed[1].Item).DueAt, ahead.Add(5*time.Minute))

	for range 2 { // it is moved once
		equal(w, len(w.claim("x", start, 9)), 0)
		equal(w, w.item(claimed[1].Item).DueAt, after(5*time.Minute))
		equal(w, w.item(claimed[2].Item).InLineAt, start)
		got, err := w.Source(ctx, source.ID)
		w.must(err)
		equal(w, got.NextPoll, after(time.Hour))
	}
	// The lease of a minute runs out a minute from now, the delays end, and the postponed item is due.
	equal(w, urls(w.claim("x", after(time.Minute), 9)), []string{"https://a.example/2"})
	equal(w, urls(w.claim("x", after(5*time.Minute), 9)), []string{"https://a.example/1", "https://b.example/1"})
	sources, err := w.ClaimSources(ctx, store.Claim{Now: after(2 * time.Hour), Owner: "x", Lease: time.Minute, Limit: 9})
	w.must(err)
	equal(w, len(sources), 1)
	// Polls notice it too.
	w.must(w.PauseSource(ctx, source.ID, false))
	_, err = w.RecordPoll(ctx, store.PollResult{Source: source.ID, Owner: "x", Poll: news.Poll{At: after(2 * time.Hour)}, NextPoll: after(3 * time.Hour),
		Slot: store.Slot{Host: "a.example", FreeAt: after(3 * time.Hour)}})
	w.must(err)
	for range 2 {
		_, err = w.ClaimSources(ctx, store.Claim{Now: start, Owner: "x", Lease: time.Minute, Limit: 9})
		w.must(err)
	}
	// An hour from now, and then an item's turn is over.
	sources, err = w.ClaimSources(ctx, store.Claim{Now: after(time.Hour + 3*time.Second), Owner: "x", Lease: time.Minute, Limit: 9})
	w.must(err)
	equal(w, len(sources), 1)
	equal(w, len(w.offenders()), 0)
}

// testClocksDiffer: a process whose clock is set back moves what it holds and
// what nobody holds, and this once for all whose clock it is.
func testClocksDiffer(w *world) {
	source := w.feed("a.example", "P")
	ahead := after(time.Hour)
	for _, owner := range []string{"x", "y"} {
		e := entry("https://"+owner+".example/1", "x")
		w.poll(source, ahead, e)
		equal(w, urls(w.claim(owner, ahead, 9)), []string{e.URL})
	}
	free := entry("https://free.example/1", "x")
	w.poll(source, ahead, free)
	equal(w, urls(w.claim("z", ahead, 9)), []string{free.URL})
	w.must(w.Postpone(w.Context(), "z", first(free), ahead.Add(2*time.Hour), "dns", store.Slot{}))
	leased := func(owner string) time.Time {
		d, err := w.ItemDetail(w.Context(), entry("https://"+owner+".example/1", "").ID)
		w.must(err)
		return d.LeasedUntil
	}
	back := func(owner string) {
		for range 2 {
			w.claim(owner, start, 9)
		}
	}
	back("x")
	equal(w, []any{leased("x"), leased("y")}, []any{after(time.Minute), ahead.Add(time.Minute)})
	equal(w, w.item(free.ID).DueAt, after(2*time.Hour))
	back("y") // it was the same clock: what is free has gone back already
	equal(w, []any{leased("x"), leased("y")}, []any{after(time.Minute), after(time.Minute)})
	equal(w, w.item(free.ID).DueAt, after(2*time.Hour))

	// Marks of processes that are gone are forgotten: nothing to go back by is left.
	equal(w, w.pruned(store.Cutoffs{Clocks: after(time.Second)}), map[store.PrunedTable]int{store.PrunedClocks: 2})
	w.claim("z", after(time.Hour), 1)
	back("x")
	equal(w, w.item(free.ID).DueAt, after(2*time.Hour))
}

// testLeaseOfTheFuture: a lease taken by a clock that was set back is taken
// over, once it is clear that nobody renews it.
func testLeaseOfTheFuture(w *world) {
	ahead := after(time.Hour)
	old, err := w.AcquireLease(w.Context(), "d", "a", ahead, time.Minute)
	w.must(err)
	lost := func(what string, at time.Time) {
		w.Helper()
		if _, err := w.AcquireLease(w.Context(), "d", "b", at, time.Minute); !errors.Is(err, store.ErrLeaseLost) {
			w.Errorf("%s: %v", what, err)
		}
	}
	for d := time.Duration(0); d < 5*time.Minute; d += 15 * time.Second { // the clocks differ by an hour, and a lives
		again, err := w.AcquireLease(w.Context(), "d", "a", ahead.Add(d), time.Minute)
		w.must(err)
		equal(w, again, old)
		lost("a lease that is renewed", after(d))
	}
	_, err = w.AcquireLease(w.Context(), "d", "a", ahead.Add(6*time.Minute), time.Minute)
	w.must(err)
	lost("renewed since it was seen", after(6*time.Minute))
	lost("seen for less than its length", after(7*time.Minute-time.Second))
	taken, err := w.AcquireLease(w.Context(), "d", "b", after(7*time.Minute), time.Minute)
	w.must(err)
	if taken.Epoch <= old.Epoch {
		w.Errorf("epoch %d after %d", taken.Epoch, old.Epoch)
	}
	if err := w.Decide(w.Context(), old, func(store.DecisionTx) error { return nil }); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("deciding under it: %v", err)
	}
	if _, err := w.AcquireLease(w.Context(), "d", "c", after(6*time.Minute), time.Minute); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("a lease of a clock that differs by its own length: %v", err)
	}
}

// testSharedSlots: slots are the store's, whichever process took them, and
// whether or not it is still there.
func testSharedSlots(one, other *world) {
	source := one.feed("p.example", "P")
	one.poll(source, start, entry("https://a.example/1", "x"), entry("https://a.example/2", "x"), entry("https://b.example/1", "x"), entry("https://b.example/2", "x"))
	claimed := one.claim("one", start, 9)
	equal(one, len(claimed), 2)
	one.must(one.SavePage(one.Context(), news.Page{Ref: claimed[0].Ref}, "", store.Slot{Host: "a.example", FreeAt: after(10 * time.Second)}))
	one.inLine(start, claimed[0].Ref)
	one.must(one.Close())
	equal(other, urls(other.claim("other", after(9*time.Second), 9)), []string{})
	equal(other, urls(other.claim("other", after(10*time.Second), 9)), []string{"https://a.example/2"})
	other.must(other.Release(other.Context(), "one", after(30*time.Second))) // it was killed, and is back
	equal(other, urls(other.claim("one", after(29*time.Second), 9)), []string{})
	equal(other, urls(other.claim("one", after(30*time.Second), 9)), []string{"https://b.example/1"})
}
