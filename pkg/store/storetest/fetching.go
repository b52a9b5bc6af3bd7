package storetest

import (
	"errors"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// testLearned: what a poll teaches is asked for with the entries that were new,
// and kept.
func testLearned(w *world) {
	source := w.feed("a.example", "P")
	old, fresh := entry("https://a.example/1", "one"), entry("https://a.example/2", "two")
	w.poll(source, start, old)
	other := w.feed("b.example", "P")
	theirs := entry("https://a.example/3", "three")
	w.poll(other, start, theirs)
	var asked []string
	quiet := after(48 * time.Hour)
	_, err := w.RecordPoll(w.Context(), store.PollResult{
		Source: source.ID, Poll: news.Poll{At: after(time.Minute), Status: 200, Bytes: 1234, Repairs: []string{"charset"}},
		Items: []store.Entry{fresh, old, theirs}, GUIDs: []byte{1, 2}, NextPoll: start,
		Learn: func(fresh []store.Entry) store.Learned {
			asked = nil
			for _, e := range fresh {
				asked = append(asked, e.URL)
			}
			return store.Learned{NextPoll: after(time.Hour), Habit: []byte{3, 4}, QuietAt: quiet, Volume: news.VolumeMore}
		},
	})
	w.must(err)
	equal(w, asked, []string{fresh.URL, theirs.URL})
	got, err := w.Source(w.Context(), source.ID)
	w.must(err)
	equal(w, []any{got.NextPoll, got.QuietAt, got.Habit, got.GUIDs, got.Volume},
		[]any{after(time.Hour), quiet, []byte{3, 4}, []byte{1, 2}, news.VolumeMore})
	polls, err := w.Polls(w.Context(), source.ID)
	w.must(err)
	equal(w, polls[0], news.Poll{At: after(time.Minute), Outcome: news.PollNew, New: 1, Status: 200, Bytes: 1234, Repairs: []string{"charset"}})

	w.poll(source, after(2*time.Minute)) // teaches nothing
	got, err = w.Source(w.Context(), source.ID)
	w.must(err)
	equal(w, []any{got.QuietAt, got.Habit, got.GUIDs, got.Volume}, []any{quiet, []byte{3, 4}, []byte{1, 2}, news.VolumeMore})
}

// testQuota: items beyond a quota are in the ledger, and say why they go no further.
func testQuota(w *world) {
	source := w.feed("a.example", "P")
	source.Options.Quota = 3
	w.must(w.ChangeSource(w.Context(), source))
	reasons := func(entries []store.Entry) (out []string) {
		for _, e := range entries {
			out = append(out, w.item(e.ID).Reason)
		}
		return out
	}
	list := func(from, to int) (entries []store.Entry) {
		for i := from; i < to; i++ {
			entries = append(entries, entry("https://a.example/"+name(i), name(i)))
		}
		return entries
	}
	w.poll(source, start, list(0, 2)...)
	w.poll(source, after(time.Hour), list(0, 4)...)
	equal(w, reasons(list(0, 4)), []string{"", "", "", store.ReasonQuota})
	w.poll(source, after(23*time.Hour), list(4, 5)...)
	w.poll(source, after(24*time.Hour), list(5, 6)...)
	equal(w, reasons(list(4, 6)), []string{store.ReasonQuota, ""})
}

// testBeyondQuota: what one source may not bring stays dropped when its words
// change, and goes on when another brings it.
func testBeyondQuota(w *world) {
	full, other := w.feed("a.example", "P"), w.feed("b.example", "Q")
	full.Options.Quota, other.Options.Quota = 1, 2
	w.must(w.ChangeSource(w.Context(), full))
	w.must(w.ChangeSource(w.Context(), other))
	list := func(words string) (entries []store.Entry) {
		for i := range 5 {
			entries = append(entries, entry("https://a.example/"+name(i), words))
		}
		return entries
	}
	w.poll(full, start, list("first")...)
	drop := func(e store.Entry, revision int) {
		ref := news.Ref{Item: e.ID, Revision: revision}
		w.inLine(start, ref)
		w.end(dropped(ref, store.ReasonQuota))
	}
	for _, e := range list("")[1:4] {
		drop(e, 1)
	}
	equal(w, w.poll(full, after(time.Minute), list("second")...).Changed, 0)
	for i, e := range list("")[1:] {
		item := w.item(e.ID)
		equal(w, []any{item.Revision, item.Reason}, []any{1, store.ReasonQuota})
		equal(w, item.State == news.StateDue, i == 3)
	}

	equal(w, w.poll(other, after(2*time.Minute), list("theirs")[1:4]...).New, 2)
	for i, e := range list("")[1:4] {
		item := w.item(e.ID)
		if i == 2 { // beyond the quota of the other, too
			equal(w, []any{item.Source, item.State, item.Reason}, []any{full.ID, news.StateEnded, store.ReasonQuota})
			continue
		}
		equal(w, []any{item.Source, item.Publisher, item.State, item.Reason, item.Found.Title, item.Revision},
			[]any{other.ID, other.Publisher.ID, news.StateDue, "", "theirs", 2})
	}
	w.end(dropped(first(list("")[1]), store.ReasonQuota)) // came late
	equal(w, w.item(list("")[1].ID).State, news.StateDue)
	w.poll(full, after(3*time.Minute), list("third")...) // it is no longer theirs to change
	equal(w, w.item(list("")[1].ID).Found.Title, "theirs")
	got, err := w.Source(w.Context(), other.ID)
	w.must(err)
	equal(w, got.Counts, news.Counts{Found: 2, Open: 2})

	submitted, err := w.Submit(w.Context(), after(4*time.Minute), list("by hand")[3:])
	w.must(err)
	for _, s := range submitted {
		equal(w, []any{s.Added, s.Item.Source, s.Item.State, s.Item.Reason}, []any{true, news.ManualSource, news.StateDue, ""})
	}
	equal(w, len(w.offenders()), 0)
}

// testFormerIDs: items of before IDs went by the identity of addresses are known
// still, and what was taken down stays so.
func testFormerIDs(w *world) {
	source := w.feed("a.example", "P")
	before := func(i int) store.Entry { return entry("https://www.a.example/"+name(i), "before") }
	now := func(i int) store.Entry {
		e := before(i)
		e.ID = news.ItemID(weburl.IdentityOf(e.URL), "", "")
		return e
	}
	w.poll(source, start, before(0), before(1), before(2))
	w.end(archived(first(before(0)), "title", "text"), archived(first(before(1)), "other", "texts"))
	_, err := w.RemoveArticle(w.Context(), before(0).ID, after(time.Minute))
	w.must(err)

	changed := now(1)
	changed.Found.Title = "after"
	removed := now(0)
	removed.Found.Title = "after"
	poll := w.poll(source, after(2*time.Minute), removed, changed, now(2), now(3))
	equal(w, []int{poll.New, poll.Changed}, []int{1, 1})
	equal(w, []any{w.item(before(0).ID).Reason, w.item(before(1).ID).Revision, w.item(before(2).ID).Revision}, []any{store.ReasonRemoved, 2, 1})
	for i := range 3 {
		if _, err := w.Item(w.Context(), now(i).ID); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("%s was found anew: %v", now(i).URL, err)
		}
	}
	submitted, err := w.Submit(w.Context(), after(3*time.Minute), []store.Entry{now(0), now(3), now(4)})
	w.must(err)
	equal(w, []any{submitted[0].Item.Item, submitted[0].Added, submitted[1].Item.Item, submitted[1].Added, submitted[2].Item.Item, submitted[2].Added},
		[]any{before(0).ID, false, now(3).ID, false, now(4).ID, true})

	// An ID that is not of the address alone has no older one.
	shared := before(2)
	shared.ID = news.NewID("several entries of one address")
	equal(w, w.poll(source, after(4*time.Minute), shared).New, 1)
	equal(w, len(w.offenders()), 0)
}

func testMovedSources(w *world) {
	ctx := w.Context()
	a, b := w.feed("a.example", "P"), w.feed("b.example", "P")
	move := func(source news.Source, at time.Duration, to string) news.Source {
		_, err := w.RecordPoll(ctx, store.PollResult{Source: source.ID, Poll: news.Poll{At: after(at)}, NextPoll: after(at), MovedTo: to})
		w.must(err)
		got, err := w.Source(ctx, source.ID)
		w.must(err)
		return got
	}
	moved := move(a, time.Minute, "https://c.example/feed")
	equal(w, moved.URL, "https://c.example/feed")
	move(a, 2*time.Minute, "https://d.example/feed")
	moves, err := w.Moves(ctx, a.ID)
	w.must(err)
	equal(w, moves, []news.Move{
		{At: after(2 * time.Minute), From: "https://c.example/feed", To: "https://d.example/feed"},
		{At: after(time.Minute), From: a.URL, To: "https://c.example/feed"},
	})
	onto := move(b, 3*time.Minute, "https://d.example/feed")
	equal(w, []any{onto.URL, onto.Paused, onto.Notice}, []any{b.URL, true, news.NoticeWatched})
	moves, err = w.Moves(ctx, b.ID)
	w.must(err)
	equal(w, moves, []news.Move{{At: after(3 * time.Minute), From: b.URL, To: "https://d.example/feed"}}) // where it would be

	again := a
	again.URL = "https://d.example/feed"
	again.ID = news.NewSourceID(again.URL)
	added, err := w.AddSources(ctx, again)
	w.must(err)
	equal(w, added, []bool{false}) // it is read there already

	claimed, err := w.ClaimSources(ctx, store.Claim{Now: after(time.Hour), Owner: "x", Lease: time.Minute, Limit: 9})
	w.must(err)
	if len(claimed) != 1 || claimed[0].ID != a.ID {
		w.Errorf("claimed %+v", claimed)
	}
	free, err := w.TakeSlot(ctx, store.Claim{Now: after(time.Hour), Owner: "y", Lease: time.Minute}, "d.example", b.ID)
	w.must(err)
	if free.IsZero() {
		w.Error("the slot of the host it moved to was not taken")
	}

	_, err = w.RecordPoll(ctx, store.PollResult{Source: a.ID, Owner: "x", Poll: news.Poll{At: after(time.Hour), Outcome: news.PollError, Reason: "gone"}, Stop: news.NoticeGone})
	w.must(err)
	got, err := w.Source(ctx, a.ID)
	w.must(err)
	equal(w, []any{got.Paused, got.Notice}, []any{true, news.NoticeGone})
	w.must(w.PauseSource(ctx, a.ID, false))
	got, err = w.Source(ctx, a.ID)
	w.must(err)
	equal(w, []any{got.Paused, got.Notice}, []any{false, news.Notice("")})
}

func testChangedSources(w *world) {
	source := w.feed("a.example", "P")
	source.Publisher, source.Name, source.Lang, source.Country = news.NewPublisher("Q"), "renamed", "fr", "FR"
	source.Tags, source.PollEvery = []string{"t"}, time.Hour
	source.Options = news.Options{
		Headers: map[string]string{"X-Key": "secret"}, Cookies: "c=1", FullContent: true, Keep: []string{"article"},
		SecondLooks: []string{"1h"}, Quota: 7,
	}
	w.must(w.ChangeSource(w.Context(), source))
	got, err := w.Source(w.Context(), source.ID)
	w.must(err)
	equal(w, got, source)
}

func testTakeSlot(w *world) {
	ctx := w.Context()
	one, two := news.NewID("one"), news.NewID("two")
	take := func(owner string, holder news.ID, at time.Duration) time.Time {
		free, err := w.TakeSlot(ctx, store.Claim{Now: after(at), Owner: owner, Lease: time.Minute}, "h.example", holder)
		w.must(err)
		return free
	}
	equal(w, take("a", one, 0), time.Time{})
	equal(w, take("a", one, time.Second), time.Time{}) // it has it
	equal(w, take("b", two, 2*time.Second), after(time.Minute+time.Second))
	w.must(w.GiveUpSlot(ctx, two, store.Slot{Host: "h.example", FreeAt: after(3 * time.Second)})) // not theirs
	equal(w, take("b", two, 4*time.Second), after(time.Minute+time.Second))
	w.must(w.GiveUpSlot(ctx, one, store.Slot{Host: "h.example", FreeAt: after(10 * time.Second)}))
	equal(w, take("b", two, 9*time.Second), after(10*time.Second))
	equal(w, take("b", two, 10*time.Second), time.Time{})
	equal(w, take("a", one, 2*time.Minute), time.Time{}) // its lease ran out
	w.must(w.Release(ctx, "a", after(3*time.Minute)))
	equal(w, take("b", two, 3*time.Minute), time.Time{})
}

func testLooks(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	e := entry("https://a.example/1", "one")
	w.poll(source, start, e)
	begin := func(at time.Duration, want int) {
		w.Helper()
		n, err := w.StartLooks(ctx, after(at), 10)
		w.must(err)
		equal(w, n, want)
	}
	look := func(at time.Duration) news.Item {
		w.Helper()
		items := w.claim("x", after(at), 9)
		if len(items) != 1 || !items[0].Looking || items[0].HasPage {
			w.Fatalf("claimed %+v", items)
		}
		return items[0]
	}
	w.claim("x", start, 1)
	w.must(w.SavePage(ctx, news.Page{Ref: first(e), Kind: news.PageHTML, Body: []byte("page"), Validators: news.Validators{ETag: `"1"`}}, "", host(e.URL)))
	w.must(w.ScheduleLook(ctx, e.ID, after(time.Hour)))
	w.inLine(start, first(e))
	begin(2*time.Hour, 0) // it is in line yet
	w.end(archived(first(e), "one", "text"))
	begin(30*time.Minute, 0)
	begin(2*time.Hour, 1)
	begin(2*time.Hour, 0)
	equal(w, len(w.offenders()), 0)

	item := look(2 * time.Hour)
	equal(w, []any{item.Ref, item.Looks, item.FoundAt}, []any{first(e), 1, start})
	w.must(w.EndLook(ctx, "y", first(e), store.Slot{})) // not theirs
	equal(w, w.item(e.ID).State, news.StateDue)
	w.must(w.EndLook(ctx, "x", first(e), host(e.URL)))
	item = w.item(e.ID)
	equal(w, []any{item.Ref, item.State, item.Outcome, item.HasPage, item.Looking}, []any{first(e), news.StateEnded, news.Archived, true, false})
	equal(w, len(w.offenders()), 0)

	w.must(w.ScheduleLook(ctx, e.ID, after(3*time.Hour)))
	begin(3*time.Hour, 1)
	item = look(3 * time.Hour)
	page := news.Page{Ref: item.Ref, Kind: news.PageHTML, Body: []byte("changed"), FetchedAt: after(3 * time.Hour), Found: item.Found}
	if _, err := w.SaveLook(ctx, "y", page, store.Slot{}); !errors.Is(err, store.ErrLeaseLost) {
		w.Errorf("another's look: %v", err)
	}
	ref, err := w.SaveLook(ctx, "x", page, host(e.URL))
	w.must(err)
	equal(w, ref, news.Ref{Item: e.ID, Revision: 2})
	kept, err := w.Page(ctx, ref)
	w.must(err)
	equal(w, string(kept.Body), "changed")
	w.inLine(after(3*time.Hour), ref)
	w.end(archived(ref, "one", "changed text"))
	equal(w, len(w.offenders()), 0)
	before, err := w.Page(ctx, first(e))
	w.must(err)
	equal(w, before.Validators.ETag, `"1"`)

	w.must(w.ScheduleLook(ctx, e.ID, after(4*time.Hour)))
	begin(4*time.Hour, 1)
	w.Run("changed in its feed meanwhile", func(t *testing.T) {
		poll := newWorld(t, w.Store).poll(source, after(4*time.Hour), entry(e.URL, "another title"))
		equal(t, poll.Changed, 1)
		item := newWorld(t, w.Store).item(e.ID)
		equal(t, []any{item.Revision, item.Looking}, []any{3, false})
	})
	if err := w.ScheduleLook(ctx, news.NewID("nobody"), start); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("a look at nothing: %v", err)
	}
	gone := w.submit("no news")[0]
	w.must(w.ScheduleLook(ctx, gone.ID, after(time.Hour)))
	w.end(dropped(first(gone), "no_text"))
	begin(5*time.Hour, 0)
}

func testRobots(w *world) {
	ctx := w.Context()
	if _, err := w.RobotsFile(ctx, "https://a.example"); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("unknown: %v", err)
	}
	for _, file := range []store.RobotsFile{
		{FetchedAt: start, ExpiresAt: after(time.Hour), Status: 200, Body: []byte("User-agent: *\nDisallow: /")},
		{FetchedAt: after(time.Hour), ExpiresAt: after(2 * time.Hour)},
	} {
		w.must(w.SaveRobotsFile(ctx, "https://a.example", file))
		got, err := w.RobotsFile(ctx, "https://a.example")
		w.must(err)
		equal(w, got, file)
	}
}
