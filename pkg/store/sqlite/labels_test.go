package sqlite_test

import (
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/storetest"
)

// TestLabelRows: an article that is written again has the rows of its new labels only.
func TestLabelRows(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	entries := storetest.NewCorpus(0).Entries(1)
	if _, err := s.Submit(t.Context(), benchStart, entries); err != nil {
		t.Fatal(err)
	}
	ending := func(generation int, labels news.Labels) store.Ending {
		return store.Ending{
			Ref: news.Ref{Item: entries[0].ID, Revision: 1, Generation: generation}, Outcome: news.Archived, At: benchStart.Add(time.Minute),
			Article: &news.Article{ID: entries[0].ID, Title: "a", Text: "a"}, Verdict: &news.Verdict{Kind: news.Original}, Story: entries[0].ID, Labels: labels,
		}
	}
	old := news.Labels{
		Topics: []news.Topic{{Code: "1"}, {Code: "2"}}, Places: []news.Place{{Code: "1"}, {Code: "2"}},
		Organisations: []news.Organisation{{ID: "1"}, {ID: "2"}}, Watches: []news.Watch{{ID: "1"}, {ID: "2"}},
	}
	changed := news.Labels{
		Topics: []news.Topic{{Code: "2"}, {Code: "3"}}, Places: []news.Place{{Code: "3"}}, Watches: []news.Watch{{ID: "2"}},
	}
	if _, err := s.End(t.Context(), []store.Ending{ending(0, old)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.End(t.Context(), []store.Ending{ending(1, changed)}); err != nil {
		t.Fatal(err)
	}
	db := raw(t, path)
	for table, want := range map[string]string{"article_topics": "2 3", "article_places": "3", "article_organisations": "", "article_watches": "2"} {
		var got string
		if err := db.QueryRow(`SELECT coalesce(group_concat(label, ' '), '') FROM (SELECT label FROM ` + table + ` ORDER BY label)`).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s has %q, want %q", table, got, want)
		}
	}
}
