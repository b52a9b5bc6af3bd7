package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

func testSources(w *world) {
	has := func() bool {
		has, err := w.HasFeeds(w.Context())
		w.must(err)
		return has
	}
	equal(w, has(), false)
	defer func() { equal(w, has(), true) }() // one that was removed counts
	ctx := w.Context()
	b := w.feed("b.example", "Beta")
	a2 := w.feed("z.example", "Alpha")
	a1 := w.feed("a.example", "Alpha")
	got, err := w.Source(ctx, a1.ID)
	w.must(err)
	equal(w, got, a1)
	list, err := w.Sources(ctx)
	w.must(err)
	equal(w, list, []news.Source{a1, a2, b})

	added, err := w.AddSources(ctx, a1, b)
	w.must(err)
	equal(w, added, []bool{false, false})
	w.must(w.PauseSource(ctx, a1.ID, true))
	if got, _ := w.Source(ctx, a1.ID); !got.Paused {
		w.Error("not paused")
	}

	w.poll(a2, after(time.Minute), entry("https://z.example/1", "one"))
	w.must(w.RemoveSource(ctx, a2.ID))
	for what, err := range map[string]error{
		"unknown":       second(w.Source(ctx, news.NewID("nobody"))),
		"change gone":   w.ChangeSource(ctx, a2),
		"remove again":  w.RemoveSource(ctx, a2.ID),
		"pause removed": w.PauseSource(ctx, a2.ID, true),
		"pause unknown": w.PauseSource(ctx, news.NewID("nobody"), true),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			w.Errorf("%s: %v", what, err)
		}
	}
	if list, _ := w.Sources(ctx); len(list) != 2 {
		w.Errorf("%d sources are listed after a removal", len(list))
	}
	hidden, err := w.Source(ctx, a2.ID)
	w.must(err)
	equal(w, hidden.Counts, news.Counts{Found: 1, Open: 1})
	w.must(second(w.AddSources(ctx, a2)))
	back, err := w.Source(ctx, a2.ID)
	w.must(err)
	if back.Counts != (news.Counts{Found: 1, Open: 1}) || !back.LastPoll.Equal(after(time.Minute)) {
		w.Errorf("it came back without its history: %+v", back)
	}
}

func second[T any](_ T, err error) error { return err }

func testSourceClaims(w *world) {
	ctx := w.Context()
	late, early := w.feed("late.example", "P"), w.feed("early.example", "P")
	same := w.feed("www.early.example", "P") // the same registrable domain
	paused, removed := w.feed("paused.example", "P"), w.feed("removed.example", "P")
	w.must(w.PauseSource(ctx, paused.ID, true))
	w.must(w.RemoveSource(ctx, removed.ID))
	w.submit("the manual source is never due")
	for source, due := range map[*news.Source]time.Duration{&late: 2 * time.Minute, &early: 0, &same: time.Minute} {
		_, err := w.RecordPoll(ctx, store.PollResult{Source: source.ID, Poll: news.Poll{At: start}, NextPoll: after(due)})
		w.must(err)
	}
	claim := func(owner string, at time.Time, limit int) []string {
		sources, err := w.ClaimSources(ctx, store.Claim{Now: at, Owner: owner, Lease: time.Minute, Limit: limit})
		w.must(err)
		names := make([]string, len(sources))
		for i, s := range sources {
			names[i] = s.Name
		}
		return names
	}
	at := after(10 * time.Minute)
	equal(w, claim("a", at, 1), []string{"early.example"})
	equal(w, claim("b", at, 9), []string{"late.example"})
	equal(w, claim("b", at, 9), []string{})
	_, err := w.RecordPoll(ctx, store.PollResult{Source: early.ID, Owner: "a", Poll: news.Poll{At: at}, NextPoll: after(time.Hour),
		Slot: store.Slot{Host: "early.example", FreeAt: at.Add(5 * time.Second)}})
	w.must(err)
	equal(w, claim("b", at.Add(4*time.Second), 9), []string{})
	equal(w, claim("b", at.Add(5*time.Second), 9), []string{"www.early.example"})
	equal(w, claim("c", at.Add(time.Minute), 9), []string{"late.example"}) // its lease ran out
	_, err = w.RecordPoll(ctx, store.PollResult{Source: late.ID, Owner: "b", Poll: news.Poll{At: at}})
	if !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("recording under a lease that is lost: %v", err)
	}
	w.must(w.Release(ctx, "c", start))
	equal(w, claim("d", at.Add(time.Minute), 9), []string{"late.example"})
}

func testPolls(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	validators := news.Validators{ETag: `W/"x"`, LastModified: "Wed, 28 Jan 2026 09:30:00 GMT", BodyHash: "h"}
	record := func(i int, p news.Poll, items ...store.Entry) news.Poll {
		p.At = after(time.Duration(i) * time.Minute)
		got, err := w.RecordPoll(ctx, store.PollResult{Source: source.ID, Poll: p, Validators: validators, NextPoll: p.At.Add(time.Hour), Items: items})
		w.must(err)
		return got
	}
	for i := range 28 {
		record(i, news.Poll{})
	}
	one := entry("https://a.example/1", "one")
	equal(w, record(28, news.Poll{Took: 1234567, Entries: 1}, one), news.Poll{
		At: after(28 * time.Minute), Took: 1234567, Outcome: news.PollNew, Entries: 1, New: 1,
	})
	equal(w, record(29, news.Poll{Entries: 1}, one).Outcome, news.PollUnchanged)
	record(30, news.Poll{Outcome: news.PollNotModified})
	kept := validators
	validators = news.Validators{}
	record(31, news.Poll{Outcome: news.PollError, Reason: "timeout"})
	failed := record(32, news.Poll{Outcome: news.PollError, Reason: "dns"})

	polls, err := w.Polls(ctx, source.ID)
	w.must(err)
	if len(polls) != 30 {
		w.Errorf("%d polls are kept", len(polls))
	}
	if !slices.IsSortedFunc(polls, func(a, b news.Poll) int { return b.At.Compare(a.At) }) {
		w.Error("polls are not newest first")
	}
	equal(w, polls[0], failed)
	got, err := w.Source(ctx, source.ID)
	w.must(err)
	want := source
	want.LastPoll, want.NextPoll, want.LastNew = failed.At, failed.At.Add(time.Hour), after(28*time.Minute)
	want.Failures, want.Reason, want.Validators, want.Counts = 2, "dns", kept, news.Counts{Found: 1, Open: 1}
	equal(w, got, want)
	record(33, news.Poll{})
	if got, _ = w.Source(ctx, source.ID); got.Failures != 0 || got.Reason != "" || got.Validators != validators {
		w.Errorf("after a success: %+v", got)
	}
	_, err = w.RecordPoll(ctx, store.PollResult{Source: news.NewID("nobody")})
	if !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a poll of nobody: %v", err)
	}
}

// testRecordPoll shows one item through the changes of its entry.
func testRecordPoll(w *world) {
	a, b := w.feed("a.example", "P"), w.feed("b.example", "P")
	say := func(title string) store.Entry { return entry("https://a.example/1", title) }
	id := say("").ID
	step := func(name string, source news.Source, at time.Duration, title string, wantNew, wantChanged, wantRevision int) {
		w.Run(name, func(t *testing.T) {
			poll := newWorld(t, w.Store).poll(source, after(at), say(title))
			equal(t, []int{poll.New, poll.Changed}, []int{wantNew, wantChanged})
			item := newWorld(t, w.Store).item(id)
			equal(t, item.Revision, wantRevision)
		})
	}
	step("new", a, 0, "one", 1, 0, 1)
	item := w.item(id)
	equal(w, item, news.Item{
		Ref: news.Ref{Item: id, Revision: 1}, Source: a.ID, Publisher: a.Publisher.ID, URL: "https://a.example/1",
		Host: "a.example", Found: say("one").Found, State: news.StateDue, FoundAt: start, DueAt: start,
	})
	step("unchanged", a, 1, "one", 0, 0, 1)
	step("due: replaced", a, 2, "two", 0, 0, 1)
	equal(w, w.item(id).Found, say("two").Found)

	w.claim("x", after(time.Minute), 1)
	step("leased: revised", a, time.Minute+time.Second, "three", 0, 1, 2)
	step("another finder's words", b, 2*time.Minute, "other", 0, 0, 2)
	equal(w, w.item(id).Found, say("three").Found)

	ref := news.Ref{Item: id, Revision: 2}
	w.must(w.SavePage(w.Context(), news.Page{Ref: ref, Kind: news.PageHTML, Body: []byte("x")}, "", host("https://a.example/")))
	w.inLine(after(3*time.Minute), ref)
	step("in line: revised", a, 4*time.Minute, "four", 0, 1, 3)
	equal(w, w.item(id).HasPage, false)
	w.end(dropped(news.Ref{Item: id, Revision: 3}, "not news"))
	step("ended: unchanged", a, 5*time.Minute, "four", 0, 0, 3)
	step("ended: another finder", b, 6*time.Minute, "other", 0, 0, 3)
	step("ended: revised", a, 7*time.Minute, "five", 0, 1, 4)
	item = w.item(id)
	equal(w, item, news.Item{
		Ref: news.Ref{Item: id, Revision: 4}, Source: a.ID, Publisher: a.Publisher.ID, URL: "https://a.example/1",
		Host: "a.example", Found: say("five").Found, State: news.StateDue, FoundAt: after(7 * time.Minute), DueAt: after(7 * time.Minute),
	})
	twice := w.poll(a, after(8*time.Minute), entry("https://a.example/2", "x"), entry("https://a.example/2", "y"))
	equal(w, twice.New, 1)
	equal(w, w.item(entry("https://a.example/2", "").ID).Found.Title, "x")
	equal(w, len(w.offenders()), 0)
}
