package storetest

import (
	"errors"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// foundAt submits and archives a document of a story, found at a time.
func (w *world) foundAt(at time.Time, name, story string, change func(e *store.Ending)) {
	w.Helper()
	entry := document(name)
	_, err := w.Submit(w.Context(), at, []store.Entry{entry})
	w.must(err)
	ending := archived(first(entry), name, name)
	ending.Article.Published, ending.Story = &at, document(story).ID
	if change != nil {
		change(&ending)
	}
	w.end(ending)
}

// listed lists stories as "title found+recent", page by page.
func (w *world) listed(query store.StoryQuery) string {
	w.Helper()
	if query.Order == "" {
		query.Order = store.BySize
	}
	if query.Limit == 0 {
		query.Limit = 10
	}
	var out []string
	for {
		hits, err := w.Stories(w.Context(), query)
		w.must(err)
		for _, h := range hits.Stories {
			out = append(out, strings.Join([]string{h.Title, string(rune('0' + h.Found)), "+", string(rune('0' + h.Recent))}, ""))
		}
		if hits.Next == (store.StoryCursor{}) {
			return strings.Join(out, " ")
		}
		cursor, err := store.ParseStoryCursor(hits.Next.String())
		w.must(err)
		equal(w, cursor, hits.Next)
		query.Before = cursor
	}
}

func testStoryList(w *world) {
	at := func(hours int) time.Time { return after(time.Duration(hours) * time.Hour) }
	for _, a := range []struct {
		name, story string
		hours       int
	}{
		{"big", "big", 1}, {"big2", "big", 2}, {"big3", "big", 3}, {"big4", "big", 4},
		{"new", "new", 20}, {"new2", "new", 21}, {"new3", "new", 22},
		{"old", "old", 0}, {"old2", "old", 23},
		{"before", "before", -1}, {"after", "after", 24},
	} {
		w.foundAt(at(a.hours), a.name, a.story, nil)
	}
	day := store.StoryQuery{Since: at(0), Until: at(24), Recent: at(18)}
	for _, limit := range []int{1, 2, 10} {
		for order, want := range map[store.StoryOrder]string{
			store.BySize: "big4+0 new3+3 old2+1", store.ByGrowth: "new3+3 old2+1 big4+0", store.ByLatest: "old2+1 new3+3 big4+0",
		} {
			day.Order, day.Limit = order, limit
			if got := w.listed(day); got != want {
				w.Errorf("%s, %d a page: %s, want %s", order, limit, got, want)
			}
		}
	}
	for name, test := range map[string]struct {
		query store.StoryQuery
		want  string
	}{
		"from on":  {store.StoryQuery{Since: at(21), Recent: at(22)}, "new2+1 old1+1 after1+1"},
		"until":    {store.StoryQuery{Until: at(0), Recent: at(0)}, "before1+0"},
		"the edge": {store.StoryQuery{Since: at(1).Add(1), Until: at(3), Recent: at(2)}, "big1+1"},
		"nothing":  {store.StoryQuery{Since: at(99)}, ""},
	} {
		test.query.Order = store.ByLatest
		if name == "from on" {
			test.query.Order = store.BySize
			if got := w.listed(test.query); !strings.HasPrefix(got, "new2+1 ") || len(got) != len(test.want) {
				w.Errorf("%s: %s", name, got)
			}
			continue
		}
		if got := w.listed(test.query); got != test.want {
			w.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	if _, err := w.Stories(w.Context(), store.StoryQuery{Order: "none"}); !errors.Is(err, store.ErrInvalid) {
		w.Errorf("an unknown order: %v", err)
	}
	place := store.StoryCursor{Order: store.BySize, Rank: 1, ID: document("big").ID}
	if _, err := w.Stories(w.Context(), store.StoryQuery{Order: store.ByLatest, Before: place}); !errors.Is(err, store.ErrInvalid) {
		w.Errorf("a place in another order: %v", err)
	}
}

func testStoryFilters(w *world) {
	publisher := news.NewID("another publisher")
	for _, name := range []string{"a1", "a2", "a3", "b1", "b2"} {
		w.foundAt(start, name, name[:1], func(e *store.Ending) {
			if name == "a2" || name == "a3" || name == "b1" {
				e.Article.Lang, e.Article.PublisherID = "fr", publisher
				e.Labels.Topics, e.Labels.Places = []news.Topic{{Code: "t"}}, []news.Place{{Code: "MA"}}
			}
		})
	}
	for name, query := range map[string]store.StoryQuery{
		"language": {Lang: "fr"}, "publisher": {Publisher: publisher}, "topic": {Topic: "t"}, "country": {Country: "MA"},
		"all": {Lang: "fr", Publisher: publisher, Topic: "t", Country: "MA"},
	} {
		query.Recent, query.Order, query.Limit = start, store.BySize, 9
		hits, err := w.Stories(w.Context(), query)
		w.must(err)
		if len(hits.Stories) != 2 {
			w.Fatalf("%s: %+v", name, hits)
		}
		hit := hits.Stories[0]
		equal(w, []any{hit.ID, hit.Found, hit.Articles, hit.Langs}, []any{document("a").ID, 2, 3, []string{"fr", "ar"}})
		equal(w, []int{hit.FoundPublishers, hit.Publishers}, []int{1, 2})
	}
	hits, err := w.Stories(w.Context(), store.StoryQuery{Lang: "en", Order: store.BySize})
	w.must(err)
	exactly(w, hits, store.StoryHits{Stories: []store.StoryHit{}})
}

func testStory(w *world) {
	other := news.NewID("other publisher")
	decisions := w.decided("a", "b/a/a/a", "c/c/c/a", "d/c/c/a")
	for i, name := range []string{"a", "b", "c", "d"} {
		w.foundAt(after(time.Duration(i)*time.Hour), name, "ignored", func(e *store.Ending) {
			verdict := decisions[name].Verdict
			e.Verdict = &verdict
			if i > 0 {
				e.Article.PublisherID, e.Article.Publisher, e.Article.Lang = other, "Other", "fr"
			}
		})
	}
	got, err := w.Story(w.Context(), document("a").ID)
	w.must(err)
	equal(w, got.Story, news.Story{ID: document("a").ID, Title: "a", Articles: 4, Publishers: 2, FirstSeen: start, LastSeen: after(3 * time.Hour)})
	equal(w, got.Langs, []string{"fr", "ar"})
	equal(w, got.PublisherCount, []store.PublisherCount{{ID: other, Name: "Other", Articles: 3}, {ID: news.NewID("p"), Name: "Publisher", Articles: 1}})
	titles := func(list []store.Related) (out []string) {
		for _, r := range list {
			out = append(out, r.Title)
		}
		return out
	}
	equal(w, titles(got.Members), []string{"a", "b", "c", "d"})
	equal(w, titles(got.Originals), []string{"a", "c"})
	equal(w, []int{got.Originals[0].Copies, got.Originals[1].Copies}, []int{1, 1})
	exactly(w, got.Linked, []store.LinkedStory{})
	if _, err := w.Story(w.Context(), news.NewID("none")); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("an unknown story: %v", err)
	}
}
