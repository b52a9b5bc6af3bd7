package main

import (
	"strings"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web"
	"marsad/services/web/api"
)

// TestLetterID finds letters by the beginning of their items' IDs.
func TestLetterID(t *testing.T) {
	p := apptest.Open(t)
	pages, err := web.New(web.DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{Client: api.NewClient(app.Direct(pages))}
	now := time.Now()
	for _, id := range []news.ID{"7bce1" + news.ID(strings.Repeat("0", 27)), "7bce2" + news.ID(strings.Repeat("0", 27))} {
		ref := news.Ref{Item: id, Revision: 1}
		if _, err := p.Store.Submit(t.Context(), now, []store.Entry{{ID: id, Page: &news.Page{Kind: news.PageText}}}); err != nil {
			t.Fatal(err)
		}
		dead := store.Ending{Ref: ref, Outcome: news.Dead, Reason: "panic", At: now, Letter: &store.DeadLetter{Ref: ref, Stage: "cleaner", Reason: "panic", At: now}}
		if _, err := p.Store.End(t.Context(), []store.Ending{dead}); err != nil {
			t.Fatal(err)
		}
	}
	if id, err := letterID(t.Context(), s, "7BCE1-1"); err != nil || !strings.HasPrefix(id, "7bce1") || len(id) != 32 {
		t.Errorf("found %s, %v", id, err)
	}
	for ref, want := range map[string]string{"7bce": "several", "7bce3": "no dead letter", "7bc": "too short", "x": "neither"} {
		if id, err := letterID(t.Context(), s, ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s, %v; want %q", ref, id, err, want)
		}
	}
}
