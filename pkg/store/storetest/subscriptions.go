package storetest

import (
	"errors"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// subscribe has a hub named for a source, and returns the subscription.
func (w *world) subscribe(source news.Source, id, hub string, at time.Time) store.Subscription {
	w.Helper()
	w.must(w.SetHub(w.Context(), at, source.ID, &store.Subscription{ID: id, Hub: hub, Topic: source.URL, Secret: "secret of " + id}))
	got, err := w.Subscription(w.Context(), source.ID)
	w.must(err)
	return got
}

// hubsDue claims what is due at a time, and returns the IDs with their states.
func (w *world) hubsDue(at time.Time) (due []string) {
	w.Helper()
	claimed, err := w.ClaimSubscriptions(w.Context(), store.Claim{Now: at, Lease: time.Minute, Limit: 9})
	w.must(err)
	for _, s := range claimed {
		due = append(due, s.ID+" "+string(s.State))
	}
	return due
}

func testSubscriptions(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	const hub, other = "https://hub.example/", "https://other.example/"
	topic := source.URL
	if _, err := w.Subscription(ctx, source.ID); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("before any hub was named: %v", err)
	}
	equal(w, w.subscribe(source, "one", hub, start), store.Subscription{
		ID: "one", Source: source.ID, Hub: hub, Topic: topic, Secret: "secret of one", State: store.SubscriptionWanted, DueAt: start,
	})
	equal(w, w.subscribe(source, "again", hub, after(time.Second)).ID, "one")

	notFound := func(err error) {
		w.Helper()
		if !errors.Is(err, store.ErrNotFound) {
			w.Errorf("%v, want %v", err, store.ErrNotFound)
		}
	}
	confirm := func(id, topic string, ends bool) error {
		return w.ConfirmSubscription(ctx, id, topic, ends, after(10*time.Hour), after(8*time.Hour))
	}
	notFound(confirm("one", topic, false)) // nobody asked
	equal(w, w.hubsDue(start), []string{"one wanted"})
	equal(w, w.hubsDue(after(time.Second)), []string(nil))
	states, err := w.SubscriptionStates(ctx)
	w.must(err)
	equal(w, states, map[store.SubscriptionState]int{store.SubscriptionAsked: 1})
	notFound(confirm("one", "https://a.example/other", false))
	notFound(confirm("one", topic, true))
	notFound(confirm("two", topic, false))
	w.must(confirm("one", topic, false))
	w.must(w.SubscriptionAsked(ctx, "one", after(time.Second), "late")) // the hub was faster
	got, err := w.SubscriptionAt(ctx, "one")
	w.must(err)
	equal(w, got, store.Subscription{
		ID: "one", Source: source.ID, Hub: hub, Topic: topic, Secret: "secret of one",
		State: store.SubscriptionActive, DueAt: after(8 * time.Hour), Until: after(10 * time.Hour),
	})
	notFound(confirm("one", topic, false)) // a second time

	equal(w, w.hubsDue(after(8*time.Hour)), []string{"one active"}) // to be renewed
	w.must(w.SubscriptionAsked(ctx, "one", after(9*time.Hour), "connect"))
	equal(w, w.hubsDue(after(9*time.Hour)), []string{"one active"})
	w.must(w.SubscriptionAsked(ctx, "one", after(12*time.Hour), ""))
	got, err = w.SubscriptionAt(ctx, "one")
	w.must(err)
	equal(w, []any{got.Asked, got.Failures, got.Reason}, []any{true, 1, ""})
	equal(w, w.hubsDue(after(10*time.Hour)), []string{"one wanted"}) // its time is over

	w.must(w.RefuseSubscription(ctx, "one", topic, "no", after(24*time.Hour)))
	got, err = w.Subscription(ctx, source.ID)
	w.must(err)
	equal(w, []any{got.State, got.Reason, got.DueAt, got.Asked}, []any{store.SubscriptionRefused, "no", after(24 * time.Hour), false})
	notFound(w.RefuseSubscription(ctx, "one", "https://a.example/other", "no", start))

	equal(w, w.subscribe(source, "two", other, after(25*time.Hour)).ID, "two")
	equal(w, w.hubsDue(after(25*time.Hour)), []string{"one ending", "two wanted"})
	w.must(confirm("one", topic, true))
	w.must(confirm("two", topic, false))
	w.must(w.PauseSource(ctx, source.ID, true))
	equal(w, w.hubsDue(after(26*time.Hour)), []string{"two ending"})
	_, err = w.Subscription(ctx, source.ID)
	notFound(err)
	w.must(w.EndSubscription(ctx, "two"))
	w.must(w.EndSubscription(ctx, "two"))

	w.must(w.PauseSource(ctx, source.ID, false))
	w.subscribe(source, "three", hub, start)
	w.must(w.SetHub(ctx, start, source.ID, nil)) // never asked: forgotten
	_, err = w.SubscriptionAt(ctx, "three")
	notFound(err)
}

// testPushes: what a hub brought is found, and told to who learns at the next poll.
func testPushes(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	old, fresh := entry("https://a.example/1", "one"), entry("https://a.example/2", "two")
	w.poll(source, start, old)
	w.subscribe(source, "one", "https://hub.example/", start)
	before, err := w.Source(ctx, source.ID)
	w.must(err)
	push := func(at time.Duration, entries ...store.Entry) news.Poll {
		w.Helper()
		poll, err := w.RecordPush(ctx, store.Push{Subscription: "one", Poll: news.Poll{At: after(at), Entries: len(entries)}, Items: entries})
		w.must(err)
		return poll
	}
	equal(w, push(time.Minute, fresh, old), news.Poll{At: after(time.Minute), Outcome: news.PollNew, Entries: 2, New: 1, Pushed: true})
	equal(w, push(2*time.Minute, fresh).Outcome, news.PollUnchanged)
	equal(w, w.item(fresh.ID).FoundAt, after(time.Minute))
	got, err := w.Source(ctx, source.ID)
	w.must(err)
	before.LastNew, before.Counts.Found, before.Counts.Open = after(time.Minute), 2, 2
	equal(w, got, before)
	polls, err := w.Polls(ctx, source.ID)
	w.must(err)
	equal(w, []any{len(polls), polls[0].Pushed, polls[2].Pushed}, []any{3, true, false})
	hub, err := w.Subscription(ctx, source.ID)
	w.must(err)
	equal(w, hub.PushedAt, after(2*time.Minute))

	learned := func(at time.Duration) (asked []string) {
		_, err := w.RecordPoll(ctx, store.PollResult{
			Source: source.ID, Poll: news.Poll{At: after(at)}, Items: []store.Entry{fresh, old},
			Learn: func(fresh []store.Entry) store.Learned {
				asked = nil
				for _, e := range fresh {
					asked = append(asked, e.URL)
				}
				return store.Learned{NextPoll: after(time.Hour)}
			},
		})
		w.must(err)
		return asked
	}
	equal(w, learned(3*time.Minute), []string{fresh.URL})
	equal(w, learned(4*time.Minute), []string(nil))

	w.must(w.SetHub(ctx, start, source.ID, nil))
	if _, err := w.RecordPush(ctx, store.Push{Subscription: "one", Poll: news.Poll{At: start}}); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("of a subscription that ended: %v", err)
	}
}
