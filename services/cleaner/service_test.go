package cleaner

import (
	"context"
	"errors"
	"testing"
	"time"

	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

// pages holds one page.
type pages struct {
	page news.Page
	err  error
}

func (p pages) Page(context.Context, news.Ref) (news.Page, error) { return p.page, p.err }

// noSources knows none.
type noSources struct{}

func (noSources) Source(context.Context, news.ID) (news.Source, error) {
	return news.Source{}, store.ErrNotFound
}

func TestProcess(t *testing.T) {
	ref := news.Ref{Item: news.NewID("a"), Revision: 1}
	in := &event.Fetched{Head: event.Head{Ref: ref, Source: event.Source{Name: "s", Publisher: "p"}}}
	zone := time.FixedZone("", 3600)
	published := time.Date(2026, 1, 28, 10, 0, 0, 0, zone)
	page := news.Page{Ref: ref, Kind: news.PageFeed, Found: news.Found{
		Title: "A title", Content: "<p>Some text of the feed.</p>", Published: &published, URL: "https://n.example/a?utm_source=x",
	}, URL: "https://n.example/a?utm_source=x"}

	out, err := processor{pages{page: page}, noSources{}}.Process(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := out[0].(*event.Cleaned)
	if got.Ref != ref || got.Article.Source != "s" || got.Article.Publisher != "p" || got.Article.CanonicalURL != "https://n.example/a" {
		t.Errorf("cleaned = %+v", got.Article)
	}
	if p := got.Article.Published; p == nil || p.Location() != time.UTC || !p.Equal(published) {
		t.Errorf("published = %v, want %v in UTC", p, published)
	}
	for want, pages := range map[string]pages{
		"dropped: empty":                 {page: news.Page{Ref: ref, Kind: news.PageText, Body: []byte(" ")}},
		"dead (page_missing): not found": {err: store.ErrNotFound},
		"unavailable (): disk on fire":   {err: errors.New("disk on fire")},
	} {
		if _, err := (processor{pages, noSources{}}).Process(t.Context(), in); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
