package web

import (
	"strings"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// deadItem makes an item whose cleaning failed for good.
func deadItem(t *testing.T, p *app.Process, name string) news.Ref {
	t.Helper()
	ref := news.Ref{Item: news.NewID(name), Revision: 1}
	entry := store.Entry{ID: ref.Item, Page: &news.Page{Kind: news.PageText, Body: []byte(name)}}
	if _, err := p.Store.Submit(t.Context(), time.Now(), []store.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	m, err := event.Encode(&event.Fetched{Head: event.Head{Ref: ref}}, "fetcher", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	letter := &store.DeadLetter{Ref: ref, Stage: "cleaner", Kind: "fetched", Reason: "panic", Error: "ouch", Attempts: 5, Payload: m.Data, Headers: map[string]string{}, At: time.Now()}
	for name := range m.Header {
		letter.Headers[name] = m.Get(name)
	}
	if _, err := p.Store.End(t.Context(), []store.Ending{{Ref: ref, Outcome: news.Dead, Reason: "panic", At: time.Now(), Letter: letter}}); err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestRetryWithoutRoom: what the stream does not take, and what has no payload,
// waits as due; only what was sent is in line.
func TestRetryWithoutRoom(t *testing.T) {
	p := apptest.Open(t)
	limits := p.Config.NATS.Limits
	limits.FetchedMessages = 1
	if err := p.Bus.Declare(t.Context(), limits); err != nil {
		t.Fatal(err)
	}
	s, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	client := api.NewClient(app.Direct(s))
	empty := deadItem(t, p, "empty")
	letter := &store.DeadLetter{Ref: empty, Stage: "cleaner", Kind: "fetched", Reason: "panic", At: time.Now()}
	if _, err := p.Store.End(t.Context(), []store.Ending{{Ref: empty, Outcome: news.Dead, Reason: "panic", At: time.Now(), Letter: letter}}); err != nil {
		t.Fatal(err)
	}
	for _, dead := range []struct {
		ref  news.Ref
		want news.State
	}{
		{empty, news.StateDue},
		{deadItem(t, p, "first"), news.StateInLine},
		{deadItem(t, p, "second"), news.StateDue},
	} {
		if err := client.RetryDeadLetter(t.Context(), string(dead.ref.Item)); err != nil {
			t.Errorf("retry: %v", err)
		}
		there, err := p.Bus.InLine(t.Context(), dead.ref)
		item, notFound := p.Store.Item(t.Context(), dead.ref.Item)
		if err != nil || notFound != nil || item.State != dead.want || there != (dead.want == news.StateInLine) || !item.HasPage {
			t.Errorf("%+v; in a stream: %v; want it %s", item, there, dead.want)
		}
	}
	soon := store.Claim{Now: time.Now().Add(2 * retryPause), Owner: "fetcher", Lease: time.Minute, Limit: 9}
	if items, err := p.Store.ClaimItems(t.Context(), soon); err != nil || len(items) != 2 {
		t.Errorf("a fetcher is given %+v, %v", items, err)
	}
}

func TestDeadLetters(t *testing.T) {
	p := apptest.Open(t)
	s, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	client := api.NewClient(app.Direct(s))
	retried, dropped := deadItem(t, p, "retried"), deadItem(t, p, "dropped")

	letters, err := client.DeadLetters(t.Context(), 10)
	if err != nil || len(letters) != 2 {
		t.Fatalf("letters = %+v, %v", letters, err)
	}
	if err := client.RetryDeadLetter(t.Context(), string(retried.Item)); err != nil {
		t.Fatal(err)
	}
	if there, err := p.Bus.InLine(t.Context(), retried); err != nil || !there {
		t.Errorf("a retried item is not in line: %v, %v", there, err)
	}
	if item, err := client.Item(t.Context(), string(retried.Item)); err != nil || item.State != news.StateInLine {
		t.Errorf("a retried item is %s, %v", item.State, err)
	}
	if err := client.DropDeadLetter(t.Context(), string(dropped.Item)); err != nil {
		t.Fatal(err)
	}
	if item, err := client.Item(t.Context(), string(dropped.Item)); err != nil || item.Record == nil || item.Record.Outcome != news.Dropped || item.Record.Reason != ReasonDiscarded {
		t.Errorf("a dropped letter: %+v, %v", item, err)
	}
	if err := client.RetryDeadLetter(t.Context(), string(dropped.Item)); err == nil || !strings.Contains(err.Error(), "no dead letter") {
		t.Errorf("a letter that is gone: %v", err)
	}
	report, err := client.Audit(t.Context())
	if err != nil || !report.Holds || !report.Bus || report.Total.Found != 2 || report.Total.Open != 1 || report.Total.Dropped != 1 {
		t.Errorf("audit = %+v, %v", report, err)
	}
}

// stuck is a service that waits.
type stuck struct{ app.Service }

func (stuck) Name() string { return "fetcher" }
func (stuck) Ready() error { return app.WaitError("the disk is full") }

// TestStatusOfAServiceThatWaits: status says what /readyz says.
func TestStatusOfAServiceThatWaits(t *testing.T) {
	p := apptest.Open(t)
	p.Config.HTTP.Addr = "127.0.0.1:0"
	s, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	server, err := p.Listen(nil, s, []app.Service{stuck{}})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, server)
	status, err := api.NewClient(app.Direct(s)).Status(t.Context())
	if err != nil || status.Ready || status.Waiting != "fetcher: the disk is full" || status.Streams == nil {
		t.Errorf("status = %+v, %v", status, err)
	}
	for _, m := range p.Missing(t.Context()) {
		if m.String() != "fetcher (the disk is full)" {
			t.Errorf("missing is %s", m)
		}
	}
}
