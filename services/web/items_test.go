package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
	"marsad/services/web/api"
)

// TestItem asks where items are, at each step of their way.
func TestItem(t *testing.T) {
	p := apptest.Open(t)
	service, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, Service: service}
	s.now = func() time.Time { return start.Add(time.Hour) }
	s.addFeed()
	client := api.NewClient(app.Direct(s))
	address := "https://news.example/a"
	id := news.ItemID(weburl.Identity(address), "", "")
	ref := news.Ref{Item: id, Revision: 1}
	where := func(ref string) api.Item {
		t.Helper()
		item, err := client.Item(t.Context(), ref)
		s.must(err)
		return item
	}
	_, err = s.store.RecordPoll(t.Context(), store.PollResult{
		Source: s.feed.ID, Poll: news.Poll{At: start}, Items: []store.Entry{{ID: id, URL: address, Found: news.Found{Title: "A title"}}},
	})
	s.must(err)
	older := news.NewID("url", "https://www.news.example/older") // of before IDs went by what addresses have in common
	_, err = s.store.RecordPoll(t.Context(), store.PollResult{
		Source: s.feed.ID, Poll: news.Poll{At: start.Add(time.Minute)}, Items: []store.Entry{{ID: older, URL: "https://www.news.example/older", Page: &news.Page{Kind: news.PageFeed}}},
	})
	s.must(err)
	if got := where("https://www.news.example/older#top"); got.ID != older {
		t.Errorf("an item of before: %+v", got)
	}
	due := where("HTTPS://news.example/a?utm_source=x#top")
	if due.ID != id || due.State != news.StateDue || due.Title != "A title" || !due.FoundAt.Equal(start) || !due.LeasedUntil.IsZero() ||
		len(due.Sources) != 1 || due.Sources[0].Name != s.feed.Name || due.Record != nil {
		t.Errorf("due: %+v", due)
	}
	_, err = s.store.ClaimItems(t.Context(), store.Claim{Now: start, Owner: "a", Lease: time.Minute, Limit: 1})
	s.must(err)
	if leased := where(string(id[:8])); !leased.LeasedUntil.Equal(start.Add(time.Minute)) {
		t.Errorf("leased: %+v", leased)
	}
	until := s.now().Add(time.Hour)
	s.must(s.store.Postpone(t.Context(), "a", ref, start, "throttled", store.Slot{Host: "news.example", FreeAt: until}))
	if held := where(string(id)); !held.HostFreeAt.Equal(until) || !held.LeasedUntil.IsZero() {
		t.Errorf("held: %+v", held)
	}
	if source, err := client.Source(t.Context(), string(s.feed.ID)); err != nil || !source.HostFreeAt.Equal(until) {
		t.Errorf("its source: %+v, %v", source, err)
	}
	s.must(s.store.MarkInLine(t.Context(), start, ref))
	if lost := where(string(id)); lost.Stream != api.NoStream || !lost.InLineAt.Equal(start) {
		t.Errorf("in no stream: %+v", lost)
	}
	m, err := event.Encode(&event.Cleaned{Head: event.Head{Ref: ref}}, "cleaner", start)
	s.must(err)
	s.must(s.bus.Publish(t.Context(), m))
	if line := where(string(id)); line.State != news.StateInLine || line.Stream != "NEWS_CLEANED" {
		t.Errorf("in line: %+v", line)
	}
	_, err = s.store.End(t.Context(), []store.Ending{{Ref: ref, Outcome: news.Dead, Reason: "panic", At: start, Letter: &store.DeadLetter{Ref: ref, Stage: "cleaner", Error: "ouch"}}})
	s.must(err)
	if dead := where(string(id)); dead.Outcome != news.Dead || dead.Stage != "cleaner" || dead.Error != "ouch" || dead.Stream != "" {
		t.Errorf("dead: %+v", dead)
	}
	s.must(s.store.DropDeadLetter(t.Context(), id, ReasonDiscarded, start))
	for _, ref := range []string{string(id[:api.MinDigits]), strings.ToUpper(string(id[:8])), string(id) + "-1", string(id[:8]) + "-1"} {
		if got := where(ref); got.ID != id {
			t.Errorf("%s: %+v", ref, got)
		}
	}
	if dropped := where(string(id)); dropped.Outcome != news.Dropped || dropped.Record == nil || dropped.Record.Reason != ReasonDiscarded {
		t.Errorf("dropped: %+v", dropped)
	}
	for ref, status := range map[string]int{"abc": 404, "nonsense": 404, "abcdef0123": 404, "https://news.example/b": 404, "ftp://news.example/b": 422} {
		_, err := client.Item(t.Context(), ref)
		if failed, ok := errors.AsType[*api.Error](err); !ok || failed.Status != status {
			t.Errorf("%s: %v, want %d", ref, err, status)
		}
	}
}

// TestRemoveArticle takes one down that was announced.
func TestRemoveArticle(t *testing.T) {
	p := apptest.Open(t)
	service, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{T: t, Service: service}
	s.now = func() time.Time { return start.Add(time.Hour) }
	arabic, twin, _ := s.fill()
	m, err := event.Encode(&event.Archived{Head: event.Head{Ref: news.Ref{Item: arabic, Revision: 1}}}, "archiver", start)
	s.must(err)
	s.must(s.bus.Publish(t.Context(), m))
	client := api.NewClient(app.Direct(s))

	if response := s.do(http.MethodDelete, "/api/v1/articles/"+string(arabic)); response.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger removed it: %d", response.StatusCode)
	}
	removed, err := client.RemoveArticle(t.Context(), string(arabic[:8]))
	s.must(err)
	if removed.ID != arabic || removed.Title == "" || removed.Revision != 1 || !removed.Unpublished {
		t.Errorf("removed %+v", removed)
	}
	if n, err := p.Bus.Depth(t.Context(), "NEWS_ARCHIVED"); err != nil || n != 0 {
		t.Errorf("%d messages are left on the tap, %v", n, err)
	}
	if len(removed.Copies) != 1 || removed.Copies[0].ID != twin || removed.Copies[0].Title == "" {
		t.Errorf("its copies: %v, want %s", removed.Copies, twin)
	}
	open := news.ItemID(weburl.Identity("https://news.example/open"), "", "")
	_, err = s.store.RecordPoll(t.Context(), store.PollResult{
		Source: s.feed.ID, Poll: news.Poll{At: start}, Items: []store.Entry{{ID: open, URL: "https://news.example/open"}},
	})
	s.must(err)
	for ref, want := range map[string]string{
		string(arabic): "removed already", string(open): "is due at", "nonsense": "neither an ID",
		"00000000000000000000000000000000": "never found",
	} {
		if _, err := client.RemoveArticle(t.Context(), ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", ref, err, want)
		}
	}
	if item, err := client.Item(t.Context(), string(arabic)); err != nil || item.Reason != store.ReasonRemoved || item.Outcome != news.Dropped {
		t.Errorf("the item: %+v, %v", item, err)
	}
	copied, err := client.Article(t.Context(), string(twin))
	if err != nil || copied.Story.Articles != 1 || len(copied.Copies) != 0 {
		t.Errorf("its copy: %+v, %v", copied.Story, err)
	}
	report, err := client.Audit(t.Context())
	if err != nil || !report.Holds {
		t.Errorf("audit: %+v, %v", report.Offenders, err)
	}
}
